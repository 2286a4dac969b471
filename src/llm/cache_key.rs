//! The key under which an answer is kept: a digest of everything that the answer depends on.
//!
//! What only changes the price or the speed of a call (class of service, hints for the provider's cache)
//! is left out. A new field of [`Request`] must be put on one of the two sides here before this compiles.

use super::answer::{Answer, Finish};
use super::price::same_model;
use super::request::{Block, Effort, Part, Request, Role, Tool, ToolChoice, Turn};
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// The version of what is digested and of how answers are read. A change of either makes all old answers
/// strangers.
const VERSION: &str = "1";

/// Who is asked, and by which prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked<'a> {
    /// The contract: the codec's kind.
    pub contract: &'a str,
    /// The base address: the same name at another server may be another model.
    pub base_url: &'a str,
    /// The version of the interface.
    pub api_version: &'a str,
    /// The digest of the prompt file that the request was made from.
    pub prompt: &'a str,
}

/// Returns the key: 64 hexadecimal digits.
#[must_use]
pub fn of(asked: &Asked<'_>, request: &Request) -> String {
    let mut fields = Fields(Sha256::new());
    for text in [
        VERSION,
        asked.contract,
        asked.base_url,
        asked.api_version,
        asked.prompt,
    ] {
        fields.text(text);
    }
    fields.request(request);
    let digest = fields.0.finalize();
    digest.iter().fold(String::with_capacity(64), |mut key, byte| {
        let _ = write!(key, "{byte:02x}");
        key
    })
}

/// Whether an answer may be kept: only one that is whole, that was read and is valid, and that the model
/// gave which was asked for.
#[must_use]
pub fn may_keep(answer: &Answer, request: &Request, is_valid: bool) -> bool {
    let served = answer.served.as_deref();
    answer.finish == Finish::Complete
        && is_valid
        && served.is_none_or(|served| same_model(&request.model, served))
}

/// Digests fields so that no two sequences of fields look alike: each with its length before it.
struct Fields(Sha256);

impl Fields {
    fn bytes(&mut self, bytes: &[u8]) {
        self.0.update((bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
    }

    fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    fn number(&mut self, number: u64) {
        self.0.update(number.to_le_bytes());
    }

    fn maybe(&mut self, text: Option<&str>) {
        self.number(u64::from(text.is_some()));
        self.text(text.unwrap_or_default());
    }

    fn request(&mut self, request: &Request) {
        let Request {
            model,
            system,
            turns,
            tools,
            tool_choice,
            schema,
            max_output,
            effort,
            thinking_budget,
            temperature,
            seed,
            cached_content,
            cache_key: _,
            service_tier: _,
        } = request;
        self.text(model);
        self.blocks(system);
        self.number(turns.len() as u64);
        turns.iter().for_each(|turn| self.turn(turn));
        self.number(tools.len() as u64);
        tools.iter().for_each(|tool| self.tool(tool));
        self.text(choice(tool_choice));
        self.maybe(schema.as_ref().map(|schema| schema.value.to_string()).as_deref());
        self.number(u64::from(*max_output));
        self.text(effort.map_or("", thought));
        self.maybe(thinking_budget.map(|budget| budget.to_string()).as_deref());
        self.maybe(temperature.map(|t| t.to_bits().to_string()).as_deref());
        self.maybe(seed.map(|seed| seed.to_string()).as_deref());
        self.maybe(cached_content.as_deref());
    }

    fn blocks(&mut self, blocks: &[Block]) {
        self.number(blocks.len() as u64);
        for block in blocks {
            self.text(&block.text);
        }
    }

    fn turn(&mut self, turn: &Turn) {
        self.text(match turn.role {
            Role::User => "user",
            Role::Model => "model",
        });
        self.number(turn.parts.len() as u64);
        turn.parts.iter().for_each(|part| self.part(part));
    }

    fn part(&mut self, part: &Part) {
        match part {
            Part::Text(block) => {
                self.text("text");
                self.text(&block.text);
            }
            Part::Call(call) => {
                self.text("call");
                self.text(&call.name);
                self.text(&call.args.to_string());
            }
            Part::Result(result) => {
                self.text(if result.is_error { "error" } else { "result" });
                self.text(&result.name);
                self.text(&result.content);
            }
            Part::Opaque(value) => {
                self.text("opaque");
                self.text(&value.to_string());
            }
        }
    }

    fn tool(&mut self, tool: &Tool) {
        self.text(&tool.name);
        self.text(&tool.description);
        self.text(&tool.parameters.to_string());
    }
}

fn choice(choice: &ToolChoice) -> &'static str {
    match choice {
        ToolChoice::Auto => "auto",
        ToolChoice::Never => "never",
        ToolChoice::Any => "any",
    }
}

fn thought(effort: Effort) -> &'static str {
    match effort {
        Effort::Minimal => "minimal",
        Effort::Low => "low",
        Effort::Medium => "medium",
        Effort::High => "high",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::llm::request::{CacheFor, Schema};
    use crate::model::Usage;
    use serde_json::json;
    use std::collections::BTreeSet;

    const ASKED: Asked<'_> = Asked {
        contract: "gemini",
        base_url: "https://models.example",
        api_version: "v1",
        prompt: "p1",
    };

