//! Looks for symbols in the source files of a tree, in the languages of the change.
//!
//! The changed files are searched first, then the others by how near they are. Files are read once and held, as
//! far as the bounds go.

use super::Bounds;
use super::names::Symbol;
use crate::check::{FileView, Lines};
use crate::model::{ChangeSet, Objects};
use crate::validators::definition::{self, Use};
use crate::validators::tree;
use crate::validators::view::{Syntax, Text, heads};
use bstr::{BStr, BString, ByteSlice};
use std::cell::OnceCell;
use std::time::{Duration, Instant};

/// How many changed files say what is near.
const NEAR: usize = 32;

/// The source files of a tree.
pub struct Sources<'a> {
    change: &'a ChangeSet,
    objects: &'a dyn Objects,
    bounds: Bounds,
    paths: Option<Paths>,
    read: Vec<Source<'a>>,
    /// How many bytes were read.
    bytes: u64,
    /// How long all searches took.
    spent: Duration,
    /// Whether some file could not be read.
    has_gaps: bool,
}

/// The paths that are searched, in order.
struct Paths {
    paths: Vec<BString>,
    is_whole: bool,
}

/// A file that was read.
struct Source<'a> {
    path: BString,
    syntax: &'static Syntax,
    bytes: Vec<u8>,
    lines: OnceCell<Lines>,
    /// The change of it, if it was changed.
    changed: Option<FileView<'a>>,
}

/// What a file says about a symbol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Found {
    Nothing,
    /// It stands where nobody changed anything, or comes from outside of the tree.
    Mentioned,
    Defined,
}

impl<'a> Sources<'a> {
    /// Takes a change; nothing is read yet.
    pub fn new(change: &'a ChangeSet, objects: &'a dyn Objects, bounds: Bounds) -> Self {
        Self {
            change,
            objects,
            bounds,
            paths: None,
            read: Vec::new(),
            bytes: 0,
            spent: Duration::ZERO,
            has_gaps: false,
        }
    }

    /// Says whether the tree defines a symbol. `Some(false)` means that all files were searched and that it
    /// stands nowhere but in what the change adds: a name that others use too comes from somewhere.
    pub fn find(&mut self, symbol: &Symbol) -> Option<bool> {
        let begun = Instant::now();
        let until = begun + self.bounds.time.saturating_sub(self.spent);
        let found = self.search(symbol, until);
        self.spent += begun.elapsed();
        found
    }

    fn search(&mut self, symbol: &Symbol, until: Instant) -> Option<bool> {
        let count = self.paths().paths.len();
        if count == 0 {
            return None;
        }
        let mut most = Found::Nothing;
        for at in 0..count {
            if Instant::now() >= until {
                return None;
            }
            if at >= self.read.len() && !self.read_next(at) {
                return None;
            }
            most = most.max(self.read[at].find(symbol));
            if most == Found::Defined {
                return Some(true);
            }
        }
        let is_whole = self.paths().is_whole && !self.has_gaps;
        (is_whole && most == Found::Nothing).then_some(false)
    }

    fn paths(&mut self) -> &Paths {
        let (change, objects, bounds) = (self.change, self.objects, &self.bounds);
        self.paths.get_or_insert_with(|| list(change, objects, bounds))
    }

    /// Reads one more file. What cannot be read leaves a gap; `false`: no more is read.
    fn read_next(&mut self, at: usize) -> bool {
        let path = self.paths().paths[at].clone();
        let bytes = match self.open(path.as_bstr()) {
            Ok(bytes) => bytes,
            Err(TooMuch) => return false,
        };
        self.has_gaps |= bytes.is_none();
        let changed = self.change.files.iter().find(|file| file.path == path);
        self.read.push(Source {
            syntax: Syntax::of(&path),
            bytes: bytes.unwrap_or_default(),
            lines: OnceCell::new(),
            changed: changed.map(|file| FileView::new(file, self.objects)),
            path,
        });
        true
    }

    /// Returns the content of a file; `None` if it cannot be read. A link leads to what is listed itself.
    fn open(&mut self, path: &BStr) -> Result<Option<Vec<u8>>, TooMuch> {
        let Ok(Some(side)) = self.objects.entry(self.change.head, path) else {
            return Ok(None);
        };
        if !side.kind.is_file() {
            return Ok(Some(Vec::new()));
        }
        let Ok(size) = self.objects.size(side.id) else {
            return Ok(None);
        };
        if size > self.bounds.file_bytes {
            return Ok(None);
        }
        if self.bytes + size > self.bounds.bytes {
            return Err(TooMuch);
        }
        self.bytes += size;
        Ok(self.objects.blob(side.id).ok())
    }
}

