//! The profile of macOS: the same jail as text, deny by default.

use super::Jail;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// What every program needs there to start at all.
const BASE: &str = "(version 1)
(deny default)
(allow process-exec)
(allow process-fork)
(allow process-info* (target same-sandbox))
(allow signal (target same-sandbox))
(allow sysctl-read)
(allow pseudo-tty)
(allow file-read-metadata)
(allow mach-lookup (global-name \"com.apple.system.opendirectoryd.libinfo\") (global-name \"com.apple.system.logger\"))
(allow file-write-data (literal \"/dev/null\") (literal \"/dev/zero\") (literal \"/dev/tty\"))
";

/// Where the system's own programs and libraries are.
const ROOTS: [&str; 12] = [
    "/usr",
    "/bin",
    "/sbin",
    "/System",
    "/Library/Developer/CommandLineTools",
    "/Applications/Xcode.app",
    "/opt/homebrew",
    "/private/etc",
    "/private/var/db/timezone",
    "/private/var/select",
    "/dev",
    "/etc",
];

/// Returns the profile of a jail. Paths must be the real ones: a profile knows a file by no other.
///
/// Rules that come later win, so what is hidden stands between what is read and what is written. Rights and
/// times count as writing there. Nobody has run it so far: `docs/sandbox.md` says what is not known.
#[must_use]
pub fn profile(jail: &Jail) -> String {
    let mut text = BASE.to_owned();
    let roots = ROOTS.iter().map(Path::new);
    rule(&mut text, "allow file-read* file-map-executable", roots);
    rule(&mut text, "deny file-read*", paths(&jail.hidden));
    rule(
        &mut text,
        "allow file-read* file-map-executable",
        paths(&jail.readable),
    );
    let writable = || paths(&jail.writable).chain(jail.tmp.as_deref());
    rule(&mut text, "allow file-read* file-map-executable", writable());
    rule(&mut text, "allow file-write*", writable());
    if let Some(port) = jail.gateway {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "(allow network-outbound (remote ip \"localhost:{port}\"))");
    }
    text
}

fn paths(list: &[PathBuf]) -> impl Iterator<Item = &Path> {
    list.iter().map(PathBuf::as_path)
}

fn rule<'a>(text: &mut String, what: &str, paths: impl Iterator<Item = &'a Path>) {
    let filters: Vec<String> = paths
        .map(|path| format!("(subpath {})", quoted(&path.to_string_lossy())))
        .collect();
    if !filters.is_empty() {
        let _ = writeln!(text, "({what} {})", filters.join(" "));
    }
}

/// A text in the profile's language.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_profile_denies_by_default_and_names_what_is_given() {
        let jail = Jail {
            writable: vec!["/private/var/run-1/tree".into()],
            readable: vec!["/Users/u/.cargo".into()],
            hidden: vec!["/Users/u".into()],
            gateway: Some(4711),
            ..Jail::default()
        };
        let text = profile(&jail);
        let rest = text.strip_prefix(BASE).unwrap();
        let rest = &rest[rest.find('\n').unwrap() + 1..];
        assert_eq!(
            rest,
            "(deny file-read* (subpath \"/Users/u\"))\n\
             (allow file-read* file-map-executable (subpath \"/Users/u/.cargo\"))\n\
             (allow file-read* file-map-executable (subpath \"/private/var/run-1/tree\"))\n\
             (allow file-write* (subpath \"/private/var/run-1/tree\"))\n\
             (allow network-outbound (remote ip \"localhost:4711\"))\n"
        );
        assert!(BASE.starts_with("(version 1)\n(deny default)\n"));
    }

    #[test]
    fn a_name_cannot_leave_its_quotes() {
        let jail = Jail {
            writable: vec!["/a\")(allow default)(\"\\".into()],
            ..Jail::default()
        };
        let expected = "(allow file-write* (subpath \"/a\\\")(allow default)(\\\"\\\\\"))\n";
        assert!(profile(&jail).ends_with(expected), "{}", profile(&jail));
    }

    #[test]
    fn nothing_is_written_or_connected_where_nothing_is_given() {
        let text = profile(&Jail::default());
        assert!(
            !text.contains("file-write*") && !text.contains("network"),
            "{text}"
        );
    }
}
