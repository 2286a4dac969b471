//! `pantheon completions`: what a shell needs to complete the command line.

pub use clap_complete::Shell;

/// Returns the completion script of a shell.
#[must_use]
pub fn script(command: &clap::Command, shell: Shell) -> String {
    let mut out = Vec::new();
    let name = command.get_name().to_owned();
    clap_complete::generate(shell, &mut command.clone(), name, &mut out);
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::ValueEnum;

    #[test]
    fn knows_the_subcommands_in_every_shell() {
        let command = clap::Command::new("pantheon").subcommand(clap::Command::new("review"));
        for shell in Shell::value_variants() {
            let script = script(&command, *shell);
            assert!(
                script.contains("pantheon") && script.contains("review"),
                "{shell}"
            );
        }
    }
}
