//! Tests through the binary, on real git repositories that know nothing of the machine.

#[cfg(all(test, unix))]
mod hooks_install;
#[cfg(test)]
mod support;
