//! Files: bounded reads and atomic writes.

use std::fs;
use std::io::{self, Read, Write};
use std::path::Path;

/// Reads a whole file of at most `limit` bytes.
///
/// # Errors
/// As [`fs::File::open`], and `FileTooLarge` beyond the limit.
pub fn read(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let mut file = fs::File::open(path)?;
    let len = file.metadata().map_or(0, |meta| meta.len()).min(limit);
    let mut bytes = vec![0; usize::try_from(len).unwrap_or(0)];
    let mut filled = 0;
    while filled < bytes.len() {
        match file.read(&mut bytes[filled..]) {
            Ok(0) => break,
            Ok(more) => filled += more,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    bytes.truncate(filled);
    // Whatever has grown, or does not tell its length.
    read_into(bytes, file, limit)
}

/// Reads the first bytes of a file, at most `limit` of them.
///
/// # Errors
/// As [`fs::File::open`].
pub fn read_start(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Reads a whole stream of at most `limit` bytes.
///
/// # Errors
/// As the stream, and `FileTooLarge` beyond the limit.
pub fn read_from(stream: impl Read, limit: u64) -> io::Result<Vec<u8>> {
    read_into(Vec::new(), stream, limit)
}

/// Reads the rest of a stream of which some bytes are there.
fn read_into(mut bytes: Vec<u8>, stream: impl Read, limit: u64) -> io::Result<Vec<u8>> {
    let left = (limit + 1).saturating_sub(bytes.len() as u64);
    stream.take(left).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            format!("more than {limit} bytes"),
        ));
    }
    Ok(bytes)
}

/// Writes a file so that a reader sees the old content or the new one, never a part.
///
/// The content goes to a new file in the same directory, which then takes the name. On Unix `mode`
/// is the permission of the file, such as `0o755`.
///
/// # Errors
/// When the directory cannot be written.
pub fn write_atomic(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let dir = path
        .parent()
        .filter(|p| !p.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let made = tempfile::Builder::new().prefix(".pantheon-").tempfile_in(dir);
    let mut file = made.map_err(without_name)?;
    file.write_all(bytes)?;
    set_mode(file.path(), mode)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|e| e.error)?;
    Ok(())
}

/// A file that lines are added to.
#[derive(Debug)]
pub struct Lines(fs::File);

impl Lines {
    /// Opens a file, which is made if need be and which nobody else may read.
    ///
    /// # Errors
    /// When it cannot be made or opened.
    pub fn open(path: &Path) -> io::Result<Self> {
        super::dirs::private_file(path)?;
        fs::OpenOptions::new().append(true).open(path).map(Self)
    }

    /// Adds a line, in one piece.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn add(&mut self, line: &[u8]) -> io::Result<()> {
        let mut line = line.to_vec();
        line.push(b'\n');
        self.0.write_all(&line)
    }
}

/// Writes a new file that only the user may read. What is there already, be it a link, is an error.
///
/// # Errors
/// When there is something of that name, or the directory cannot be written.
pub fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(bytes)
}

/// Writes a new file with the rights that new files of the user have, at most `mode`, and returns what the system says
/// about it.
///
/// # Errors
/// As [`write_new`].
pub fn write_usual(path: &Path, bytes: &[u8], mode: u32) -> io::Result<fs::Metadata> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    #[cfg(not(unix))]
    let _ = mode;
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.metadata()
}

/// Reads a plain file of at most `limit` bytes. What is a link, or no file, is an error, and nothing is waited for.
///
/// # Errors
/// As [`read`], and `InvalidInput` for what is no plain file.
pub fn read_plain(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let mut options = fs::OpenOptions::new();
    options.read(true);
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::OFlags;
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
        std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, flags.bits().cast_signed());
    }
    let is_plain = path.symlink_metadata()?.is_file();
    let file = is_plain.then(|| options.open(path)).transpose()?;
    match file {
        Some(file) if file.metadata()?.is_file() => read_from(file, limit),
        _ => Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no plain file")),
    }
}

/// Takes the name of the new file out of an error: it says nothing to whoever named another.
fn without_name(error: io::Error) -> io::Error {
    let text = error.to_string();
    match text.split_once(" at path ") {
        Some((what, _)) => io::Error::new(error.kind(), what.to_owned()),
        None => error,
    }
}

#[cfg(unix)]
fn set_mode(path: &Path, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn set_mode(_: &Path, _: u32) -> io::Result<()> {
    Ok(())
}
