//! What is counted on every step, every variable access and every allocation of a script's thread. It is touched so
//! often that it lies apart from the run's state, in one thread-local of plain cells.

// The one place that must: a global allocator is an unsafe trait, and its settings are the system's. It only counts and
// hands on.
#![allow(unsafe_code)]

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
};

/// The counts of one thread. Only a script's thread reads them.
pub struct Counts {
    /// Steps taken.
    pub steps: Cell<u64>,
    /// The step at which to look at clock and limits next.
    pub next_look: Cell<u64>,
    /// The deepest call level at which variables may be read unseen; below zero while each access is looked at.
    pub max_level: Cell<isize>,
    /// Bytes allocated less bytes freed.
    pub held: Cell<isize>,
    /// Bytes held at which the next step looks at the limits.
    pub alarm: Cell<isize>,
    /// Bytes that may be held. Stays when the script has ended and its result is read.
    pub limit: Cell<isize>,
}

thread_local! {
    static COUNTS: Counts = const {
        Counts {
            steps: Cell::new(0),
            next_look: Cell::new(0),
            max_level: Cell::new(isize::MAX),
            held: Cell::new(0),
            alarm: Cell::new(isize::MAX),
            limit: Cell::new(isize::MAX),
        }
    };
}

/// The counts of this thread.
pub fn counts<T>(read: impl FnOnce(&Counts) -> T) -> T {
    COUNTS.with(read)
}

/// Whether this thread holds more than it may: for native work that can multiply what it is given.
pub fn is_full() -> bool {
    counts(|counts| counts.held.get() > counts.limit.get())
}

/// What `work` gives, its memory counted as `change` tells: what crosses to other threads is freed there.
pub fn uncounted<T>(work: impl FnOnce() -> T, change: impl FnOnce(&T) -> isize) -> T {
    let before = counts(|counts| counts.held.get());
    let result = work();
    counts(|counts| counts.held.set(before + change(&result)));
    result
}

/// Lets this process keep freed memory for the next run, and take it in large steps: the pool that the script's thread
/// would otherwise have to itself grows page by page, each a call of the system, which took a tenth of a run on 10,000
/// records.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub fn keep_freed_memory() {
    const KEPT: libc::c_int = 64 << 20;
    const STEP: libc::c_int = 4 << 20;
    const OF_ITS_OWN: libc::c_int = 16 << 20;
    // SAFETY: called before the process has a second thread. A setting that is refused stays as it was.
    unsafe {
        libc::mallopt(libc::M_ARENA_MAX, 1);
        libc::mallopt(libc::M_TRIM_THRESHOLD, KEPT);
        libc::mallopt(libc::M_TOP_PAD, STEP);
        libc::mallopt(libc::M_MMAP_THRESHOLD, OF_ITS_OWN);
    }
}

/// Elsewhere the system decides.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub fn keep_freed_memory() {}

fn note(change: isize) {
    counts(|counts| {
        let held = counts.held.get().wrapping_add(change);
        counts.held.set(held);
        if held > counts.alarm.get() {
            counts.next_look.set(0);
        }
    });
}

/// Counts what each thread holds; memory comes from the system.
struct Counting;

#[global_allocator]
static COUNTING: Counting = Counting;

// SAFETY: every call goes to `System` unchanged. Counting neither allocates nor panics: the cells are made without
// code and have nothing to drop.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        note(layout.size().cast_signed());
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        note(layout.size().cast_signed());
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        note(-layout.size().cast_signed());
        unsafe { System.dealloc(memory, layout) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        note(size.cast_signed() - layout.size().cast_signed());
        unsafe { System.realloc(memory, layout, size) }
    }
}
