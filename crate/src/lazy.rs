//! A static that is filled at first use, where it lies. `LazyLock` would build it on the stack and bring messages of panics.

use spin::{Mutex, MutexGuard, Once};

/// What is filled once, and how.
#[derive(Debug)]
pub struct Lazy<T: 'static> {
    filled: Once<&'static T>,
    value: Mutex<T>,
    fill: fn(&mut T),
}

impl<T: Sync> Lazy<T> {
    /// `empty`, until `fill` has been called at the first use.
    pub const fn new(empty: T, fill: fn(&mut T)) -> Self {
        Self { filled: Once::new(), value: Mutex::new(empty), fill }
    }

    /// The filled value. Where it is filled, that is known by one byte that is loaded and compared.
    #[inline(always)]
    pub fn get(&'static self) -> &'static T {
        match self.filled.get() {
            Some(value) => value,
            None => self.first(),
        }
    }

    #[inline(never)]
    fn first(&'static self) -> &'static T {
        self.filled.call_once(|| {
            // Locked for ever: from here on it is only read.
            let value = MutexGuard::leak(self.value.lock());
            (self.fill)(value);
            value
        })
    }
}
