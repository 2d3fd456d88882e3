//! The f64 buffers that TypeScript fills and reads. They have numbers as handles, so that only numbers cross the boundary. A
//! buffer holds whole pairs of lanes: the element after an odd count is padding, which is computed like any other and never
//! read.

use crate::local::local;
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::cell::Cell;
use core::hint::black_box;
use core::mem::swap;
use wasm_bindgen::prelude::wasm_bindgen;

/// Two neighbouring elements, which load and store as one vector. They are cells, so that a kernel may read and write the same
/// buffer. It is an array of cells rather than a cell of an array, so that `as_flattened` and `as_chunks` can form pairs at odd
/// elements too.
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

/// From this many elements on, a buffer is large: its position in its 4 KB page then depends on its handle. Buffers that are
/// read and written side by side are slower if they start at the same position in their pages (on AMD's caches) or a few
/// elements apart (on any).
const LARGE: usize = 512;

/// Whole pairs, from the element `start` on. No vector of them crosses the end of a cache line.
#[derive(Default)]
struct Buffer {
    cells: Vec<Cell<f64>>,
    start: usize,
}

impl Buffer {
    /// A buffer of zeros.
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

/// The buffers: entry `handle - 1` is that of `handle`. An empty entry is free.
struct Buffers {
    list: Vec<Buffer>,
    /// The entry to use next; one past the last if none is free. The free entries form a linked list: the successor of a free
    /// entry is the next entry, plus its `start`. So entries of zeros form a list of free entries.
    free: usize,
}

local! {
    static BUFFERS: Buffers = Buffers { list: Vec::new(), free: 0 };
}

impl Buffers {
    /// The free entry to use next. Makes the list longer if there is none.
    fn free(&mut self) -> Option<&mut Buffer> {
        if self.free >= self.list.len() {
            let mut longer = filled(2 * self.list.len() + 64)?;
            longer.iter_mut().zip(&mut self.list).for_each(|(new, old)| swap(new, old));
            self.list = longer;
        }
        self.list.get_mut(self.free)
    }
}

/// Allocates a zero-filled buffer of at least `count` elements. Returns its handle, or 0 if there is not enough memory.
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
        grow_ahead(pages);
        index as u32 + 1
    })
}

/// Frees the buffer of `handle`; does nothing if there is none.
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

/// The size of the memory in pages of 64 KB; 0 on other targets than wasm, where growing the memory is not this module's task.
fn pages() -> usize {
    #[cfg(target_arch = "wasm32")]
    return core::arch::wasm32::memory_size::<0>();
    #[cfg(not(target_arch = "wasm32"))]
    0
}

/// The largest number of pages that the memory grows by when less would do: 1 MB. A small memory grows by an eighth of itself.
const LARGEST_SPARE: usize = 16;

/// The memory had `before` pages. If it has grown by less than the spare size, this grows it by the difference, because each
/// growth costs an engine 130 µs and some garbage collection, however small it is. The allocator keeps the memory that is freed
/// at once. If there is no more memory, nothing happens.
#[inline(always)]
fn grow_ahead(before: usize) {
    let (grown, least) = (pages() - before, LARGEST_SPARE.min(before / 8));
    if 0 < grown && grown < least {
        let mut spare = Vec::<Cell<f64>>::new();
        let _ = spare.try_reserve_exact((least - grown) << 13);
        // Without this, the compiler would remove the unused vector.
        black_box(&spare);
    }
}

/// The byte address of the first element of `handle`, which does not change until the buffer is released.
#[wasm_bindgen]
pub fn address(handle: u32) -> u32 {
    with([handle], |[buffer]| buffer.as_ptr().addr() as u32)
}

/// Calls `body` with the buffers of `handles`. A handle without a buffer gives an empty slice.
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
    /// Working memory, which is kept from call to call.
    static SCRATCH: Option<Box<[Pair]>> = None;
}

/// Calls `body` with this many pairs of working memory. Returns 0, or 1 if there is not enough memory.
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

/// `count` default values, or None if there is not enough memory.
fn filled<T: Default>(count: usize) -> Option<Vec<T>> {
    let mut list = Vec::new();
    list.try_reserve_exact(count).ok()?;
    // The capacity is the reserved size. Since the length is asked for in this form, the compiler sees that the vector need not
    // grow.
    list.resize_with(list.capacity(), T::default);
    Some(list)
}

#[cfg(test)]
mod tests {
    use super::{address, allocate, release, with, with_pairs};
    use core::cell::Cell;

    /// A request for more than there can be is refused before anything runs, and the next request succeeds.
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

    /// An unknown handle has no buffer: there is nothing to read and nothing to free, and later buffers are not affected.
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
