//! Can the data be lost, and can the step be taken back?

use super::Shipped;
use crate::check::is_test;
use crate::validators::claim::Kind;
use crate::validators::language;
use bstr::{BStr, ByteSlice};

/// Can the data be lost, and can the step be taken back?
pub const MIGRATION: Shipped = Shipped {
    name: "migration",
    summary: "a migration that loses or locks data, or cannot be taken back",
    looks_at: "migrations, schemas and SQL that may be one, by their names",
    kinds: &[Kind::Migration, Kind::Defect],
    gates: true,
    sees_message: false,
    wants: Some(is_migration),
};

/// Directories that hold migrations: those of Rails, Django, Alembic, Flyway, Prisma, Diesel, sqlx, golang-migrate,
/// Knex, TypeORM, Ecto, Laravel, Entity Framework and their like.
const DIRS: [&str; 7] = [
    "migration",
    "migrations",
    "migrate",
    "post_migrate",
    "data_migrations",
    "alembic",
    "flyway",
];

/// The languages in which they are written there.
const LANGUAGES: [&str; 11] = [
    "ruby",
    "python",
    "javascript",
    "typescript",
    "php",
    "csharp",
    "java",
    "kotlin",
    "groovy",
    "go",
    "elixir",
];

/// What stands beside migrations and is none, without the end of its name.
const BESIDE: [&str; 6] = ["__init__", "env", "index", "main", "conftest", "helpers"];

/// Files that say what the database is like.
const SCHEMAS: [&str; 2] = ["schema.rb", "schema.prisma"];

/// Directories of statements that leave the schema alone.
const QUERIES: [&str; 5] = ["query", "queries", "seed", "seeds", "reports"];

/// Whether a path is that of a migration, or of SQL that may be one.
fn is_migration(path: &BStr) -> bool {
    let path = path.to_str_lossy().to_ascii_lowercase();
    let (dir, name) = path.rsplit_once('/').unwrap_or(("", &path));
    let is_in = |dirs: &[&str]| dir.split('/').any(|part| dirs.contains(&part));
    let Some(language) = language::of(BStr::new(&path)) else {
        return false;
    };
    match language.name {
        _ if SCHEMAS.contains(&name) => true,
        "sql" => !is_in(&QUERIES) && !is_test(BStr::new(&path)),
        "rust" => is_in(&DIRS) && is_numbered(name),
        "xml" | "yaml" | "json" => {
            name.contains("changelog") || is_in(&["changelog", "changelogs", "liquibase"])
        }
        language => is_in(&DIRS) && LANGUAGES.contains(&language) && is_step(name),
    }
}

/// Whether a file in such a directory is a step, and neither what runs the steps nor what a program wrote.
fn is_step(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default();
    !BESIDE.contains(&stem) && !name.ends_with(".designer.cs") && !stem.ends_with("modelsnapshot")
}

/// `m20240101_create.rs`, `V1__create.rs`.
fn is_numbered(name: &str) -> bool {
    let digits = name.trim_start_matches(['m', 'v', 'u']);
    digits.starts_with(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_tool_has_its_place() {
        for (tool, path) in [
            ("Rails", "db/migrate/20240101000000_add_email.rb"),
            ("Rails", "db/schema.rb"),
            ("Django", "shop/orders/migrations/0007_total.py"),
            ("Alembic", "alembic/versions/1a2b_total.py"),
            ("Flask-Migrate", "migrations/versions/1a2b_total.py"),
            ("Flyway", "src/main/resources/db/migration/V2__total.sql"),
            ("Flyway", "src/main/java/db/migration/V3__Total.java"),
            ("Liquibase", "src/main/resources/db/changelog/db.changelog-1.xml"),
            ("Liquibase", "db/changelog/2024/total.yaml"),
            ("Prisma", "prisma/migrations/20240101_total/migration.sql"),
            ("Prisma", "prisma/schema.prisma"),
            ("Diesel", "migrations/2024-01-01-000000_total/up.sql"),
            ("sqlx", "migrations/20240101_total.sql"),
            ("golang-migrate", "db/000003_total.up.sql"),
            ("goose", "migrations/00003_total.go"),
            ("Knex", "migrations/20240101_total.js"),
            ("TypeORM", "src/migration/1700000000000-Total.ts"),
            ("Ecto", "priv/repo/migrations/20240101_total.exs"),
            ("Laravel", "database/migrations/2024_01_01_total.php"),
            ("Entity Framework", "Migrations/20240101_Total.cs"),
            ("SeaORM", "migration/src/m20240101_000001_total.rs"),
        ] {
            assert!(is_migration(BStr::new(path)), "{tool}: {path}");
        }
    }

    #[test]
    fn what_is_beside_is_none() {
        for path in [
            "shop/orders/migrations/__init__.py",
            "alembic/env.py",
            "migration/src/lib.rs",
            "src/migrate/mod.rs",
            "Migrations/20240101_Total.Designer.cs",
            "Migrations/ShopContextModelSnapshot.cs",
            "db/queries/orders.sql",
            "tests/data/orders.sql",
            "CHANGELOG.md",
            "docs/migrations/guide.md",
            "config.yaml",
            "app/models/order.rb",
            "migrations/unheard",
        ] {
            assert!(!is_migration(BStr::new(path)), "{path}");
        }
    }
}
