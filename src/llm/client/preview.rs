//! Shows a call without making it.

use super::desk::Desk;
use super::draft::Draft;
use super::{Client, Question};
use crate::llm::budget::Estimate;
use crate::llm::route::Step;

/// A call as it would be made.
#[derive(Debug)]
pub struct Preview {
    /// How it was decided whom to ask.
    pub trace: Vec<Step>,
    /// `model at endpoint`; `None`: nobody can be asked.
    pub target: Option<String>,
    /// The address.
    pub url: String,
    /// The headers besides the key.
    pub headers: Vec<(String, String)>,
    /// The header that would hold the key, if there is one.
    pub key_header: Option<&'static str>,
    /// Everything that would leave the machine besides them.
    pub body: String,
    /// The tokens and the price.
    pub estimate: Estimate,
}

impl Client<'_> {
    /// Shows the call that a question would become. Nothing is sent, no key is fetched, nothing reserved.
    #[must_use]
    pub fn preview(&self, question: &Question<'_>) -> Preview {
        let decision = self.route(question);
        let Some(target) = decision.targets.first().copied() else {
            return Preview {
                trace: decision.trace,
                target: None,
                url: String::new(),
                headers: Vec::new(),
                key_header: None,
                body: String::new(),
                estimate: Estimate::default(),
            };
        };
        let (known, place) = (
            &self.book.models[target.model],
            &self.book.places[target.endpoint],
        );
        let call = place
            .codec
            .ask(&self.version(target), &known.fit(question.request), place.stream);
        let draft = Draft::of(question.request);
        let headers = call
            .headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()));
        Preview {
            trace: decision.trace,
            target: Some(self.name_of(target)),
            url: format!("{}{}", place.base_url, call.path),
            headers: headers.collect(),
            key_header: place.key.as_ref().map(|_| place.codec.auth().header),
            body: String::from_utf8_lossy(&call.body).into_owned(),
            estimate: Desk::new(self.book, self.store, question, target, &draft).estimate(),
        }
    }
}
