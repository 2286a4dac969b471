//! Signals that ask the program to end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The user asked the program to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interrupted;

/// Remembers that the user asked the program to end, so that it can tidy up first. A second signal
/// ends the program at once.
#[derive(Debug, Clone, Default)]
pub struct Interrupt {
    asked: Arc<AtomicBool>,
    above: Option<Arc<AtomicBool>>,
    at_keyboard: Arc<AtomicBool>,
}

impl Interrupt {
    /// Starts to listen. Where signals cannot be had, the default stays: the program ends at once.
    #[must_use]
    pub fn listen() -> Self {
        let interrupt = Self::default();
        // Known before anybody can see that the program was asked to end.
        drop(signal_hook::flag::register(
            signal_hook::consts::SIGINT,
            interrupt.at_keyboard.clone(),
        ));
        for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
            let second =
                signal_hook::flag::register_conditional_shutdown(signal, 130, interrupt.asked.clone());
            if second.is_ok() {
                drop(signal_hook::flag::register(signal, interrupt.asked.clone()));
            }
        }
        interrupt
    }

    /// Returns one for a part of the work, which ends when it is told to, or when the whole is.
    #[must_use]
    pub fn part(&self) -> Self {
        Self {
            asked: Arc::default(),
            above: Some(self.asked.clone()),
            at_keyboard: self.at_keyboard.clone(),
        }
    }

    /// Asks whoever listens to end.
    pub fn raise(&self) {
        self.asked.store(true, Ordering::Relaxed);
    }

    /// Returns the flag that is set when the user asks the program to end. It lives as long as the program, so
    /// this is for a use-case and not for a loop.
    #[must_use]
    pub fn flag(&self) -> &'static AtomicBool {
        Box::leak(Box::new(self.asked.clone()))
    }

    /// Whether it was the user at the keyboard who asked, and not a program.
    #[must_use]
    pub fn is_at_keyboard(&self) -> bool {
        self.at_keyboard.load(Ordering::Relaxed)
    }

    /// Fails if the user asked the program to end.
    ///
    /// # Errors
    /// If so.
    pub fn check(&self) -> Result<(), Interrupted> {
        let is_set = |flag: &Arc<AtomicBool>| flag.load(Ordering::Relaxed);
        if is_set(&self.asked) || self.above.as_ref().is_some_and(is_set) {
            Err(Interrupted)
        } else {
            Ok(())
        }
    }
}
