//! The entry points of OpenMP that Tesseract's library calls, for a process that reads on one thread.
//!
//! Tesseract hands every step of its network (about 100,000 a page) to a team of threads, even where the team is
//! one thread; the usual library then asks the kernel each time to wake the others. A function of the program
//! comes before one of the same name in a library, so these do the work at once instead, in the caller's thread.
//! The names and their meaning are those of GCC's libgomp ABI.
#![expect(unsafe_code, reason = "functions that a C++ library finds by name")]

use std::cell::Cell;
use std::ffi::{c_uint, c_void};

thread_local! {
    /// Sections of the block that is being worked on: begun, all.
    static SECTIONS: Cell<(c_uint, c_uint)> = const { Cell::new((0, 0)) };
    /// Blocks of sections that were worked off here.
    static BLOCKS: Cell<u64> = const { Cell::new(0) };
}

type Body = extern "C-unwind" fn(*mut c_void);

/// A parallel block: its body, once.
#[unsafe(no_mangle)]
extern "C-unwind" fn GOMP_parallel(body: Body, data: *mut c_void, _threads: c_uint, _flags: c_uint) {
    body(data);
}

/// A parallel block of `count` sections: its body asks for one section after the other.
#[unsafe(no_mangle)]
extern "C-unwind" fn GOMP_parallel_sections(body: Body, data: *mut c_void, _threads: c_uint, count: c_uint, _flags: c_uint) {
    let outer = SECTIONS.replace((0, count));
    body(data);
    SECTIONS.set(outer);
    BLOCKS.set(BLOCKS.get() + 1);
}

/// The next section of the block, from 1; 0 when there is none left.
#[unsafe(no_mangle)]
extern "C-unwind" fn GOMP_sections_next() -> c_uint {
    let (begun, all) = SECTIONS.get();
    if begun >= all {
        return 0;
    }
    SECTIONS.set((begun + 1, all));
    begun + 1
}

/// The end of a block of sections: there is nobody to wait for.
#[unsafe(no_mangle)]
extern "C-unwind" fn GOMP_sections_end_nowait() {}

/// Blocks of sections that this thread has worked off: more than none after a line was read.
#[must_use]
pub fn completed_section_blocks() -> u64 {
    BLOCKS.get()
}

#[cfg(test)]
mod tests {
    use super::*;

    extern "C-unwind" fn take_all(data: *mut c_void) {
        let taken = data.cast::<Vec<c_uint>>();
        loop {
            let section = GOMP_sections_next();
            // SAFETY: the test below hands its own list in and looks at it afterwards only.
            unsafe { (*taken).push(section) };
            if section == 0 {
                return;
            }
        }
    }

    #[test]
    fn every_section_comes_once() {
        let mut taken: Vec<c_uint> = Vec::new();
        GOMP_parallel_sections(take_all, (&raw mut taken).cast(), 4, 3, 0);
        assert_eq!(taken, [1, 2, 3, 0]);
        assert_eq!(GOMP_sections_next(), 0);
    }
}
