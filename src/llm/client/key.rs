//! Fetches keys, each once.

use crate::llm::answer::{Failure, FailureKind};
use crate::llm::book::Place;
use crate::llm::transport::Endpoint;
use crate::sys::secret::{KeySource, Secret};
use std::cell::RefCell;
use std::time::Duration;

/// The longest that a program may take for a key.
const LONGEST: Duration = Duration::from_secs(20);

/// The keys that were fetched so far, or why there are none.
#[derive(Default)]
pub struct Keys(RefCell<Vec<(KeySource, Result<Secret, String>)>>);

impl Keys {
    /// Returns an endpoint with its key.
    ///
    /// # Errors
    /// When there is no key.
    pub fn endpoint(
        &self,
        place: &Place,
        name: &str,
        api_version: String,
        left: Duration,
    ) -> Result<Endpoint, Failure> {
        let key = place
            .key
            .as_ref()
            .map(|source| self.get(source, left))
            .transpose();
        let key = key.map_err(|why| Failure::new(FailureKind::Refused, &why))?;
        Ok(Endpoint {
            name: name.to_owned(),
            codec: place.codec,
            base_url: place.base_url.clone(),
            api_version,
            headers: Vec::new(),
            key,
            http: place.http.clone(),
        })
    }

    fn get(&self, source: &KeySource, left: Duration) -> Result<Secret, String> {
        let mut keys = self.0.borrow_mut();
        if let Some((_, key)) = keys.iter().find(|(old, _)| old == source) {
            return key.clone();
        }
        let key = source.read(left.min(LONGEST)).map_err(|e| e.to_string());
        keys.push((source.clone(), key.clone()));
        key
    }
}
