//! The system calls that no safe crate offers. The only unsafe code of this back-end: each function takes and returns
//! safe types, and each block says why it is sound.
#![allow(unsafe_code)]
