//! Calling it off.

use crate::sys::signal::Interrupt;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// Calls off every call that holds it, or a clone of it, at once.
#[derive(Debug, Clone, Default)]
pub struct Cancel {
    asked: Arc<watch::Sender<bool>>,
    interrupt: Option<Interrupt>,
}

/// How often a signal is looked for: a handler can do no more than set a flag.
const LOOK: Duration = Duration::from_millis(25);

impl Cancel {
    /// Calls off when the user asks the program to end, too.
    #[must_use]
    pub fn with(interrupt: Interrupt) -> Self {
        Self {
            asked: Arc::default(),
            interrupt: Some(interrupt),
        }
    }

    /// Calls it off.
    pub fn cancel(&self) {
        self.asked.send_replace(true);
    }

    /// Whether it was called off.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        *self.asked.borrow() || self.interrupt.as_ref().is_some_and(|i| i.check().is_err())
    }

    /// Ends when it is called off.
    pub async fn cancelled(&self) {
        let mut asked = self.asked.subscribe();
        let Some(interrupt) = &self.interrupt else {
            // The sender lives in `self`, so this fails never.
            drop(asked.wait_for(|asked| *asked).await);
            return;
        };
        while interrupt.check().is_ok() {
            let heard = tokio::time::timeout(LOOK, asked.wait_for(|asked| *asked)).await;
            if heard.is_ok() {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::http::block_on;

    #[test]
    fn a_clone_calls_off_and_it_stays_so() {
        for cancel in [Cancel::default(), Cancel::with(Interrupt::default())] {
            let other = cancel.clone();
            block_on(async {
                let early = tokio::time::timeout(Duration::from_millis(60), cancel.cancelled()).await;
                assert!(early.is_err());
                assert!(!cancel.is_cancelled());
                let (..) = tokio::join!(cancel.cancelled(), async { other.cancel() });
                cancel.cancelled().await;
                assert!(cancel.is_cancelled());
            })
            .unwrap();
        }
    }
}
