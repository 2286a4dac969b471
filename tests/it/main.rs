//! Tests through the binary, on real git repositories that know nothing of the machine.

#[cfg(unix)]
#[cfg(test)]
mod apply;
#[cfg(test)]
mod architecture;
#[cfg(unix)]
#[cfg(test)]
mod bad_input;
#[cfg(test)]
mod catalogue;
#[cfg(unix)]
#[cfg(test)]
mod ci;
#[cfg(test)]
mod cli_reference;
#[cfg(test)]
mod client;
#[cfg(unix)]
#[cfg(test)]
mod commands;
#[cfg(test)]
mod cost;
#[cfg(test)]
mod create;
#[cfg(test)]
mod diagnostics;
#[cfg(unix)]
#[cfg(test)]
mod doctor;
#[cfg(test)]
mod eval;
#[cfg(test)]
mod fake;
#[cfg(test)]
mod faults;
#[cfg(unix)]
#[cfg(test)]
mod first_minute;
#[cfg(unix)]
#[cfg(test)]
mod forge;
#[cfg(test)]
mod formats;
#[cfg(test)]
mod gateway;
#[cfg(test)]
mod generated;
#[cfg(unix)]
#[cfg(test)]
mod hooks_install;
#[cfg(test)]
mod injection;
#[cfg(target_os = "linux")]
#[cfg(test)]
mod jail;
#[cfg(test)]
mod judgement;
#[cfg(test)]
mod many_processes;
#[cfg(unix)]
#[cfg(test)]
mod matrix;
#[cfg(test)]
mod measure_sift;
#[cfg(target_os = "linux")]
#[cfg(test)]
mod memory;
#[cfg(test)]
mod model_calls;
#[cfg(unix)]
#[cfg(test)]
mod models_cli;
#[cfg(test)]
mod own_gate;
#[cfg(test)]
mod policy_e2e;
#[cfg(test)]
mod ready;
#[cfg(test)]
mod report_words;
mod review_page;
#[cfg(test)]
mod scenes;
#[cfg(target_os = "linux")]
#[cfg(test)]
mod scratch;
#[cfg(unix)]
#[cfg(test)]
mod shapes;
#[cfg(test)]
mod shard;
#[cfg(test)]
mod source;
#[cfg(test)]
mod support;
#[cfg(test)]
mod tidy;
#[cfg(test)]
mod transport;
#[cfg(test)]
mod validators;
#[cfg(unix)]
#[cfg(test)]
mod worker;
