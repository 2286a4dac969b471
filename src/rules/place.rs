//! What kind of place a path is: code, prose, translations, diffs.

use crate::check::FileView;

const CODE: &[&str] = &[
    "asm", "awk", "bash", "bat", "c", "cc", "clj", "cljs", "cmake", "cmd", "cpp", "cs", "css", "cxx", "dart",
    "el", "elm", "erl", "ex", "exs", "fish", "fs", "fsx", "go", "gradle", "groovy", "h", "hcl", "hh", "hpp",
    "hs", "hxx", "inc", "ino", "java", "jl", "js", "jsx", "kt", "kts", "lisp", "lua", "mjs", "cjs", "mk",
    "ml", "mli", "nim", "nix", "php", "pl", "pm", "ps1", "psm1", "py", "pyi", "pyx", "r", "rb", "rs", "sass",
    "scala", "scm", "scss", "sh", "sol", "sql", "svelte", "swift", "tcl", "tf", "ts", "cts", "mts", "tsx",
    "v", "vb", "vim", "vue", "zig", "zsh",
];

const PROSE: &[&str] = &[
    "adoc", "asciidoc", "htm", "html", "markdown", "md", "mdx", "org", "po", "pot", "rst", "srt", "strings",
    "tex", "textile", "txt", "vtt", "wiki", "xhtml", "xlf", "xliff", "arb",
];

const TRANSLATIONS: &[&str] = &[
    "i18n",
    "l10n",
    "lang",
    "langs",
    "languages",
    "locale",
    "locales",
    "translation",
    "translations",
    "_locales",
];

/// Whether the file is source code, by its name.
pub fn is_code(view: &FileView<'_>) -> bool {
    const NAMES: &[&str] = &[
        "Dockerfile",
        "Makefile",
        "GNUmakefile",
        "Jenkinsfile",
        "Rakefile",
        "Gemfile",
        "Justfile",
    ];
    CODE.contains(&&*view.extension()) || NAMES.iter().any(|n| view.name() == n.as_bytes())
}

/// Whether the file is written for people: documents, subtitles, translations.
pub fn is_prose(view: &FileView<'_>) -> bool {
    PROSE.contains(&&*view.extension()) || is_translation(view)
}

/// Whether the file is Markdown, where two spaces at the end of a line mean a line break.
pub fn is_markdown(view: &FileView<'_>) -> bool {
    matches!(&*view.extension(), "md" | "markdown" | "mdx")
}

/// Whether the file holds a diff, where white space at the end of a line is content.
pub fn is_diff(view: &FileView<'_>) -> bool {
    matches!(&*view.extension(), "diff" | "patch" | "rej" | "orig")
}

/// Whether a directory on the path says that the files in it are translations.
fn is_translation(view: &FileView<'_>) -> bool {
    let path = view.path();
    path.rsplit(|b| *b == b'/').skip(1).any(|dir| {
        TRANSLATIONS
            .iter()
            .any(|t| dir.eq_ignore_ascii_case(t.as_bytes()))
    })
}

/// Returns a name as one line that is safe to print.
pub fn show(name: &[u8]) -> String {
    crate::model::visible_bytes(name)
}
