//! Processors, refused.
