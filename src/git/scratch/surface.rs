//! Which files run as a program once they stand in the user's tree, without anybody meaning to run them: build and
//! editor settings, hooks, workflows. A person should look at those before they are taken over.

use bstr::BStr;

/// Files by their name, in any directory, in lowercase.
const NAMES: &[&str] = &[
    ".bazelrc",
    ".clang-tidy",
    ".editorconfig",
    ".envrc",
    ".gitattributes",
    ".gitconfig",
    ".gitlab-ci.yml",
    ".gitmodules",
    ".lefthook.yml",
    ".mcp.json",
    ".npmrc",
    ".pantheon.toml",
    ".pnpmfile.cjs",
    ".pre-commit-config.yaml",
    ".prettierrc.js",
    ".eslintrc.js",
    ".tool-versions",
    ".travis.yml",
    ".yarnrc",
    ".yarnrc.yml",
    "agents.md",
    "azure-pipelines.yml",
    "bitbucket-pipelines.yml",
    "build.gradle",
    "build.gradle.kts",
    "build.rs",
    "build.xml",
    "build.zig",
    "cargo.toml",
    "claude.md",
    "cmakelists.txt",
    "composer.json",
    "conftest.py",
    "default.nix",
    "deno.json",
    "devbox.json",
    "dockerfile",
    "flake.nix",
    "gemfile",
    "gemini.md",
    "gnumakefile",
    "gradlew",
    "gradlew.bat",
    "gulpfile.js",
    "jenkinsfile",
    "justfile",
    "lefthook.yml",
    "makefile",
    "meson.build",
    "mise.toml",
    ".mise.toml",
    "mvnw",
    "mvnw.cmd",
    "noxfile.py",
    "package.json",
    "pom.xml",
    "pyproject.toml",
    "rakefile",
    "rust-toolchain",
    "rust-toolchain.toml",
    "settings.gradle",
    "settings.gradle.kts",
    "setup.cfg",
    "setup.py",
    "shell.nix",
    "sitecustomize.py",
    "taskfile.yml",
    "tox.ini",
    "tsconfig.json",
    "usercustomize.py",
    "vagrantfile",
    "workspace",
];

/// Directories, anywhere, of which every file counts, in lowercase.
const DIRS: &[&str] = &[
    ".aider",
    ".cargo",
    ".circleci",
    ".claude",
    ".codex",
    ".cursor",
    ".devcontainer",
    ".direnv",
    ".gemini",
    ".githooks",
    ".github",
    ".husky",
    ".idea",
    ".mvn",
    ".opencode",
    ".vscode",
    ".yarn",
    "git-hooks",
    "githooks",
    "hooks",
];

/// Ends of names, in lowercase.
const ENDS: &[&str] = &[
    ".bzl",
    ".cmake",
    ".config.cjs",
    ".config.js",
    ".config.mjs",
    ".config.ts",
    ".csproj",
    ".gemspec",
    ".gradle",
    ".mk",
    ".pth",
    ".sln",
    ".targets",
    ".vcxproj",
    ".code-workspace",
];

/// Whether a file runs as a program without anybody meaning to.
pub(super) fn is_executable(path: &BStr) -> bool {
    let path = path.to_ascii_lowercase();
    let mut parts = path.rsplit(|byte| *byte == b'/');
    let name = parts.next().unwrap_or_default();
    let is = |known: &&str, part: &[u8]| part == known.as_bytes();
    NAMES.iter().any(|known| is(known, name))
        || ENDS.iter().any(|end| name.ends_with(end.as_bytes()))
        || parts.any(|dir| DIRS.iter().any(|known| is(known, dir)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_runs_by_itself_is_known() {
        for path in [
            "package.json",
            "web/package.json",
            ".envrc",
            ".vscode/tasks.json",
            "build.rs",
            "crates/a/build.rs",
            ".cargo/config.toml",
            ".gitattributes",
            "sub/.gitattributes",
            ".gitmodules",
            ".husky/pre-commit",
            ".github/workflows/ci.yml",
            "hooks/pre-push",
            "Makefile",
            "CMakeLists.txt",
            "vite.config.ts",
            "a.mk",
            ".pantheon.toml",
        ] {
            assert!(is_executable(path.into()), "{path}");
        }
        for path in [
            "src/main.rs",
            "README.md",
            "docs/package.json.md",
            "tests/a.py",
            "hooks",
        ] {
            assert!(!is_executable(path.into()), "{path}");
        }
    }
}
