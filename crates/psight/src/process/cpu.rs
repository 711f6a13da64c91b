//! What a process asks of the processors.
