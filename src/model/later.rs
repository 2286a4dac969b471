//! A value that is made when it is first asked for, if it ever is.

use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, LazyLock};

/// A value that is made when it is first read; all clones share it.
pub struct Later<T>(Arc<LazyLock<T, Box<dyn FnOnce() -> T + Send>>>);

impl<T> Later<T> {
    /// Will make the value this way.
    pub fn new(make: impl FnOnce() -> T + Send + 'static) -> Self {
        Self(Arc::new(LazyLock::new(Box::new(make))))
    }
}

impl<T: Send + 'static> From<T> for Later<T> {
    fn from(value: T) -> Self {
        Self::new(move || value)
    }
}

impl<T> Clone for Later<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> Deref for Later<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: fmt::Debug> fmt::Debug for Later<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: PartialEq> PartialEq for Later<T> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

#[cfg(test)]
mod tests {
    use super::Later;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn value_is_made_once_and_only_if_asked_for() {
        let made = Arc::new(AtomicUsize::new(0));
        let count = made.clone();
        let later = Later::new(move || count.fetch_add(1, Ordering::Relaxed) + 7);
        let other = later.clone();
        assert_eq!(made.load(Ordering::Relaxed), 0);
        assert_eq!((*later, *other), (7, 7));
        assert_eq!(made.load(Ordering::Relaxed), 1);
        assert_eq!(format!("{later:?}"), "7");
    }
}
