//! What a path holds by its name alone: which language, and of what sort that is.

use bstr::{BStr, ByteSlice};

/// A language, and how its files are called.
#[derive(Debug)]
pub struct Language {
    /// Its name in lowercase, as a policy writes it.
    pub name: &'static str,
    /// What sort of thing is written in it.
    pub sort: Sort,
    /// What stands behind the last dot of a name, in lowercase.
    pub ends: &'static [&'static str],
    /// Whole names, in lowercase. One that ends with a dot is the beginning of names, as of `Dockerfile.dev`.
    pub names: &'static [&'static str],
}

/// What sort of thing a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// Programs, scripts and templates.
    Code,
    /// Pages and their looks.
    Markup,
    /// What builds, runs and deploys programs.
    Build,
    /// What programs and tools are told.
    Configuration,
    /// What people read.
    Prose,
    /// What programs read and write.
    Data,
}

/// Returns the language of a path; `None`: its name does not say.
#[must_use]
pub fn of(path: &BStr) -> Option<&'static Language> {
    let name = path.rsplit(|byte| *byte == b'/').next()?;
    let name = name.to_str_lossy().to_ascii_lowercase();
    let ends = |language: &&Language| {
        let end = name.rsplit_once('.').map(|(_, end)| end);
        end.is_some_and(|end| language.ends.contains(&end))
    };
    let begins = |language: &&Language| {
        let mut names = language.names.iter().filter(|whole| whole.ends_with('.'));
        names.any(|whole| name.starts_with(whole))
    };
    let whole = LANGUAGES.iter().find(|language| language.names.contains(&&*name));
    whole
        .or_else(|| LANGUAGES.iter().find(ends))
        .or_else(|| LANGUAGES.iter().find(begins))
}

/// Returns the language of a name, as a policy writes it.
#[must_use]
pub fn find(name: &str) -> Option<&'static Language> {
    LANGUAGES.iter().find(|language| language.name == name)
}

/// Returns what sort of thing a path holds; `None`: its name does not say.
#[must_use]
pub fn sort(path: &BStr) -> Option<Sort> {
    of(path).map(|language| language.sort)
}

const fn row(
    name: &'static str,
    sort: Sort,
    ends: &'static [&'static str],
    names: &'static [&'static str],
) -> Language {
    Language {
        name,
        sort,
        ends,
        names,
    }
}

