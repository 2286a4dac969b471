//! One share of a judgement that several runners make, and what its report holds so that it can be joined.

use super::{OnInconclusive, Severity};
use sha2::{Digest, Sha256};
use std::fmt;

/// One share of a judgement that several runners make: `2 of 4`.
///
/// A unit is what some check has to do with one path, or with the change as a whole. Which share it falls into is
/// told by a hash of both names, so that every runner knows it without asking the others, and a change of one file
/// moves no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    /// Its number, from 1.
    pub index: u32,
    /// How many there are.
    pub count: u32,
}

impl Shard {
    /// The most shares of one judgement.
    pub const MOST: u32 = 1000;

    /// Whether a unit falls into this share; an empty path stands for the change as a whole.
    #[must_use]
    pub fn takes(self, check: &str, path: &[u8]) -> bool {
        let mut hash = Sha256::new();
        hash.update(check.as_bytes());
        hash.update(b"\0");
        hash.update(path);
        let first = hash
            .finalize()
            .iter()
            .take(8)
            .fold(0_u64, |n, byte| n << 8 | u64::from(*byte));
        first % u64::from(self.count.max(1)) + 1 == u64::from(self.index)
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "shard {} of {}", self.index, self.count)
    }
}

/// What the report of one share says besides what it found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Which share.
    pub shard: Shard,
    /// How many files of the change fall into it.
    pub files: usize,
    /// Whether the program was told to end before it had looked at everything.
    pub incomplete: bool,
    /// What the verdict rests on.
    pub grounds: Grounds,
    /// What the verdict of the policy that the change brings rests on, where that is another one.
    pub after: Option<Grounds>,
}

impl Part {
    /// Says that this is not the whole, one lowercase line.
    #[must_use]
    pub fn note(&self, all: usize) -> String {
        let (shard, files) = (self.shard, self.files);
        format!(
            "partial: {shard} looked at {files} of {all} files; `pantheon report merge` joins the reports of all"
        )
    }
}

/// What a verdict rests on: all that a policy needs to decide, but for the findings themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grounds {
    /// The lowest severity that blocks; `None`: nothing does.
    pub block: Option<Severity>,
    /// The lowest severity that blocks where models say it; `None`: nothing does.
    pub block_models: Option<Severity>,
    /// The lowest severity that is shown.
    pub warn: Severity,
    /// What is made of gaps.
    pub on_inconclusive: OnInconclusive,
    /// How many computed findings block.
    pub computed: usize,
    /// How many findings of models block.
    pub said: usize,
    /// How many findings are shown and do not block.
    pub warned: usize,
    /// What was not looked at, sorted, each once.
    pub gaps: Vec<String>,
    /// Whether any check completed.
    pub checked: bool,
    /// The waivers of the policy.
    pub waivers: Vec<Standing>,
}

/// How a waiver stands to what was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The start of the fingerprint that it is about.
    pub fingerprint: String,
    /// Where it is written.
    pub origin: String,
    /// The last day on which it holds.
    pub expires: String,
    /// Whether it still holds.
    pub holds: bool,
    /// Whether it is about something that was found.
    pub covers: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn each_unit_falls_into_one_share(check in "[a-z]{1,12}", path: Vec<u8>, count in 1..=Shard::MOST) {
            let takes = |index: &u32| Shard { index: *index, count }.takes(&check, &path);
            prop_assert_eq!((1..=count).filter(takes).count(), 1);
        }
    }

    /// Runners of one judgement must agree, whatever they run on.
    #[test]
    fn the_hash_stays() {
        let of = |path: &str| {
            (1..=7).find(|index| {
                Shard {
                    index: *index,
                    count: 7,
                }
                .takes("rules", path.as_bytes())
            })
        };
        assert_eq!(["", "a", "src/main.rs"].map(of), [Some(6), Some(7), Some(1)]);
    }
}
