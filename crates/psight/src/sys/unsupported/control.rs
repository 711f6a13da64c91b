//! Control over processes, refused.