/// All languages that are known. A file belongs to the first that fits: by its whole name, by its end, by the
/// beginning of its name.
pub const LANGUAGES: &[Language] = &[
    row("rust", Sort::Code, &["rs"], &[]),
    row(
        "python",
        Sort::Code,
        &["py", "pyi", "pyx", "pyw"],
        &["sconstruct", "sconscript", "wscript"],
    ),
    row("javascript", Sort::Code, &["js", "mjs", "cjs", "jsx"], &[]),
    row("typescript", Sort::Code, &["ts", "mts", "cts", "tsx"], &[]),
    row("go", Sort::Code, &["go"], &[]),
    row("java", Sort::Code, &["java"], &[]),
    row("kotlin", Sort::Code, &["kt", "kts"], &[]),
    row("c", Sort::Code, &["c", "h"], &[]),
    row(
        "cpp",
        Sort::Code,
        &["cc", "cpp", "cxx", "hh", "hpp", "hxx", "ipp", "inl", "ino"],
        &[],
    ),
    row("cuda", Sort::Code, &["cu", "cuh"], &[]),
    row("objective-c", Sort::Code, &["m", "mm"], &[]),
    row("csharp", Sort::Code, &["cs", "csx", "cshtml", "razor"], &[]),
    row("fsharp", Sort::Code, &["fs", "fsi", "fsx"], &[]),
    row("visual-basic", Sort::Code, &["vb", "vbs", "bas"], &[]),
    row(
        "ruby",
        Sort::Code,
        &["rb", "rake", "gemspec", "podspec", "ru", "erb", "haml", "slim"],
        &[
            "gemfile",
            "rakefile",
            "podfile",
            "vagrantfile",
            "fastfile",
            "appfile",
            "brewfile",
            "dangerfile",
            "guardfile",
            "capfile",
        ],
    ),
    row("php", Sort::Code, &["php", "phtml", "php5", "twig"], &[]),
    row("swift", Sort::Code, &["swift"], &[]),
    row("scala", Sort::Code, &["scala", "sbt", "sc"], &[]),
    row(
        "groovy",
        Sort::Code,
        &["groovy", "gvy", "gradle"],
        &["jenkinsfile", "jenkinsfile."],
    ),
    row("clojure", Sort::Code, &["clj", "cljs", "cljc", "edn"], &[]),
    row(
        "shell",
        Sort::Code,
        &["sh", "bash", "zsh", "ksh", "fish", "bats"],
        &[".bashrc", ".bash_profile", ".zshrc", ".profile", ".envrc"],
    ),
    row("powershell", Sort::Code, &["ps1", "psm1", "psd1"], &[]),
    row("batch", Sort::Code, &["bat", "cmd"], &[]),
    row("perl", Sort::Code, &["pl", "pm", "t"], &["cpanfile"]),
    row("sql", Sort::Code, &["sql", "psql", "ddl", "plsql"], &[]),
    row("vue", Sort::Code, &["vue"], &[]),
    row("svelte", Sort::Code, &["svelte"], &[]),
    row("astro", Sort::Code, &["astro"], &[]),
    row("jsp", Sort::Code, &["jsp", "jspx", "tag"], &[]),
    row(
        "template",
        Sort::Code,
        &[
            "ejs", "hbs", "mustache", "j2", "jinja", "jinja2", "tmpl", "liquid", "pug",
        ],
        &[],
    ),
    row("lua", Sort::Code, &["lua"], &[]),
    row("elixir", Sort::Code, &["ex", "exs", "eex", "heex", "leex"], &[]),
    row("erlang", Sort::Code, &["erl", "hrl"], &["rebar.config"]),
    row("gleam", Sort::Code, &["gleam"], &[]),
    row("haskell", Sort::Code, &["hs", "lhs"], &[]),
    row("purescript", Sort::Code, &["purs"], &[]),
    row("elm", Sort::Code, &["elm"], &[]),
    row("ocaml", Sort::Code, &["ml", "mli", "re", "rei"], &[]),
    row("dart", Sort::Code, &["dart"], &[]),
    row("zig", Sort::Code, &["zig", "zon"], &[]),
    row("nim", Sort::Code, &["nim", "nims"], &[]),
    row("crystal", Sort::Code, &["cr"], &[]),
    row("d", Sort::Code, &["d"], &[]),
    row("julia", Sort::Code, &["jl"], &[]),
    row("r", Sort::Code, &["r", "rmd"], &[]),
    row("fortran", Sort::Code, &["f", "f90", "f95", "f03", "for"], &[]),
    row("pascal", Sort::Code, &["pas", "dpr", "pp"], &[]),
    row("ada", Sort::Code, &["adb", "ads"], &[]),
    row("cobol", Sort::Code, &["cob", "cbl", "cpy"], &[]),
    row(
        "lisp",
        Sort::Code,
        &["lisp", "lsp", "el", "scm", "rkt", "ss"],
        &[],
    ),
    row("tcl", Sort::Code, &["tcl"], &[]),
    row("awk", Sort::Code, &["awk"], &[]),
    row("assembly", Sort::Code, &["s", "asm"], &[]),
    row("solidity", Sort::Code, &["sol", "vy"], &[]),
    row("move", Sort::Code, &["move"], &[]),
    row("verilog", Sort::Code, &["v", "sv", "svh"], &[]),
    row("vhdl", Sort::Code, &["vhd", "vhdl"], &[]),
    row(
        "shader",
        Sort::Code,
        &["glsl", "vert", "frag", "hlsl", "wgsl", "metal"],
        &[],
    ),
    row("gdscript", Sort::Code, &["gd"], &[]),
    row("apex", Sort::Code, &["apex", "cls", "trigger"], &[]),
    row("rego", Sort::Code, &["rego"], &[]),
    row("graphql", Sort::Code, &["graphql", "gql", "graphqls"], &[]),
    row("prisma", Sort::Code, &["prisma"], &[]),
    row("protobuf", Sort::Code, &["proto"], &[]),
    row("thrift", Sort::Code, &["thrift"], &[]),
    row("html", Sort::Markup, &["html", "htm", "xhtml"], &[]),
    row("css", Sort::Markup, &["css", "scss", "sass", "less", "styl"], &[]),
    row("svg", Sort::Markup, &["svg"], &[]),
    row(
        "dockerfile",
        Sort::Build,
        &["dockerfile"],
        &["dockerfile", "dockerfile.", "containerfile", "containerfile."],
    ),
    row(
        "make",
        Sort::Build,
        &["mk", "mak"],
        &["makefile", "makefile.", "gnumakefile", "bsdmakefile"],
    ),
    row("just", Sort::Build, &["just"], &["justfile", ".justfile"]),
    row("cmake", Sort::Build, &["cmake"], &["cmakelists.txt"]),
    row(
        "meson",
        Sort::Build,
        &[],
        &["meson.build", "meson.options", "meson_options.txt"],
    ),
    row("ninja", Sort::Build, &["ninja", "gn", "gni"], &[]),
    row("autotools", Sort::Build, &["ac", "am", "m4"], &[]),
    row(
        "starlark",
        Sort::Build,
        &["bzl", "bazel", "star", "bxl"],
        &["build", "workspace", "tiltfile", "buck", ".bazelrc"],
    ),
    row("terraform", Sort::Build, &["tf", "hcl", "tfvars", "tofu"], &[]),
    row("bicep", Sort::Build, &["bicep", "bicepparam"], &[]),
    row("nix", Sort::Build, &["nix"], &[]),
    row("puppet", Sort::Build, &["epp"], &["puppetfile"]),
    row("procfile", Sort::Build, &[], &["procfile"]),
    row(
        "yaml",
        Sort::Configuration,
        &["yml", "yaml"],
        &[".clang-format", ".clang-tidy"],
    ),
    row("toml", Sort::Configuration, &["toml"], &["pipfile"]),
    row(
        "json",
        Sort::Configuration,
        &["json", "jsonc", "json5", "webmanifest"],
        &[".babelrc", ".eslintrc"],
    ),
    row(
        "jsonnet",
        Sort::Configuration,
        &["jsonnet", "libsonnet", "cue", "pkl", "dhall"],
        &[],
    ),
    row(
        "xml",
        Sort::Configuration,
        &[
            "xml", "xsl", "xslt", "xsd", "wsdl", "plist", "csproj", "fsproj", "vbproj", "vcxproj", "props",
            "targets", "nuspec", "xaml",
        ],
        &[],
    ),
    row("dotenv", Sort::Configuration, &["env"], &[".env", ".env."]),
    row(
        "ini",
        Sort::Configuration,
        &[
            "ini",
            "cfg",
            "conf",
            "cnf",
            "properties",
            "config",
            "service",
            "timer",
            "socket",
            "desktop",
            "reg",
        ],
        &[
            ".npmrc",
            ".yarnrc",
            ".editorconfig",
            ".gitconfig",
            ".gitmodules",
            ".flake8",
            ".pylintrc",
            ".htaccess",
            ".pypirc",
            ".netrc",
            "nginx.conf",
        ],
    ),
    row(
        "ignore",
        Sort::Configuration,
        &["gitignore", "dockerignore", "npmignore", "gitattributes"],
        &["codeowners"],
    ),
    row("go-module", Sort::Configuration, &[], &["go.mod", "go.work"]),
    row(
        "requirements",
        Sort::Configuration,
        &[],
        &["requirements.txt", "constraints.txt", "requirements.in"],
    ),
    row("cabal", Sort::Configuration, &["cabal"], &["cabal.project"]),
    row("opam", Sort::Configuration, &["opam"], &["dune", "dune-project"]),
    row(
        "markdown",
        Sort::Prose,
        &["md", "markdown", "mdx", "mdown", "qmd"],
        &[],
    ),
    row(
        "text",
        Sort::Prose,
        &[
            "txt", "text", "rst", "adoc", "asciidoc", "org", "tex", "textile", "pod", "rtf", "man", "po",
            "pot",
        ],
        &[
            "readme",
            "readme.",
            "license",
            "license.",
            "licence",
            "licence.",
            "copying",
            "copying.",
            "notice",
            "authors",
            "contributors",
            "maintainers",
            "changelog",
            "changelog.",
            "changes",
            "news",
            "todo",
            "thanks",
            "copyright",
            "patents",
        ],
    ),
    row(
        "data",
        Sort::Data,
        &[
            "csv",
            "tsv",
            "jsonl",
            "ndjson",
            "geojson",
            "log",
            "dat",
            "out",
            "golden",
            "snap",
            "lock",
            "sum",
            "diff",
            "patch",
            "ipynb",
            "bib",
            "xliff",
            "xlf",
            "resx",
            "arb",
            "strings",
            "stringsdict",
            "ftl",
            "srt",
            "vtt",
            "pem",
            "crt",
            "cer",
            "pub",
            "asc",
            "sig",
            "gpg",
            "ics",
        ],
        &[],
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn name(path: &str) -> Option<&'static str> {
        of(BStr::new(path)).map(|language| language.name)
    }

    #[test]
    fn by_its_end() {
        assert_eq!(name("src/a.rs"), Some("rust"));
        assert_eq!(name("A/B.Test.TSX"), Some("typescript"));
        assert_eq!(name("x.unheard"), None);
        assert_eq!(name("rs"), None, "a name is no end");
        assert_eq!(name("a/"), None);
        let hidden = of(BStr::new(b"\xff.rs")).map(|language| language.name);
        assert_eq!(hidden, Some("rust"), "no name hides what a file is");
    }

    #[test]
    fn by_its_whole_name() {
        assert_eq!(name("docker/Dockerfile"), Some("dockerfile"));
        assert_eq!(name("Dockerfile.dev"), Some("dockerfile"));
        assert_eq!(name("api.dockerfile"), Some("dockerfile"));
        assert_eq!(name("Makefile"), Some("make"));
        assert_eq!(name("lib/CMakeLists.txt"), Some("cmake"));
        assert_eq!(name("notes.txt"), Some("text"));
        assert_eq!(name(".env"), Some("dotenv"));
        assert_eq!(name(".env.production"), Some("dotenv"));
        assert_eq!(name("prod.env"), Some("dotenv"));
        assert_eq!(name("Jenkinsfile"), Some("groovy"));
        assert_eq!(name("BUILD.bazel"), Some("starlark"));
        assert_eq!(name("go.mod"), Some("go-module"));
        assert_eq!(name("install"), None, "it may well be a script");
        assert_eq!(name("README.fr.md"), Some("markdown"));
        assert_eq!(name("LICENSE.apache"), Some("text"));
        assert_eq!(
            name("build.rs"),
            Some("rust"),
            "an end says more than a beginning"
        );
    }

    #[test]
    fn no_end_and_no_name_stands_for_two() {
        let (mut ends, mut names, mut languages) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for language in LANGUAGES {
            assert!(languages.insert(language.name), "{}", language.name);
            assert_eq!(find(language.name).map(|found| found.name), Some(language.name));
            for end in language.ends {
                assert!(ends.insert(end), "`.{end}` stands for two");
                assert!(!end.contains('.') && *end == end.to_ascii_lowercase(), "{end}");
            }
            for name in language.names {
                assert!(names.insert(name), "`{name}` stands for two");
                assert_eq!(*name, name.to_ascii_lowercase());
            }
        }
    }
}
