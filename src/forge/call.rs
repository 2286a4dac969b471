//! A request as a codec writes it, and what reads from JSON that nobody vouches for.

use serde_json::Value;

/// A request: a path below the address of the API, and a body.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// `GET`, `POST`, `PUT`, `PATCH` or `DELETE`.
    pub method: &'static str,
    /// The path with its query, from the `/` on; `{id}` stands for the id that an earlier answer gave.
    pub path: String,
    /// The body.
    pub body: Option<Value>,
}

impl Call {
    /// Asks for something.
    pub fn get(path: impl Into<String>) -> Self {
        Self::new("GET", path, None)
    }

    /// Removes something.
    pub fn delete(path: impl Into<String>) -> Self {
        Self::new("DELETE", path, None)
    }

    /// Makes something.
    pub fn post(path: impl Into<String>, body: Value) -> Self {
        Self::new("POST", path, Some(body))
    }

    /// Changes a part of something.
    pub fn patch(path: impl Into<String>, body: Value) -> Self {
        Self::new("PATCH", path, Some(body))
    }

    /// Changes something.
    pub fn put(path: impl Into<String>, body: Value) -> Self {
        Self::new("PUT", path, Some(body))
    }

    fn new(method: &'static str, path: impl Into<String>, body: Option<Value>) -> Self {
        Self {
            method,
            path: path.into(),
            body,
        }
    }

    /// Puts an id where the path has a place for one.
    #[must_use]
    pub fn with_id(mut self, id: Option<&str>) -> Self {
        if let Some(id) = id {
            self.path = self.path.replace("{id}", id);
        }
        self
    }

    /// Returns the call for a page of a list.
    #[must_use]
    pub fn page(&self, size_name: &str, size: usize, page: usize) -> Self {
        let join = if self.path.contains('?') { '&' } else { '?' };
        Self {
            path: format!("{}{join}{size_name}={size}&page={page}", self.path),
            ..self.clone()
        }
    }
}

/// Returns the text at a pointer such as `/user/login`.
pub fn text<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    value.pointer(pointer)?.as_str()
}

/// Returns the number at a pointer.
pub fn number(value: &Value, pointer: &str) -> Option<i64> {
    value.pointer(pointer)?.as_i64()
}

/// Returns the number of a line at a pointer; 0 is none.
pub fn line(value: &Value, pointer: &str) -> Option<u32> {
    u32::try_from(number(value, pointer)?)
        .ok()
        .filter(|line| *line > 0)
}

/// Returns the id at a pointer, a number or a word, if it can stand in a path.
pub fn id(value: &Value, pointer: &str) -> Option<String> {
    let found = match value.pointer(pointer)? {
        Value::Number(n) => n.to_string(),
        Value::String(text) => text.clone(),
        _ => return None,
    };
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    (!found.is_empty() && found.chars().all(is_plain)).then_some(found)
}

/// Returns a text as a part of a path or of a query.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}
