//! Tests through the binary, on real git repositories that know nothing of the machine.

#[cfg(test)]
mod architecture;
#[cfg(test)]
mod catalogue;
#[cfg(test)]
mod cli_reference;
#[cfg(test)]
mod generated;
#[cfg(unix)]
#[cfg(test)]
mod hooks_install;
#[cfg(unix)]
#[cfg(test)]
mod matrix;
#[cfg(test)]
mod source;
#[cfg(test)]
mod support;
#[cfg(test)]
mod tidy;
