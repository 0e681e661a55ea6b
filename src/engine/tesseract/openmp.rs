//! Single-threaded OpenMP entry points for Tesseract.
//!
//! Tesseract passes every step of its network (about 100,000 per page) to a team of threads, even to a team of one, and libgomp
//! makes a system call each time to wake the others. The dynamic linker prefers a function of the program to one of the
//! same name in a library, so these functions replace those of libgomp and run the work directly on the caller's thread.
//! Names and semantics are those of GCC's libgomp ABI.
#![expect(unsafe_code, reason = "functions that a C++ library finds by name")]

use std::cell::Cell;
use std::ffi::{c_uint, c_void};

thread_local! {
    /// Sections of the current block: started, total.
    static SECTIONS: Cell<(c_uint, c_uint)> = const { Cell::new((0, 0)) };
    /// Number of blocks of sections that this thread has completed.
    static BLOCKS: Cell<u64> = const { Cell::new(0) };
}

type Body = extern "C-unwind" fn(*mut c_void);

/// Runs the body of a parallel block once.
#[unsafe(no_mangle)]
extern "C-unwind" fn GOMP_parallel(body: Body, data: *mut c_void, _threads: c_uint, _flags: c_uint) {
    body(data);
}

/// Runs a parallel block of `count` sections; its body requests the sections one by one.
#[unsafe(no_mangle)]
extern "C-unwind" fn GOMP_parallel_sections(body: Body, data: *mut c_void, _threads: c_uint, count: c_uint, _flags: c_uint) {
    let outer = SECTIONS.replace((0, count));
    body(data);
    SECTIONS.set(outer);
    BLOCKS.set(BLOCKS.get() + 1);
}

/// Next section of the block, from 1; 0 when none is left.
#[unsafe(no_mangle)]
extern "C-unwind" fn GOMP_sections_next() -> c_uint {
    let (begun, all) = SECTIONS.get();
    if begun >= all {
        return 0;
    }
    SECTIONS.set((begun + 1, all));
    begun + 1
}

/// End of a block of sections: with one thread there is nothing to wait for.
#[unsafe(no_mangle)]
extern "C-unwind" fn GOMP_sections_end_nowait() {}

/// Number of blocks of sections that this thread has completed; greater than 0 after a line was read.
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
            // SAFETY: the test below passes its own list and reads it only afterwards.
            unsafe { (*taken).push(section) };
            if section == 0 {
                return;
            }
        }
    }

    #[test]
    fn every_openmp_section_is_returned_once() {
        let mut taken: Vec<c_uint> = Vec::new();
        GOMP_parallel_sections(take_all, (&raw mut taken).cast(), 4, 3, 0);
        assert_eq!(taken, [1, 2, 3, 0]);
        assert_eq!(GOMP_sections_next(), 0);
    }
}
