//! Names the language of a file by its name alone.

use crate::check::FileView;

/// Returns the language of the file in lowercase; `None` if its name does not say.
#[must_use]
pub fn of(view: &FileView<'_>) -> Option<&'static str> {
    by_extension(&view.extension()).or_else(|| by_name(view.name()))
}

fn by_extension(extension: &str) -> Option<&'static str> {
    Some(match extension {
        "js" | "jsx" | "mjs" | "cjs" => "javascript",
        "ts" | "tsx" | "mts" | "cts" => "typescript",
        "vue" | "svelte" | "astro" => "javascript",
        "py" | "pyi" | "pyx" => "python",
        "rb" | "rake" | "gemspec" | "ru" => "ruby",
        "rs" => "rust",
        "go" => "go",
        "ex" | "exs" => "elixir",
        "php" => "php",
        "java" => "java",
        "kt" | "kts" => "kotlin",
        "cs" => "csharp",
        "c" | "h" => "c",
        "cc" | "cpp" | "cxx" | "hh" | "hpp" => "cpp",
        "swift" => "swift",
        "scala" => "scala",
        "pl" | "pm" => "perl",
        "sh" | "bash" | "zsh" | "ksh" => "shell",
        "ps1" | "psm1" => "powershell",
        "yml" | "yaml" => "yaml",
        "json" => "json",
        "toml" => "toml",
        "tf" | "hcl" => "terraform",
        "md" | "markdown" | "rst" | "adoc" | "txt" => "prose",
        "dockerfile" => "dockerfile",
        "mk" => "make",
        _ => return None,
    })
}

fn by_name(name: &[u8]) -> Option<&'static str> {
    if name.starts_with(b"Dockerfile") || name.starts_with(b"Containerfile") {
        return Some("dockerfile");
    }
    match name {
        b"Makefile" | b"makefile" | b"GNUmakefile" | b"justfile" => Some("make"),
        b"Jenkinsfile" => Some("groovy"),
        b"Gemfile" | b"Rakefile" | b"Vagrantfile" | b"Guardfile" => Some("ruby"),
        b".bashrc" | b".profile" | b".zshrc" | b"configure" => Some("shell"),
        _ => None,
    }
}