/// More bytes than are read.
struct TooMuch;

/// Lists the source files of the languages of a change, the nearest first.
fn list(change: &ChangeSet, objects: &dyn Objects, bounds: &Bounds) -> Paths {
    let left = || change.files.iter().filter(|file| file.new.is_some());
    let syntaxes: Vec<&'static Syntax> = left()
        .map(|file| Syntax::of(&file.path))
        .filter(|syntax| syntax.has_definitions())
        .collect();
    let is_source = |path: &BString| syntaxes.iter().any(|s| std::ptr::eq(*s, Syntax::of(path)));
    if syntaxes.is_empty() {
        return Paths {
            paths: Vec::new(),
            is_whole: false,
        };
    }
    let near: Vec<&BStr> = left()
        .filter(|file| is_source(&file.path))
        .map(|file| file.path.as_bstr())
        .collect();
    let (first, _) = tree::around(near.iter().copied(), bounds.directories);
    let mut listing = tree::list(objects, change.head, first, &bounds.tree);
    // What a submodule defines is not in the tree, and may be used all the same.
    let has_submodules = objects.entry(change.head, BStr::new(".gitmodules"));
    listing.is_whole &= matches!(has_submodules, Ok(None));
    listing.files.retain(is_source);
    let distance = |path: &BString| {
        let steps = near
            .iter()
            .take(NEAR)
            .map(|near| tree::steps(near, path.as_bstr()));
        (near.binary_search(&path.as_bstr()).is_err(), steps.min())
    };
    listing
        .files
        .sort_by_cached_key(|path| (distance(path), path.clone()));
    listing.is_whole &= listing.files.len() <= bounds.files;
    listing.files.truncate(bounds.files);
    Paths {
        paths: listing.files,
        is_whole: listing.is_whole,
    }
}

impl Source<'_> {
    fn find(&self, symbol: &Symbol) -> Found {
        let mut found = Found::Nothing;
        if definition::words(&self.bytes, symbol.name.as_bytes())
            .next()
            .is_none()
        {
            return found;
        }
        let lines = self.lines.get_or_init(|| Lines::new(&self.bytes));
        for (line, used) in definition::uses(&self.bytes, lines, &symbol.name, self.syntax) {
            let is_it = used == Use::Defines && self.belongs(symbol, line, lines);
            if is_it {
                return Found::Defined;
            }
            // A definition of that name which belongs to something else is no answer either way.
            let is_known = used == Use::Defines || !self.is_new(line, lines);
            found = found.max(if is_known {
                Found::Mentioned
            } else {
                Found::Nothing
            });
        }
        found
    }

    /// Whether a definition is that of the owner: it stands in it, names it, or the path does.
    fn belongs(&self, symbol: &Symbol, line: u32, lines: &Lines) -> bool {
        let Some(owner) = symbol.owner.as_deref().map(str::as_bytes) else {
            return true;
        };
        let names = |line: u32| {
            let text = &self.bytes[lines.range(line)];
            definition::words(text, owner).next().is_some()
        };
        let mut parts = self.path.split(|byte| matches!(byte, b'/' | b'.'));
        if names(line) || parts.any(|part| part == owner) {
            return true;
        }
        let text = Text::new(self.bytes.clone(), Vec::new(), 0);
        heads(&text, line, self.syntax).into_iter().any(names)
    }

    /// Whether the change adds a line, and the line does not bring the name in from elsewhere.
    fn is_new(&self, line: u32, lines: &Lines) -> bool {
        let text = self.bytes[lines.range(line)].to_str_lossy();
        let is_added = self.changed.as_ref().is_some_and(|view| view.is_added(line));
        is_added && !may_bring_in(text.trim())
    }
}

/// Whether a line may bring in a name from outside of the tree: an import that is not of this tree by its
/// words, or a line of a list of names.
fn may_bring_in(line: &str) -> bool {
    const IMPORTS: [&str; 9] = [
        "use ", "pub use ", "import ", "from ", "export ", "using ", "extern ", "#include", "require",
    ];
    const OF_HERE: [&str; 8] = [
        "crate::",
        "super::",
        "self::",
        "'./",
        "\"./",
        "'../",
        "\"../",
        "require_relative",
    ];
    let is_import = IMPORTS.iter().any(|word| line.starts_with(word)) || line.contains("require(");
    let is_of_here = OF_HERE.iter().any(|word| line.contains(word)) || line.starts_with("from .");
    let is_list = line
        .chars()
        .all(|c| c.is_alphanumeric() || "_$,{}: *".contains(c));
    (is_import && !is_of_here) || is_list
}
