//! The variables of the environment that an agent is given.

use crate::config::{CreatorSettings, Settings};
use crate::llm::book::Book;
use crate::llm::provider;
use crate::sys::job;
use crate::sys::secret::KeySource;
use std::collections::BTreeSet;
use std::ffi::OsString;

/// Returns the variables that hold keys of providers: an agent gets none of them, whatever it is called.
pub fn keys(settings: &Settings, book: &Book) -> BTreeSet<String> {
    let own = settings.models.providers.values();
    let mut keys: BTreeSet<String> = own.flat_map(|own| own.key_env.iter().cloned()).collect();
    keys.extend(
        provider::ALL
            .iter()
            .map(|codec| codec.defaults().key_env.to_owned()),
    );
    keys.extend(book.places.iter().filter_map(|place| match &place.key {
        Some(KeySource::Env(name)) => Some(name.clone()),
        _ => None,
    }));
    keys
}

/// Returns what an agent is given of our own environment.
pub fn variables(creator: &CreatorSettings, keys: &BTreeSet<String>) -> Vec<(OsString, OsString)> {
    let mut all = job::inherited();
    all.retain(|(name, _)| name.to_str().is_some_and(|name| is_given(name, creator, keys)));
    all
}

fn is_given(name: &str, creator: &CreatorSettings, keys: &BTreeSet<String>) -> bool {
    creator.passes(name) && !keys.contains(name)
}

/// Returns the variables that the configuration writes out and that no agent is given.
pub fn refused(creator: &CreatorSettings, keys: &BTreeSet<String>) -> Vec<String> {
    let named = creator.env.iter().filter(|name| keys.contains(*name));
    named.cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_of_a_provider_is_never_given() {
        let creator = CreatorSettings {
            env: ["FAR", "GOOGLE", "NEAR*"].map(str::to_owned).to_vec(),
            ..CreatorSettings::default()
        };
        let keys = BTreeSet::from(["FAR".to_owned(), "NEARBY".to_owned()]);
        for (name, is) in [
            ("FAR", false),
            ("GOOGLE", true),
            ("NEAR_ME", true),
            ("NEARBY", false),
        ] {
            assert_eq!(is_given(name, &creator, &keys), is, "{name}");
        }
        assert_eq!(refused(&creator, &keys), ["FAR"]);
    }
}
