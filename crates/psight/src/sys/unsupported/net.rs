//! Network, refused.
