//! The gateway: the only address that an agent in a jail can reach.
//!
//! It speaks HTTP/1.1 on a listener that it is given. Calls to models go on to their provider with the real key
//! in the place of the placeholder; tokens and money are metered, and the budget ends them. A tunnel leads to
//! the hosts of an allow-list. Everything else is refused, and everything is told to the audit log.
//!
//! What comes from either side is hostile: an agent's request is read strictly, understood, and written anew, so
//! that nothing is smuggled through; an answer is passed on piece by piece with every key taken out.

mod ask;
mod call;
mod conn;
mod denial;
mod head;
mod hide;
mod route;
mod rules;
mod scrub;
mod serve;
mod shared;
mod tunnel;
mod usage;

pub use hide::Hide;
pub use rules::{Bounds, MAX_OUTPUT, Rules, Upstream};

use super::meter::Meter;
use crate::llm::transport::Cancel;
use crate::model::Money;
use crate::store::audit::Entry;
use crate::sys::clock::Deadline;
use crate::sys::http::block_on;
use shared::Shared;
use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

/// Takes note of what went through and what was refused. It is called by the thread of the gateway, and must
/// not wait.
pub type Log = Box<dyn Fn(Entry) + Send>;

/// The pause between two looks at what is under way.
const LOOK: Duration = Duration::from_millis(5);

/// A gateway at work, in a thread of its own. It ends when this is dropped.
pub struct Gateway {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl Gateway {
    /// Lets requests through from now on. What `cancel` calls off ends all of them at once, as does
    /// [`Gateway::close`].
    ///
    /// # Errors
    /// When the listener cannot be used, or there is no thread.
    pub fn open(
        listener: TcpListener,
        rules: Rules,
        meter: Box<dyn Meter>,
        log: Log,
        cancel: &Cancel,
    ) -> io::Result<Self> {
        listener.set_nonblocking(true)?;
        let port = listener.local_addr()?.port();
        let shared = Arc::new(Shared::new(rules, port, meter, log));
        let (served, cancel) = (shared.clone(), cancel.clone());
        let thread = std::thread::Builder::new().name("gateway".to_owned());
        let thread = thread.spawn(move || {
            let done = block_on(serve::run(listener, served.clone(), cancel));
            if let Err(error) | Ok(Err(error)) = done {
                served.note(format!("the gateway failed: {error}"));
            }
        })?;
        Ok(Self {
            shared,
            thread: Some(thread),
        })
    }

    /// Returns its address inside the jail, without a `/` at its end.
    #[must_use]
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.shared.port)
    }

    /// Returns the value of `HTTPS_PROXY` inside the jail, by which programs reach the hosts of the allow-list;
    /// `None`: there are none.
    #[must_use]
    pub fn proxy(&self) -> Option<String> {
        let Rules {
            hosts, placeholder, ..
        } = &self.shared.rules;
        let address = format!("http://{PROXY_USER}:{placeholder}@127.0.0.1:{}", self.shared.port);
        (!hosts.is_empty()).then_some(address)
    }

    /// Returns what went through up to now.
    #[must_use]
    pub fn spent(&self) -> Spent {
        self.shared.spent()
    }

    /// Returns why no more calls to models are let through; `None`: they are.
    #[must_use]
    pub fn stopped(&self) -> Option<String> {
        self.shared.stopped()
    }

    /// Gives calls that are under way this long to come to their ends, and closes. Whoever asked may be gone when
    /// its answer was passed on and is not counted yet.
    pub fn settle(self, within: Duration) -> Spent {
        let patience = Deadline::after(within);
        let is_serving = || self.thread.as_ref().is_some_and(|thread| !thread.is_finished());
        while self.shared.under_way() > 0 && is_serving() && !patience.is_over() {
            std::thread::sleep(LOOK);
        }
        self.close()
    }

    /// Ends everything that is under way, waits for that, and returns what went through in all.
    pub fn close(mut self) -> Spent {
        self.end();
        self.shared.spent()
    }

    fn end(&mut self) {
        self.shared.closed.cancel();
        if let Some(thread) = self.thread.take() {
            // Its panic, if there was one, was told already.
            drop(thread.join());
        }
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        self.end();
    }
}

/// The user that a program names to the proxy; the placeholder is its password.
const PROXY_USER: &str = "pantheon";

/// What went through a gateway.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spent {
    /// Tokens sent, however they were priced.
    pub input: u64,
    /// Tokens written.
    pub output: u64,
    /// What counts as spent.
    pub cost: Money,
    /// How many requests went to an endpoint.
    pub requests: u64,
    /// How many were refused.
    pub refused: u64,
    /// The models that answered, by their own names, the first one first.
    pub models: Vec<String>,
    /// What a person should know, such as that most of a limit is used up.
    pub notes: Vec<String>,
}
