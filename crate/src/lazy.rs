//! A static that is filled in place at its first use. `LazyLock` would build the value on the stack and bring in panic
//! messages.

use spin::{Mutex, MutexGuard, Once};

/// A value that is filled once, and the function that fills it.
#[derive(Debug)]
pub struct Lazy<T: 'static> {
    filled: Once<&'static T>,
    value: Mutex<T>,
    fill: fn(&mut T),
}

impl<T: Sync> Lazy<T> {
    /// `empty`, until the first use calls `fill`.
    pub const fn new(empty: T, fill: fn(&mut T)) -> Self {
        Self { filled: Once::new(), value: Mutex::new(empty), fill }
    }

    /// The filled value. To find that it is filled, this loads and compares one byte.
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
            // The lock is never released: from here on, the value is only read.
            let value = MutexGuard::leak(self.value.lock());
            (self.fill)(value);
            value
        })
    }
}
