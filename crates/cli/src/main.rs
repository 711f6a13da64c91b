//! The `psight` command.

fn main() {}
