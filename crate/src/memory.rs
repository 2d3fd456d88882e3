//! The f64 buffers that TypeScript fills and reads, named by number so that only numbers cross the boundary.
//! A buffer holds whole pairs of lanes: the element after an odd count is padding, computed on like any other and never seen.

use crate::local::local;
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::cell::Cell;
use core::hint::black_box;
use core::mem::swap;
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

/// Elements a buffer has from which it is large: where it begins in its page of 4 KB then depends on its handle, as buffers that
/// are read and written side by side are slower where they begin alike (AMD's caches) or a few elements apart (any).
const LARGE: usize = 512;

/// Whole pairs, from the element `start` on; no vector of them lies across the end of a cache line.
#[derive(Default)]
struct Buffer {
    cells: Vec<Cell<f64>>,
    start: usize,
}

impl Buffer {
    /// Zeros.
    fn new(pairs: usize, handle: usize) -> Option<Self> {
        let count = pairs.checked_mul(2)?;
        let (period, offset) = if count < LARGE { (2, 0) } else { (LARGE, LARGE / 4 * (handle % 4)) };
        let mut cells = filled::<Cell<f64>>(count.checked_add(period)?)?;
        let start = offset.wrapping_sub(cells.as_ptr().addr() / 8) % period;
        cells.truncate(start + count);
        Some(Self { cells, start })
    }

    #[inline(always)]
    fn pairs(&self) -> &[Pair] {
        self.cells.get(self.start..).unwrap_or_default().as_chunks().0
    }
}

/// The buffers by handle: entry `handle - 1`; an empty one is free.
struct Buffers {
    list: Vec<Buffer>,
    /// The entry that is taken next; one behind the last where none is free. The one to be taken after a free entry is the next
    /// of the list, and so many further as its `start` says: so zeros are a list of free entries.
    free: usize,
}

local! {
    static BUFFERS: Buffers = Buffers { list: Vec::new(), free: 0 };
}

impl Buffers {
    /// The free entry that is taken next, the list made longer where there is none.
    fn free(&mut self) -> Option<&mut Buffer> {
        if self.free >= self.list.len() {
            let mut longer = filled(2 * self.list.len() + 64)?;
            longer.iter_mut().zip(&mut self.list).for_each(|(new, old)| swap(new, old));
            self.list = longer;
        }
        self.list.get_mut(self.free)
    }
}

/// A zero-filled buffer of at least `count` elements: its handle, or 0 when there is not enough memory.
#[wasm_bindgen]
pub fn allocate(count: u32) -> u32 {
    BUFFERS.with_borrow_mut(|buffers| {
        let index = buffers.free;
        let Some(entry) = buffers.free() else { return 0 };
        let pages = pages();
        let Some(buffer) = Buffer::new(count.div_ceil(2).max(1) as usize, index) else { return 0 };
        let next = entry.start;
        *entry = buffer;
        buffers.free = next.wrapping_add(index + 1);
        grow_on(pages);
        index as u32 + 1
    })
}

/// Frees the buffer of `handle`; nothing happens when there is none.
#[wasm_bindgen]
pub fn release(handle: u32) {
    BUFFERS.with_borrow_mut(|buffers| {
        let index = (handle as usize).wrapping_sub(1);
        if let Some(buffer) = buffers.list.get_mut(index).filter(|buffer| !buffer.cells.is_empty()) {
            *buffer = Buffer { cells: Vec::new(), start: buffers.free.wrapping_sub(index + 1) };
            buffers.free = index;
        }
    });
}

/// How many pages of 64 KB the memory has; off wasm, where growing is not our business, none.
fn pages() -> usize {
    #[cfg(target_arch = "wasm32")]
    return core::arch::wasm32::memory_size::<0>();
    #[cfg(not(target_arch = "wasm32"))]
    0
}

/// The most pages that the memory grows by where less would do: 1 MB. Where it is small, an eighth of itself.
const MOST_SPARE: usize = 16;

/// Where the memory, which had `before` pages, has grown by less than that, it grows by what is missing: each growth takes an engine
/// 130 µs and some garbage collection, however small it is. The allocator keeps what is given back at once. Where there is no more,
/// nothing happens.
#[inline(always)]
fn grow_on(before: usize) {
    let (grown, least) = (pages() - before, MOST_SPARE.min(before / 8));
    if 0 < grown && grown < least {
        let mut spare = Vec::<Cell<f64>>::new();
        let _ = spare.try_reserve_exact((least - grown) << 13);
        // Else the compiler leaves it out, as nothing is done with it.
        black_box(&spare);
    }
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
        body(handles.map(|handle| buffers.list.get((handle as usize).wrapping_sub(1)).map_or(&[][..], Buffer::pairs)))
    })
}

/// `pairs` zeros.
pub(crate) fn zeroed(pairs: usize) -> Option<Box<[Pair]>> {
    filled(pairs).map(Vec::into_boxed_slice)
}

local! {
    /// Working memory, kept from call to call.
    static SCRATCH: Option<Box<[Pair]>> = None;
}

/// Calls `body` with so many pairs of working memory. Returns 0, or 1 when there is not enough.
#[inline(always)]
pub(crate) fn with_pairs(pairs: Option<usize>, body: impl FnOnce(&[Pair])) -> u32 {
    SCRATCH.with_borrow_mut(|scratch| {
        let Some(pairs) = pairs else { return 1 };
        if scratch.as_ref().is_none_or(|scratch| scratch.len() < pairs) {
            *scratch = zeroed(pairs);
        }
        scratch.as_deref().map_or(1, |scratch| {
            body(scratch);
            0
        })
    })
}

/// `count` defaults, or none where there is not enough memory.
fn filled<T: Default>(count: usize) -> Option<Vec<T>> {
    let mut list = Vec::new();
    list.try_reserve_exact(count).ok()?;
    // The capacity is what was reserved; asked for by that name, the compiler sees that nothing has to grow.
    list.resize_with(list.capacity(), T::default);
    Some(list)
}

#[cfg(test)]
mod tests {
    use super::{address, allocate, release, with, with_pairs};
    use core::cell::Cell;

    /// More than there can be is refused before anything runs, and what is asked for next is there.
    #[test]
    fn working_memory_that_cannot_be_had_is_told() {
        let called = Cell::new(0);
        for pairs in [None, Some(usize::MAX / 16), Some(usize::MAX)] {
            assert_eq!(with_pairs(Some(3), |pairs| called.set(pairs.len())), 0);
            assert!(called.replace(0) >= 3);
            assert_eq!(with_pairs(pairs, |_| called.set(1)), 1, "{pairs:?}");
            assert_eq!(called.get(), 0, "{pairs:?}");
        }
    }

    /// A handle of no buffer has none: nothing to read, nothing to free, and the next buffers are their own.
    #[test]
    fn handles_that_name_nothing_are_empty() {
        let handle = allocate(5);
        for wrong in [0, handle + 1, 4_000_000, u32::MAX] {
            release(wrong);
            assert_eq!(with([wrong], |[pairs]| pairs.len()), 0, "{wrong}");
        }
        assert_eq!(with([handle], |[pairs]| pairs.len()), 3);
        release(handle);
        assert_eq!(with([handle], |[pairs]| pairs.len()), 0);
        let again = [allocate(5), allocate(0)];
        assert_eq!(again[0], handle);
        assert_eq!(with(again, |buffers| buffers.map(<[_]>::len)), [3, 1]);
        assert_ne!(address(again[0]), address(again[1]));
        again.into_iter().for_each(release);
    }
}
