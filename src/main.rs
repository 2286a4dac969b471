//! The `pantheon` program.

fn main() {}
