//! The text of a shim: written from a template, read back to know it again.
//!
//! The second line of a shim says `# pantheon hook v<version> <sum>`; the sum is taken over all lines
//! below it, so that every version knows whether a shim of another version was edited.

use crate::model::Stage;
use bstr::{BStr, ByteSlice, ByteVec};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

const TEMPLATE: &str = include_str!("../../../hooks/shim.sh");
const BLOCK: &str = include_str!("../../../hooks/missing-block.sh");
const WARN: &str = include_str!("../../../hooks/missing-warn.sh");

const HEAD: &[u8] = b"#!/bin/sh\n# pantheon hook v";
const MADE_DIR: &str = "# Its directory was made for it.\n";
const RECORDED: &[u8] = b"\n[ -x '";
const WARNS: &[u8] = b"\nexit 0\n";

/// What a hook does when the program is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnMissing {
    /// Stops the commit or the push.
    #[default]
    Block,
    /// Says so and lets it pass.
    Warn,
}

/// What a shim is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shim {
    /// The hook it is for.
    pub stage: Stage,
    /// Where the program is, in case `PATH` does not say.
    pub program: Option<PathBuf>,
    /// What it does when the program is gone.
    pub on_missing: OnMissing,
    /// Whether the directory of the hooks was made for it.
    pub made_dir: bool,
}

/// What is known of a shim that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Written {
    /// The version that wrote it.
    pub version: u32,
    /// Whether it is still as it was written.
    pub intact: bool,
    /// Where the program was at install.
    pub program: Option<PathBuf>,
    /// What it does when the program is gone.
    pub on_missing: OnMissing,
    /// Whether the directory of the hooks was made for it.
    pub made_dir: bool,
}

impl Shim {
    /// Writes the shim.
    pub fn render(&self) -> Vec<u8> {
        let missing = match self.on_missing {
            OnMissing::Block => BLOCK,
            OnMissing::Warn => WARN,
        };
        let text = TEMPLATE
            .replace("@MISSING@\n", missing)
            .replace("@STAGE@", self.stage.name())
            .replace(
                "@VERB@",
                if self.stage == Stage::PrePush {
                    "push"
                } else {
                    "commit"
                },
            )
            .replace("@MARK@", if self.made_dir { MADE_DIR } else { "" });
        let bytes = text.as_bytes().replace("@RECORDED@", self.recorded());
        let sum = sum(body(&bytes));
        bytes.replacen("@SUM@", sum, 1)
    }

    fn recorded(&self) -> Vec<u8> {
        let Some(program) = &self.program else {
            return Vec::new();
        };
        let program = quote(program);
        [
            b"[ -x ",
            &*program,
            b" ] && exec ",
            &program,
            b" hook ",
            self.stage.name().as_bytes(),
            b" --shim \"$0\" -- \"$@\"\n",
        ]
        .concat()
    }
}

/// Knows a shim when it sees one.
pub(super) fn read(bytes: &[u8]) -> Option<Written> {
    let line = bytes.strip_prefix(HEAD)?.lines().next()?;
    let (version, written_sum) = line
        .to_str()
        .ok()?
        .split_once(' ')
        .unwrap_or((line.to_str().ok()?, ""));
    let body = body(bytes);
    Some(Written {
        version: version.parse().ok()?,
        intact: sum(body) == written_sum,
        program: recorded(body),
        on_missing: if body.ends_with(WARNS) {
            OnMissing::Warn
        } else {
            OnMissing::Block
        },
        made_dir: body.contains_str(MADE_DIR),
    })
}

/// Everything below the second line.
fn body(bytes: &[u8]) -> &[u8] {
    bytes.splitn_str(3, "\n").nth(2).unwrap_or_default()
}

fn sum(body: &[u8]) -> String {
    let digest = Sha256::digest(body);
    digest.iter().take(8).map(|b| format!("{b:02x}")).collect()
}

fn quote(path: &Path) -> Vec<u8> {
    let bytes = Vec::from_path_lossy(path);
    #[cfg(windows)]
    let bytes = bytes.replace("\\", "/");
    [b"'", bytes.replace("'", r"'\''").as_slice(), b"'"].concat()
}

fn recorded(body: &[u8]) -> Option<PathBuf> {
    let from = body.find(RECORDED)? + RECORDED.len();
    let mut rest = BStr::new(&body[from..]);
    let mut path = Vec::new();
    loop {
        let (part, after) = rest.split_once_str("'")?;
        path.push_str(part);
        let Some(more) = after.strip_prefix(br"\''") else {
            return Some(path.into_path_buf_lossy());
        };
        path.push(b'\'');
        rest = BStr::new(more);
    }
}

#[cfg(test)]
mod tests {
    use super::super::VERSION;
    use super::*;

    fn shim(program: Option<&str>, on_missing: OnMissing) -> Shim {
        Shim {
            stage: Stage::PrePush,
            program: program.map(PathBuf::from),
            on_missing,
            made_dir: false,
        }
    }

    #[test]
    fn a_shim_reads_as_it_was_written() {
        let bytes = shim(Some("/opt/it's here/\npantheon"), OnMissing::Block).render();
        let expected = "#!/bin/sh\n\
            # pantheon hook v1 @\n\
            # Hands over to `pantheon hook pre-push`. `pantheon hooks uninstall` takes it away again.\n\
            command -v pantheon >/dev/null 2>&1 && exec pantheon hook pre-push --shim \"$0\" -- \"$@\"\n\
            [ -x '/opt/it'\\''s here/\npantheon' ] && exec '/opt/it'\\''s here/\npantheon' hook pre-push --shim \"$0\" -- \"$@\"\n\
            echo 'pantheon: the program `pantheon` is not found, so nothing was checked' >&2\n\
            echo 'hint: get it with `cargo install pantheon`, or go on without it: `git push --no-verify`' >&2\n\
            exit 1\n";
        let line = bytes.lines().nth(1).unwrap().to_str().unwrap();
        let sum = line.rsplit(' ').next().unwrap();
        assert_eq!(sum.len(), 16);
        assert_eq!(bytes.replace(sum, "@").to_str().unwrap(), expected);
        let written = read(&bytes).unwrap();
        assert_eq!(written.program, Some(PathBuf::from("/opt/it's here/\npantheon")));
        assert!(written.intact && !written.made_dir && written.version == VERSION);
        assert_eq!(written.on_missing, OnMissing::Block);
    }

    #[test]
    fn what_was_recorded_comes_back() {
        let mut wanted = shim(None, OnMissing::Warn);
        wanted.made_dir = true;
        let written = read(&wanted.render()).unwrap();
        assert_eq!(written.program, None);
        assert_eq!(written.on_missing, OnMissing::Warn);
        assert!(written.made_dir && written.intact);
    }

    #[test]
    fn an_edit_shows() {
        let bytes = shim(None, OnMissing::Block).render();
        for edited in [
            bytes.replace("exit 1", "exit 0"),
            [b"#!/bin/sh\n# pantheon hook v1\n", body(&bytes)].concat(),
            bytes.replace("\n", "\r\n").replacen("\r\n", "\n", 1),
        ] {
            assert!(!read(&edited).unwrap().intact, "{}", edited.as_bstr());
        }
    }

    #[test]
    fn other_hooks_are_not_ours() {
        for bytes in [
            "",
            "#!/bin/sh\n",
            "#!/bin/sh\n# pantheon hook vx\n",
            "#!/bin/sh\npantheon hook pre-commit\n",
        ] {
            assert_eq!(read(bytes.as_bytes()), None, "{bytes}");
        }
    }
}
