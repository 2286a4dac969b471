//! Reads JSON that is a little wrong, and says what was wrong.
//!
//! Two rules stand above all repairs. What can be meant in two ways is an error, never a guess. And what is
//! cut off is left out: half a text or half a number is no value.

use super::repair::{Repair, Repairs};
use super::text;
use serde_json::{Map, Number, Value};

/// What was read from a place in a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed {
    /// The value.
    pub value: Value,
    /// What was mended.
    pub repairs: Repairs,
    /// Where it ends.
    pub end: usize,
    /// Whether a key and its colon were read, so that this was meant as JSON.
    pub is_json: bool,
}

/// Why nothing was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bad {
    /// What is wrong.
    pub what: &'static str,
    /// Where.
    pub at: usize,
    /// Whether a key and its colon were read before, so that this was meant as JSON.
    pub is_json: bool,
}

/// Reads the object or list that starts at `start`, at most `depth` levels deep.
///
/// # Errors
/// What is wrong, when it cannot be mended without a guess.
pub fn parse(text: &str, start: usize, depth: usize) -> Result<Parsed, Bad> {
    let mut reader = Reader {
        text,
        at: start,
        deeper: depth,
        repairs: Repairs::default(),
        is_json: false,
    };
    let value = match reader.value(Place::Item) {
        Ok(Read::Whole(value)) => value,
        Ok(Read::Part(value)) => {
            reader.repairs.note(Repair::Truncated);
            value
        }
        Ok(Read::Nothing) => return Err(reader.bad("the end is missing")),
        Err(what) => return Err(reader.bad(what)),
    };
    Ok(Parsed {
        value,
        repairs: reader.repairs,
        end: reader.at,
        is_json: reader.is_json,
    })
}

/// What became of a value.
enum Read {
    Whole(Value),
    /// The end of the text came first; this much is certain.
    Part(Value),
    /// The end of the text came before anything was certain.
    Nothing,
}

/// Where a value stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A key of an object.
    Key,
    /// A value in an object.
    Member,
    /// An element of a list.
    Item,
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    deeper: usize,
    repairs: Repairs,
    is_json: bool,
}

