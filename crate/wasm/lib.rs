//! The wasm module: it contains what the crate exports, and is linked alone, because with an `rlib` beside the `cdylib` cargo
//! skips link-time optimisation, which here saves a tenth of the module. It does without std, whose allocator and formatting of
//! panic messages would be 4.4 KB of the download (gzip).
#![no_std]
#![cfg(target_arch = "wasm32")]

pub use nonlin::*;

use rlsf::{GlobalTlsf, GlobalTlsfOptions};

/// A small allocator. A freed block merges with its free neighbours in the same piece of grown memory, and is used again.
/// Pieces from different growths do not merge, although the option below asks rlsf 0.2.3 for that, so a buffer larger than each
/// piece makes the memory grow again; `test/allocator.test.ts` tests both. talc 5.1.1 merges them, but its peak is above the
/// limit of `test/memory.test.ts`.
struct Options;

impl GlobalTlsfOptions for Options {
    const ENABLE_REALLOCATION: bool = false;
    const COALESCE_POOLS: bool = true;
}

#[global_allocator]
static ALLOCATOR: GlobalTlsf<Options> = GlobalTlsf::new();

/// A panic is a bug. It becomes a trap, after which TypeScript discards the instance.
#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}