    fn request() -> Request {
        Request::question("large", "be strict", "what is wrong?", 500)
    }

    fn changed(change: impl FnOnce(&mut Request)) -> String {
        let mut request = request();
        change(&mut request);
        of(&ASKED, &request)
    }

    #[test]
    fn whatever_changes_the_answer_changes_the_key() {
        let schema = |value| {
            Some(Schema {
                name: "s".into(),
                value,
            })
        };
        let keys = [
            of(&ASKED, &request()),
            of(
                &Asked {
                    contract: "openai",
                    ..ASKED
                },
                &request(),
            ),
            of(
                &Asked {
                    base_url: "http://127.0.0.1",
                    ..ASKED
                },
                &request(),
            ),
            of(
                &Asked {
                    api_version: "v2",
                    ..ASKED
                },
                &request(),
            ),
            of(
                &Asked {
                    prompt: "p2",
                    ..ASKED
                },
                &request(),
            ),
            changed(|r| r.model = "small".into()),
            changed(|r| r.system.push(Block::plain(""))),
            changed(|r| r.system.push(Block::plain("be kind"))),
            changed(|r| r.turns[0] = Turn::user("what is right?")),
            changed(|r| r.turns.push(Turn::user(""))),
            changed(|r| r.turns[0].role = Role::Model),
            changed(|r| r.tool_choice = ToolChoice::Never),
            changed(|r| r.schema = schema(json!({}))),
            changed(|r| r.schema = schema(json!({"type": "object"}))),
            changed(|r| r.max_output = 501),
            changed(|r| r.effort = Some(Effort::Low)),
            changed(|r| r.effort = Some(Effort::High)),
            changed(|r| r.thinking_budget = Some(0)),
            changed(|r| r.temperature = Some(0.0)),
            changed(|r| r.temperature = Some(1.0)),
            changed(|r| r.seed = Some(0)),
            changed(|r| r.cached_content = Some(String::new())),
        ];
        assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), keys.len());
        assert!(keys.iter().all(|key| key.len() == 64));
    }

    #[test]
    fn what_only_changes_price_or_speed_does_not() {
        let plain = of(&ASKED, &request());
        assert_eq!(changed(|r| r.service_tier = Some("flex".into())), plain);
        assert_eq!(changed(|r| r.cache_key = Some("x".into())), plain);
        assert_eq!(changed(|r| r.system[0].cache = Some(CacheFor::Long)), plain);
    }

    #[test]
    fn text_that_moves_between_fields_changes_the_key() {
        let split = |a: &str, b: &str| changed(|r| r.system = vec![Block::plain(a), Block::plain(b)]);
        assert_ne!(split("ab", "c"), split("a", "bc"));
        assert_ne!(split("abc", ""), split("", "abc"));
    }

    #[test]
    fn only_a_whole_valid_answer_of_the_model_asked_for_is_kept() {
        let answer = |finish, served: Option<&str>| Answer {
            finish,
            text: "{}".into(),
            calls: Vec::new(),
            turn: Vec::new(),
            served: served.map(str::to_owned),
            usage: Usage::default(),
            id: None,
            notice: None,
        };
        let kept = |finish, served, valid| may_keep(&answer(finish, served), &request(), valid);
        for served in [
            None,
            Some("large"),
            Some("models/large"),
            Some("large-2026-10-21"),
            Some("large@001"),
        ] {
            assert!(kept(Finish::Complete, served, true), "{served:?}");
        }
        for served in ["small", "large-lite", "larger", "large2"] {
            assert!(!kept(Finish::Complete, Some(served), true), "{served}");
        }
        assert!(!kept(Finish::Complete, None, false));
        let others = [
            Finish::Calls,
            Finish::Truncated,
            Finish::Missing,
            Finish::Refused(String::new()),
            Finish::Blocked(String::new()),
            Finish::Other(String::new()),
        ];
        for finish in others {
            assert!(!kept(finish, None, true));
        }
    }
}
