//! State that lives as long as the thread: `local! { static NAME: Type = value; }` with `with_borrow` and `with_borrow_mut`.
//! On other targets than wasm it is a `thread_local!`. On wasm, with one thread and without std, it is a spin lock, which costs
//! a load and a store.

#[cfg(not(target_arch = "wasm32"))]
macro_rules! local {
    ($(#[$doc:meta])* static $name:ident: $type:ty = $value:expr;) => {
        std::thread_local! {
            $(#[$doc])*
            static $name: core::cell::RefCell<$type> = const { core::cell::RefCell::new($value) };
        }
    };
}

#[cfg(target_arch = "wasm32")]
macro_rules! local {
    ($(#[$doc:meta])* static $name:ident: $type:ty = $value:expr;) => {
        $(#[$doc])*
        static $name: $crate::local::Local<$type> = $crate::local::Local::new($value);
    };
}

pub(crate) use local;

#[cfg(target_arch = "wasm32")]
pub(crate) struct Local<T>(spin::Mutex<T>);

#[cfg(target_arch = "wasm32")]
impl<T> Local<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self(spin::Mutex::new(value))
    }

    /// A single thread that waited would wait for ever. A lock is held here only if the host tore down an earlier call (because
    /// of a full stack), so this traps, and TypeScript then makes a new instance.
    #[inline(always)]
    fn lock(&self) -> spin::MutexGuard<'_, T> {
        self.0.try_lock().unwrap_or_else(|| core::arch::wasm32::unreachable())
    }

    #[inline(always)]
    pub(crate) fn with_borrow<R>(&self, body: impl FnOnce(&T) -> R) -> R {
        body(&self.lock())
    }

    #[inline(always)]
    pub(crate) fn with_borrow_mut<R>(&self, body: impl FnOnce(&mut T) -> R) -> R {
        body(&mut self.lock())
    }
}
