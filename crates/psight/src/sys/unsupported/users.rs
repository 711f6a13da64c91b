//! Users, refused.
