//! Where buffers start: on whole vectors, and large buffers each in another quarter of their page, because buffers that start
//! at the same position are slower.

use nonlin::memory::{address, allocate, release};

#[test]
fn buffers_begin_where_vectors_do_and_large_ones_apart() {
    let mut handles = Vec::new();
    for count in [1, 2, 3, 7, 16, 33, 100, 511, 512, 513, 4096, 5000, 70_001] {
        for _ in 0..5 {
            let handle = allocate(count);
            assert_ne!(handle, 0, "a buffer of {count}");
            let place = address(handle);
            assert_eq!(place % 16, 0, "a buffer of {count} at {place:#x}");
            // From 512 whole pairs on.
            if count.div_ceil(2) * 2 >= 512 {
                assert_eq!(place / 8 % 512, (handle - 1) % 4 * 128, "a buffer of {count}, handle {handle}");
            }
            handles.push(handle);
        }
    }
    handles.into_iter().for_each(release);
}
