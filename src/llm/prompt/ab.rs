//! Splits changes between the arms of an experiment, the same way every time and on every machine.

use serde::Serialize;
use sha2::{Digest, Sha256};
use std::fmt;

/// Two or more ways to do the same thing, compared on real changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Experiment {
    /// Its name. Another name splits the same changes otherwise.
    pub name: String,
    /// The ways, in an order that must not change while the experiment runs.
    pub arms: Vec<Arm>,
}

/// One way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arm {
    /// Its name.
    pub name: String,
    /// Its share of the changes, beside the other arms' shares; zero: never.
    pub weight: u32,
}

/// Which arm a change went to, for the record of the call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Chosen {
    /// The experiment.
    pub experiment: String,
    /// The arm.
    pub arm: String,
}

impl Experiment {
    /// Returns the arm for a change, by the change's digest; `None` if no arm has any weight.
    #[must_use]
    pub fn arm(&self, change: &str) -> Option<Chosen> {
        let all: u64 = self.arms.iter().map(|arm| u64::from(arm.weight)).sum();
        let mut left = self.point(change, all);
        for arm in &self.arms {
            let weight = u64::from(arm.weight);
            if left < weight {
                return Some(Chosen {
                    experiment: self.name.clone(),
                    arm: arm.name.clone(),
                });
            }
            left -= weight;
        }
        None
    }

    /// Returns a number below `all` that depends on the experiment and the change alone.
    fn point(&self, change: &str, all: u64) -> u64 {
        let mut hash = Sha256::new();
        hash.update((self.name.len() as u64).to_le_bytes());
        hash.update(&self.name);
        hash.update(change);
        let first = hash
            .finalize()
            .iter()
            .take(8)
            .fold(0, |number, &byte| number << 8 | u64::from(byte));
        ((u128::from(first) * u128::from(all)) >> 64) as u64
    }
}

impl fmt::Display for Chosen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.experiment, self.arm)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn experiment(name: &str, weights: &[(&str, u32)]) -> Experiment {
        let arms = weights.iter().map(|&(name, weight)| Arm {
            name: name.into(),
            weight,
        });
        Experiment {
            name: name.into(),
            arms: arms.collect(),
        }
    }

    /// How many of 2,000 changes go to each arm.
    fn split(experiment: &Experiment) -> Vec<usize> {
        let chosen: Vec<_> = (0..2000)
            .map(|n| experiment.arm(&format!("{n:064x}")).unwrap().arm)
            .collect();
        let count = |arm: &Arm| chosen.iter().filter(|name| **name == arm.name).count();
        experiment.arms.iter().map(count).collect()
    }

    #[test]
    fn a_change_always_goes_to_the_same_arm() {
        let experiment = experiment("tone", &[("kind", 1), ("strict", 1)]);
        let arms = ["a", "b", "c", "d", "e", "f"].map(|change| experiment.arm(change).unwrap().to_string());
        let [kind, strict] = ["tone=kind", "tone=strict"];
        assert_eq!(arms, [strict, strict, kind, strict, kind, kind]);
    }

    #[test]
    fn weights_are_shares() {
        assert_eq!(split(&experiment("tone", &[("a", 1), ("b", 1)])), [995, 1005]);
        assert_eq!(
            split(&experiment("x", &[("a", 9), ("b", 0), ("c", 1)])),
            [1801, 0, 199]
        );
    }

    #[test]
    fn experiments_split_independently() {
        let [one, two] = ["one", "two"].map(|name| experiment(name, &[("a", 1), ("b", 1)]));
        let same = (0..2000).filter(|n| {
            let arms = [&one, &two].map(|e| e.arm(&n.to_string()).unwrap().arm);
            arms[0] == arms[1]
        });
        assert!((900..1100).contains(&same.count()));
    }

    #[test]
    fn without_weight_there_is_no_arm() {
        assert_eq!(experiment("x", &[]).arm("a"), None);
        assert_eq!(experiment("x", &[("a", 0)]).arm("a"), None);
        assert!(
            experiment("x", &[("a", u32::MAX), ("b", u32::MAX)])
                .arm("a")
                .is_some()
        );
    }
}
