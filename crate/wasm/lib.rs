//! The wasm module: what the crate exports, linked alone. With an `rlib` beside the `cdylib` cargo skips link-time
//! optimisation, which here saves a tenth of the module.
//! Without std: its allocator and the formatting of panic messages would be 4.4 KB of the download (gzip).
#![no_std]
#![cfg(target_arch = "wasm32")]

pub use nonlin::*;

use rlsf::{GlobalTlsf, GlobalTlsfOptions};

/// A small allocator. What is freed merges with its free neighbours in the same piece of grown memory, and is used again; pieces
/// that came with different growths do not merge, whatever the option below asks of rlsf 0.2.3, so that a buffer larger than each
/// of them makes the memory grow again. `test/allocator.test.ts` has both. talc 5.1.1 merges them, but takes more at the peak than
/// `test/memory.test.ts` allows.
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
