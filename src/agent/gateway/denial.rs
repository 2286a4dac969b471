//! How a request is refused, in the form that the program at the other end understands.

use crate::agent::order::Wire;
use crate::store::audit::Kind;
use serde_json::json;

/// Why a request is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Denial {
    pub status: u16,
    /// Lowercase, on one line, without anything secret.
    pub message: String,
    /// How it stands in the audit log.
    pub kind: Kind,
    /// Whether the rest of the request is of no interest.
    pub is_closing: bool,
}

impl Denial {
    pub fn new(status: u16, message: &str) -> Self {
        Self {
            status,
            message: message.to_owned(),
            kind: Kind::Refused,
            is_closing: false,
        }
    }

    /// It asks for another place than the gateway.
    pub fn host(message: &str) -> Self {
        Self::new(403, message).closing()
    }

    /// There is no money for it. Programs take this status for one that another try does not help.
    pub fn budget(message: &str) -> Self {
        Self {
            kind: Kind::Budget,
            ..Self::new(402, message)
        }
    }

    pub fn closing(self) -> Self {
        Self {
            is_closing: true,
            ..self
        }
    }

    /// Returns the body of the answer.
    pub fn body(&self, wire: Option<Wire>) -> Vec<u8> {
        let message = format!("pantheon: {}", self.message);
        let value = match wire {
            Some(Wire::Anthropic) => json!({
                "type": "error",
                "error": {"type": self.anthropic(), "message": message},
            }),
            Some(Wire::Gemini) => json!({
                "error": {"code": self.status, "message": message, "status": self.gemini()},
            }),
            Some(Wire::Responses | Wire::Chat) | None => json!({
                "error": {"message": message, "type": self.openai(), "param": null, "code": self.openai()},
            }),
        };
        value.to_string().into_bytes()
    }

    fn anthropic(&self) -> &'static str {
        match self.status {
            401 => "authentication_error",
            402 => "billing_error",
            403 => "permission_error",
            404 => "not_found_error",
            413 => "request_too_large",
            504 => "timeout_error",
            500.. => "api_error",
            _ => "invalid_request_error",
        }
    }

    fn openai(&self) -> &'static str {
        match self.status {
            401 => "invalid_api_key",
            402 => "insufficient_quota",
            403 => "permission_denied",
            404 => "model_not_found",
            500.. => "server_error",
            _ => "invalid_request_error",
        }
    }

    fn gemini(&self) -> &'static str {
        match self.status {
            401 => "UNAUTHENTICATED",
            402 => "RESOURCE_EXHAUSTED",
            403 => "PERMISSION_DENIED",
            404 => "NOT_FOUND",
            502 => "UNAVAILABLE",
            504 => "DEADLINE_EXCEEDED",
            500.. => "INTERNAL",
            _ => "INVALID_ARGUMENT",
        }
    }
}

/// Returns the words for a status.
pub(super) fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        400 => "Bad Request",
        401 => "Unauthorized",
        402 => "Payment Required",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        407 => "Proxy Authentication Required",
        408 => "Request Timeout",
        413 => "Content Too Large",
        415 => "Unsupported Media Type",
        426 => "Upgrade Required",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Status",
    }
}
