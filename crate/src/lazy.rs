//! A static that is filled at first use, where it lies. `LazyLock` would build it on the stack and bring messages of panics.

use spin::{Mutex, MutexGuard};

/// What is filled once, and how.
#[derive(Debug)]
pub struct Lazy<T: 'static> {
    filled: Mutex<Option<&'static T>>,
    value: Mutex<T>,
    fill: fn(&mut T),
}

impl<T: Sync> Lazy<T> {
    /// `empty`, until `fill` has been called at the first use.
    pub const fn new(empty: T, fill: fn(&mut T)) -> Self {
        Self { filled: Mutex::new(None), value: Mutex::new(empty), fill }
    }

    /// The filled value.
    #[inline(always)]
    pub fn get(&'static self) -> &'static T {
        let mut filled = self.filled.lock();
        match *filled {
            Some(value) => value,
            None => {
                let value = self.first();
                *filled = Some(value);
                value
            }
        }
    }

    #[inline(never)]
    fn first(&'static self) -> &'static T {
        // Locked for ever: from here on it is only read.
        let value = MutexGuard::leak(self.value.lock());
        (self.fill)(value);
        value
    }
}
