//! What comes into the house from elsewhere?

use super::Shipped;
use crate::validators::claim::Kind;
use bstr::{BStr, ByteSlice};

/// What comes into the house from elsewhere?
///
/// What a version is and what a registry holds is answered by the lock file, or by nobody: such claims have kinds
/// of their own, which never block.
pub const DEPENDENCY: Shipped = Shipped {
    name: "dependency",
    summary: "a dependency that is not pinned to what was looked at",
    looks_at: "manifests and settings of registries, by their names; lock files are not shown",
    kinds: &[
        Kind::Security,
        Kind::Defect,
        Kind::DependencyVersion,
        Kind::External,
    ],
    gates: true,
    sees_message: false,
    wants: Some(is_manifest),
};

/// Manifests, lock files and settings of registries by their whole names, in lowercase.
const NAMES: &[&str] = &[
    // Rust
    "cargo.toml",
    "cargo.lock",
    // JavaScript and TypeScript
    "package.json",
    "package-lock.json",
    "npm-shrinkwrap.json",
    "pnpm-lock.yaml",
    "pnpm-workspace.yaml",
    "yarn.lock",
    "bun.lock",
    "deno.json",
    "deno.jsonc",
    "deno.lock",
    "bower.json",
    ".npmrc",
    ".yarnrc",
    ".yarnrc.yml",
    // Python
    "pyproject.toml",
    "setup.py",
    "setup.cfg",
    "pipfile",
    "pipfile.lock",
    "poetry.lock",
    "uv.lock",
    "pdm.lock",
    "pixi.toml",
    "pixi.lock",
    "environment.yml",
    "environment.yaml",
    "conda-lock.yml",
    "pip.conf",
    // Go
    "go.mod",
    "go.sum",
    "go.work",
    // Java, Kotlin and Scala
    "pom.xml",
    "build.gradle",
    "build.gradle.kts",
    "settings.gradle",
    "settings.gradle.kts",
    "gradle.lockfile",
    "gradle-wrapper.properties",
    "libs.versions.toml",
    "verification-metadata.xml",
    "build.sbt",
    "plugins.sbt",
    "deps.edn",
    "project.clj",
    // .NET
    "packages.config",
    "packages.lock.json",
    "directory.packages.props",
    "directory.build.props",
    "nuget.config",
    "paket.dependencies",
    "paket.lock",
    // Ruby, PHP, Perl
    "gemfile",
    "gemfile.lock",
    "gems.rb",
    "gems.locked",
    "composer.json",
    "composer.lock",
    "cpanfile",
    "cpanfile.snapshot",
    // Swift and Objective-C
    "package.swift",
    "package.resolved",
    "podfile",
    "podfile.lock",
    "cartfile",
    "cartfile.resolved",
    // Dart, Elixir, Erlang, Gleam
    "pubspec.yaml",
    "pubspec.lock",
    "mix.exs",
    "mix.lock",
    "rebar.config",
    "rebar.lock",
    "gleam.toml",
    // C and C++
    "conanfile.txt",
    "conanfile.py",
    "conan.lock",
    "vcpkg.json",
    "vcpkg-configuration.json",
    // Haskell and OCaml
    "stack.yaml",
    "stack.yaml.lock",
    "package.yaml",
    "cabal.project",
    "cabal.project.freeze",
    "dune-project",
    // Others
    "flake.nix",
    "flake.lock",
    "build.zig.zon",
    "module.bazel",
    "module.bazel.lock",
    "manifest.toml",
    "project.toml",
    "renv.lock",
    "chart.yaml",
    "chart.lock",
    ".terraform.lock.hcl",
    ".gitmodules",
];

/// Ends of names, in lowercase.
const ENDS: &[&str] = &[
    ".csproj", ".fsproj", ".vbproj", ".gemspec", ".podspec", ".cabal", ".opam", ".nuspec",
];

/// Whether a path is that of a manifest, a lock file or the settings of a registry.
fn is_manifest(path: &BStr) -> bool {
    let path = path.to_str_lossy().to_ascii_lowercase();
    let (dir, name) = path.rsplit_once('/').unwrap_or(("", &path));
    NAMES.contains(&name)
        || ENDS.iter().any(|end| name.ends_with(end))
        || is_requirements(dir, name)
        || path.ends_with(".cargo/config.toml")
}

/// `requirements-dev.txt`, `dev-requirements.in`, `requirements/base.txt`, `constraints.txt`.
fn is_requirements(dir: &str, name: &str) -> bool {
    let is_list = name.ends_with(".txt") || name.ends_with(".in");
    let is_named = name.contains("requirements") || name.starts_with("constraints");
    is_list && (is_named || dir.rsplit('/').next() == Some("requirements"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn manifests_and_lock_files() {
        for path in [
            "Cargo.toml",
            "a/b/package.json",
            "pnpm-lock.yaml",
            "requirements/base.txt",
            "dev-requirements.in",
            "Src/App.csproj",
            "Gemfile",
            ".cargo/config.toml",
            "gradle/libs.versions.toml",
        ] {
            assert!(is_manifest(BStr::new(path)), "{path}");
        }
        for path in [
            "src/package.rs",
            "docs/requirements.md",
            "notes.txt",
            "config.toml",
            "a.json",
        ] {
            assert!(!is_manifest(BStr::new(path)), "{path}");
        }
    }
}
