//! The f64 buffers that TypeScript fills and reads, named by number so that only numbers cross the boundary.
//! A buffer holds whole pairs of lanes: the element after an odd count is padding, computed on like any other and never seen.

use crate::local::local;
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::cell::Cell;
use wasm_bindgen::prelude::wasm_bindgen;

/// Two neighbouring elements, which load and store as one vector. Cells, so that a kernel may read and write the same
/// buffer; an array of cells and no cell of an array, so that `as_flattened` and `as_chunks` give pairs at odd elements too.
pub type Pair = [Cell<f64>; 2];

/// The two elements of `pair`.
#[inline(always)]
pub fn load(pair: &Pair) -> [f64; 2] {
    [pair[0].get(), pair[1].get()]
}

/// Writes both elements of `pair`.
#[inline(always)]
pub fn store(pair: &Pair, values: [f64; 2]) {
    pair[0].set(values[0]);
    pair[1].set(values[1]);
}

local! {
    /// Entry `handle - 1` is the buffer of `handle`; an empty one is free.
    static BUFFERS: Vec<Box<[Pair]>> = Vec::new();
}

/// A zero-filled buffer of at least `count` elements: its handle, or 0 when the memory cannot be had.
#[wasm_bindgen]
pub fn allocate(count: u32) -> u32 {
    BUFFERS.with_borrow_mut(|buffers| {
        let Some(pairs) = zeroed(count.div_ceil(2).max(1) as usize) else {
            return 0;
        };
        let free = buffers.iter().position(|buffer| buffer.is_empty());
        let index = free.unwrap_or(buffers.len());
        if index == buffers.len() {
            if buffers.try_reserve(1).is_err() {
                return 0;
            }
            buffers.push(pairs);
        } else {
            buffers[index] = pairs;
        }
        index as u32 + 1
    })
}

/// Frees the buffer of `handle`; nothing happens when there is none.
#[wasm_bindgen]
pub fn release(handle: u32) {
    BUFFERS.with_borrow_mut(|buffers| {
        if let Some(buffer) = buffers.get_mut((handle as usize).wrapping_sub(1)) {
            *buffer = Box::default();
        }
    });
}

/// The byte address of the first element of `handle`, fixed until it is released.
#[wasm_bindgen]
pub fn address(handle: u32) -> u32 {
    with([handle], |[buffer]| buffer.as_ptr().addr() as u32)
}

/// Calls `body` with the buffers of `handles`; a handle without a buffer is an empty slice.
#[inline(always)]
pub fn with<const N: usize, R>(handles: [u32; N], body: impl FnOnce([&[Pair]; N]) -> R) -> R {
    BUFFERS.with_borrow(|buffers| {
        body(handles.map(|handle| buffers.get((handle as usize).wrapping_sub(1)).map_or(&[][..], |buffer| buffer)))
    })
}

/// `pairs` zeros.
pub(crate) fn zeroed(pairs: usize) -> Option<Box<[Pair]>> {
    let mut buffer = Vec::new();
    buffer.try_reserve_exact(pairs).ok()?;
    buffer.resize_with(pairs, Pair::default);
    Some(buffer.into_boxed_slice())
}
