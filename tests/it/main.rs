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
#[cfg(target_os = "linux")]
#[cfg(test)]
mod memory;
#[cfg(test)]
mod policy_e2e;
#[cfg(unix)]
#[cfg(test)]
mod shapes;
#[cfg(test)]
mod support;
