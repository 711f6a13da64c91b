//! The table of all processes, refused.
