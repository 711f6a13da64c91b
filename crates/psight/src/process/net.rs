//! The sockets that a process holds.
