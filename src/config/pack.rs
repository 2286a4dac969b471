//! The packs that are shipped inside the program.

/// A shipped pack.
pub struct Pack {
    /// The name in `extends`.
    pub name: &'static str,
    /// The file it comes from, to show.
    pub file: &'static str,
    /// The TOML text.
    pub text: &'static str,
}

/// The pack that counts where nothing else is said.
pub(super) const USUAL: &str = "recommended";

/// All shipped packs, the mildest first, then what is added to one of them.
pub const PACKS: &[Pack] = &[
    Pack {
        name: "minimal",
        file: "policies/minimal.toml",
        text: include_str!("../../policies/minimal.toml"),
    },
    Pack {
        name: USUAL,
        file: "policies/recommended.toml",
        text: include_str!("../../policies/recommended.toml"),
    },
    Pack {
        name: "strict",
        file: "policies/strict.toml",
        text: include_str!("../../policies/strict.toml"),
    },
    Pack {
        name: "reviewed",
        file: "policies/reviewed.toml",
        text: include_str!("../../policies/reviewed.toml"),
    },
];

/// Returns the shipped pack of that name.
pub(super) fn find(name: &str) -> Option<&'static Pack> {
    PACKS.iter().find(|pack| pack.name == name)
}
