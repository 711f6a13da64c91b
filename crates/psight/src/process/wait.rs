//! Waiting for processes to end.
