//! Tests through the binary, on real git repositories that know nothing of the machine.

#[cfg(unix)]
#[cfg(test)]
mod bad_input;
#[cfg(unix)]
#[cfg(test)]
mod hooks_install;
#[cfg(unix)]
#[cfg(test)]
mod matrix;
#[cfg(test)]
mod support;
