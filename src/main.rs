//! The `pantheon` program.

fn main() -> std::process::ExitCode {
    pantheon::cli::main().into()
}
