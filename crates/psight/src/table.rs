//! The table of all processes, read in one go.
