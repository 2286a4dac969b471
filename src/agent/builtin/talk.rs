//! The conversation with the model, kept within what a window holds.

use crate::agent::hands::Answer;
use crate::llm::request::{Block, CacheFor, Part, Request, Role, Tool, ToolCall, ToolResult, Turn};
use std::collections::HashMap;

/// The most tokens of one answer.
const ANSWER: u32 = 16_000;
/// How many bytes of results are kept in the conversation; the oldest give way.
const KEPT: usize = 400_000;
/// What stands in the place of a result that gave way.
const GAVE_WAY: &str = "[left out to make room: call again if you need it]";
/// How often the same call may have the same answer.
const REPEATS: u32 = 4;

/// A conversation.
pub struct Talk {
    request: Request,
    seen: HashMap<(String, String), (String, u32)>,
}

impl Talk {
    pub fn new(system: &str, prompt: &str, tools: Vec<Tool>) -> Self {
        let mut request = Request::question("", system, prompt, ANSWER);
        if let Some(block) = request.system.last_mut() {
            block.cache = Some(CacheFor::Short);
        }
        request.tools = tools;
        Self {
            request,
            seen: HashMap::new(),
        }
    }

    /// Whether a tool was granted.
    pub fn has(&self, tool: &str) -> bool {
        self.request.tools.iter().any(|granted| granted.name == tool)
    }

    pub fn request(&self) -> &Request {
        &self.request
    }

    /// Takes what the model called for into the conversation, and the results.
    pub fn go_on(&mut self, turn: Vec<Part>, results: Vec<ToolResult>) {
        self.push(Role::Model, turn);
        self.push(Role::User, results.into_iter().map(Part::Result).collect());
        self.make_room();
    }

    /// Takes what the model said into the conversation, and an answer.
    pub fn say(&mut self, said: &str, answer: &str) {
        self.push(Role::Model, vec![Part::Text(Block::plain(said))]);
        self.push(Role::User, vec![Part::Text(Block::plain(answer))]);
    }

    fn push(&mut self, role: Role, parts: Vec<Part>) {
        self.request.turns.push(Turn { role, parts });
    }

    fn make_room(&mut self) {
        let mut kept = 0;
        for turn in self.request.turns.iter_mut().rev() {
            for part in turn.parts.iter_mut().rev() {
                let Part::Result(result) = part else { continue };
                kept += result.content.len();
                if kept > KEPT {
                    GAVE_WAY.clone_into(&mut result.content);
                }
            }
        }
    }

    /// Whether a call has had this same answer too often in a row.
    pub fn is_repeated(&mut self, call: &ToolCall, answer: &Answer) -> bool {
        let key = (call.name.clone(), call.args.to_string());
        let entry = self.seen.entry(key).or_default();
        if entry.0 != answer.text {
            *entry = (answer.text.clone(), 0);
        }
        entry.1 += 1;
        entry.1 >= REPEATS
    }
}
