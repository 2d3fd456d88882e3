//! The wasm module: what the crate exports, linked alone. With an `rlib` beside the `cdylib` cargo skips link-time
//! optimisation, which here saves a tenth of the module.
//! Without std: its allocator and the formatting of panic messages would be 4.4 KB of the download (gzip).
#![no_std]
#![cfg(target_arch = "wasm32")]

pub use nonlin::*;

use rlsf::{GlobalTlsf, GlobalTlsfOptions};

/// A small allocator; neighbouring blocks of grown memory merge, so that freed memory is used again.
struct Options;

impl GlobalTlsfOptions for Options {
    const ENABLE_REALLOCATION: bool = false;
    const COALESCE_POOLS: bool = true;
}

#[global_allocator]
static ALLOCATOR: GlobalTlsf<Options> = GlobalTlsf::new();

/// A panic is a bug; it becomes a trap, after which TypeScript throws the instance away.
#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}
