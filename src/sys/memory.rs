//! What the memory allocator is told.

/// A block of this size is never mapped for itself from then on.
const BLOCK: usize = 4 << 20;

/// Has the allocator keep what is freed, for the process has few moments to live and much to read.
///
/// The allocator of the GNU C library gives large blocks back to the system at once, and takes the size of
/// those that were freed for a sign of what is to come. Each page that it gets anew costs a fault. With
/// other allocators this does nothing, and no page of the block is ever touched.
pub fn keep_what_is_freed() {
    drop(std::hint::black_box(Vec::<u8>::with_capacity(BLOCK)));
}