impl Reader<'_> {
    fn bad(&self, what: &'static str) -> Bad {
        Bad {
            what,
            at: self.at,
            is_json: self.is_json,
        }
    }

    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    /// Steps over one character if it is the next one.
    fn take(&mut self, wanted: char) -> bool {
        let is_next = self.peek() == Some(wanted);
        if is_next {
            self.at += wanted.len_utf8();
        }
        is_next
    }

    /// Steps over blanks and comments, and returns what comes next. A comment with a quote in it may as well
    /// be the rest of a text, so it is none.
    fn next(&mut self) -> Option<char> {
        loop {
            let rest = &self.text[self.at..];
            let blank = rest.len() - rest.trim_start().len();
            self.at += blank;
            let rest = &rest[blank..];
            let length = if rest.starts_with("/*") {
                rest.find("*/").map_or(rest.len(), |end| end + 2)
            } else if rest.starts_with("//") || rest.starts_with('#') {
                rest.find('\n').unwrap_or(rest.len())
            } else {
                0
            };
            if length == 0 || rest[..length].contains('"') {
                return rest.chars().next();
            }
            self.repairs.note(Repair::Comment);
            self.at += length;
        }
    }

    fn value(&mut self, place: Place) -> Result<Read, &'static str> {
        match self.next() {
            None => Ok(Read::Nothing),
            Some('{') => self.nested(Self::object),
            Some('[') => self.nested(Self::list),
            Some(c) if text::closers(c).is_some() => {
                let read = self.string(place)?;
                Ok(read.map_or(Read::Nothing, |text| Read::Whole(text.into())))
            }
            Some('-' | '0'..='9') => self.number(),
            Some(c) if c.is_ascii_alphabetic() => self.literal(),
            Some(_) => Err("a value is missing"),
        }
    }

    fn nested(&mut self, read: fn(&mut Self) -> Result<Read, &'static str>) -> Result<Read, &'static str> {
        self.deeper = self.deeper.checked_sub(1).ok_or("it is nested too deeply")?;
        self.at += 1;
        let value = read(self)?;
        self.deeper += 1;
        Ok(value)
    }

    fn object(&mut self) -> Result<Read, &'static str> {
        let mut members = Map::new();
        loop {
            match self.next() {
                None => return Ok(Read::Part(members.into())),
                Some('}') if self.take('}') => return Ok(Read::Whole(members.into())),
                Some(_) => {}
            }
            let Some(key) = self.key()? else {
                return Ok(Read::Part(members.into()));
            };
            if members.contains_key(&key) {
                return Err("a key stands twice");
            }
            match self.value(Place::Member)? {
                Read::Whole(value) => members.insert(key, value),
                Read::Part(value) => {
                    members.insert(key, value);
                    return Ok(Read::Part(members.into()));
                }
                Read::Nothing => return Ok(Read::Part(members.into())),
            };
            self.comma('}')?;
        }
    }

    fn list(&mut self) -> Result<Read, &'static str> {
        let mut items = Vec::new();
        loop {
            match self.next() {
                None => return Ok(Read::Part(items.into())),
                Some(']') if self.take(']') => return Ok(Read::Whole(items.into())),
                Some(_) => {}
            }
            match self.value(Place::Item)? {
                Read::Whole(value) => items.push(value),
                Read::Part(value) => {
                    items.push(value);
                    return Ok(Read::Part(items.into()));
                }
                Read::Nothing => return Ok(Read::Part(items.into())),
            }
            self.comma(']')?;
        }
    }

    /// Steps over the comma between two elements; one that is missing is mended where nothing else can be
    /// meant: before a key, and between two objects.
    fn comma(&mut self, close: char) -> Result<(), &'static str> {
        let before = self.text[..self.at].chars().next_back();
        if self.next() == Some(',') {
            self.at += 1;
            if self.next() == Some(close) {
                self.repairs.note(Repair::TrailingComma);
            }
            return Ok(());
        }
        match self.next() {
            None => Ok(()),
            Some(c) if c == close => Ok(()),
            Some(c) if close == '}' && (text::closers(c).is_some() || is_name(c)) => {
                self.repairs.note(Repair::MissingComma);
                Ok(())
            }
            Some('{') if close == ']' && before == Some('}') => {
                self.repairs.note(Repair::MissingComma);
                Ok(())
            }
            Some(_) => Err("a comma or a closing bracket is missing"),
        }
    }

    /// Reads a key and its colon; `None` if the text ends there.
    fn key(&mut self) -> Result<Option<String>, &'static str> {
        let key = match self.peek() {
            Some(c) if text::closers(c).is_some() => match self.string(Place::Key)? {
                Some(key) => key,
                None => return Ok(None),
            },
            Some(c) if is_name(c) => self.name(),
            _ => return Err("a key is missing"),
        };
        match self.next() {
            None => Ok(None),
            Some(':') => {
                self.at += 1;
                self.is_json = true;
                Ok(Some(key))
            }
            Some(_) => Err("a colon is missing"),
        }
    }

    fn name(&mut self) -> String {
        let rest = &self.text[self.at..];
        let end = rest.find(|c| !is_name(c) && !c.is_ascii_digit() && c != '-');
        let name = &rest[..end.unwrap_or(rest.len())];
        self.at += name.len();
        self.repairs.note(Repair::UnquotedKey);
        name.to_owned()
    }

    fn string(&mut self, place: Place) -> Result<Option<String>, &'static str> {
        let read = text::read(self.text, self.at, place)?;
        self.at = read.end;
        self.repairs.join(&read.repairs);
        Ok(read.text)
    }

    fn number(&mut self) -> Result<Read, &'static str> {
        let rest = &self.text[self.at..];
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "+-._".contains(c)));
        let Some(end) = end else {
            self.at = self.text.len();
            return Ok(Read::Nothing);
        };
        let number: Number = rest[..end]
            .parse()
            .map_err(|_| "a number is not written as one")?;
        self.at += end;
        Ok(Read::Whole(number.into()))
    }

    fn literal(&mut self) -> Result<Read, &'static str> {
        let rest = &self.text[self.at..];
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        let word = &rest[..end.unwrap_or(rest.len())];
        let value = match word {
            "true" | "True" => Value::Bool(true),
            "false" | "False" => Value::Bool(false),
            "null" | "None" => Value::Null,
            _ if end.is_none() => {
                self.at = self.text.len();
                return Ok(Read::Nothing);
            }
            _ => return Err("a word is no value"),
        };
        if word.starts_with(|c: char| c.is_ascii_uppercase()) {
            self.repairs.note(Repair::Literal);
        }
        self.at += word.len();
        Ok(Read::Whole(value))
    }
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_' || c == '$'
}
