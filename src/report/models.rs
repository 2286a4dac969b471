//! The words for what models say: what their findings are about, and why some never block.

/// What findings of models are about: the part of their check behind `validators/`.
#[derive(Debug, Clone, Copy)]
pub struct Family {
    /// The word in the id of the check.
    pub name: &'static str,
    /// What its findings say, in a few lowercase words.
    pub summary: &'static str,
    /// Why that matters: whole sentences.
    pub why: &'static str,
    /// What to do about a finding: whole sentences.
    pub fix: &'static str,
}

/// All families.
pub const FAMILIES: &[Family] = &[
    Family {
        name: "correctness",
        summary: "models say that the code does something other than it should",
        why: "A defect that a reviewer can see in the change costs least before it is recorded.",
        fix: "Read the lines and judge for yourself: a model is often wrong. Correct the code, or add a test that \
              shows that it is right.",
    },
    Family {
        name: "security",
        summary: "models say that the code can be abused",
        why: "What can be abused will be, and once it is released everybody can read how.",
        fix: "Follow the input from where it comes in to the lines of the finding. Check it where it comes in, or \
              show that it cannot get there.",
    },
    Family {
        name: "performance",
        summary: "models say that the code costs more than it should",
        why: "Work that grows faster than its input is not seen in a test and stops a service later.",
        fix: "Measure it with an input of the size that is to be expected, then do the work once or leave it out.",
    },
    Family {
        name: "design",
        summary: "models say that the code is hard to keep",
        why: "Code that goes against how its parts fit together, or that no test covers, makes each later change \
              dearer.",
        fix: "Decide whether the remark is right for this repository, and change the code where it is.",
    },
    Family {
        name: "world",
        summary: "models say something about the world outside the repository",
        why: "Versions, registries and services change after a model was trained, so it cannot know, and what it \
              says about them never blocks.",
        fix: "Look it up where it is known, such as in the lock file or the registry.",
    },
    Family {
        name: "intent",
        summary: "models say that the message and the change differ",
        why: "Whoever reads the history later trusts its messages. What was meant is not for a model to decide, so \
              this never blocks.",
        fix: "Make the message say what the change does, or take out of the change what it does not say.",
    },
];

/// Why something that models say never blocks: the stable word, and the same in plain words.
pub const CEILINGS: &[(&str, &str)] = &[
    ("old-code", "it stands on code that the change left alone"),
    ("unanswered", "it could be computed, and was not"),
    ("outside-world", "it is about the world outside the repository"),
    ("intent", "it is about what was meant"),
    ("not-shown", "its place was not shown to the model"),
    ("wider-than-shown", "it needs more than the model was shown"),
    ("asks-to-check", "it asks to look again and states nothing"),
    (
        "seen-before",
        "an earlier round was shown these lines, and nobody said it",
    ),
    (
        "rounds-over",
        "the branch has had as many rounds as the policy allows",
    ),
];

/// Returns the family of a check, if models stand behind it.
#[must_use]
pub fn family(check: &str) -> Option<&'static Family> {
    let name = check.strip_prefix("validators/")?;
    FAMILIES.iter().find(|family| family.name == name)
}

/// Whether the findings of a check are what models say.
#[must_use]
pub fn is_theirs(check: &str) -> bool {
    check.starts_with("validators/")
}
