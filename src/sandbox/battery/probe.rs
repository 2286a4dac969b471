//! The command that tries: it reads where its victims are, and writes a line for each attempt.

use super::victims::World;
use super::{Told, rows};
use std::io::{self, Read, Write};

/// What the system says when it has no such thing: no such call, family, kind or protocol, or no such file
/// system.
const ABSENT: [i32; 6] = [
    libc::ENOSYS,
    libc::EAFNOSUPPORT,
    libc::ESOCKTNOSUPPORT,
    libc::EPROTONOSUPPORT,
    libc::EOPNOTSUPP,
    libc::ENOTTY,
];

/// Makes all attempts against the victims on standard input; or is one, until standard input ends.
///
/// # Errors
/// When nobody says where they are.
pub fn serve(is_victim: bool) -> io::Result<()> {
    let mut text = Vec::new();
    io::stdin().read_to_end(&mut text)?;
    if is_victim {
        return Ok(());
    }
    let world: World = serde_json::from_slice(&text)?;
    let mut out = io::stdout();
    for row in rows() {
        let refused = (row.attempt)(&world).err();
        let told = Told {
            name: row.name.to_owned(),
            is_absent: refused.as_ref().is_some_and(is_absent),
            refused: refused.map(|error| error.to_string()),
        };
        let mut line = serde_json::to_vec(&told)?;
        line.push(b'\n');
        // What comes next may end this process.
        out.write_all(&line)?;
        out.flush()?;
    }
    Ok(())
}

fn is_absent(error: &io::Error) -> bool {
    error
        .raw_os_error()
        .is_some_and(|number| ABSENT.contains(&number))
}
