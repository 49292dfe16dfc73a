//! One page of memory that host and worker both see: the host's switch and the script's place cost nothing there, and the
//! place outlives the worker. The page is the beginning of the file that the worker has for its standard error, so that
//! nothing else need be handed over; what the worker writes there, such as its last words, stands behind it.

// The one place of the worker that must: a page shared with another process is outside what the compiler can see.
#![allow(unsafe_code)]
// Memory is mapped in whole pages, which are aligned for anything.
#![allow(clippy::cast_ptr_alignment)]

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    sync::atomic::{AtomicU64, Ordering},
};

use memmap2::{MmapOptions, MmapRaw};

/// Bytes of the page; last words begin behind them.
const SIZE: u64 = 4096;
/// Bytes of last words that are read.
const WORDS: u64 = 16 << 10;

/// The page, seen by this process.
#[derive(Debug)]
pub struct Page {
    memory: MmapRaw,
    file: File,
}

impl Page {
    /// A new page, all zero.
    ///
    /// # Errors
    /// When the system gives no file or no memory.
    pub fn new() -> io::Result<Self> {
        let mut file = new_file()?;
        file.set_len(SIZE)?;
        file.seek(SeekFrom::Start(SIZE))?;
        Self::over(file)
    }

    /// The page that `file` holds.
    ///
    /// # Errors
    /// When it holds none.
    pub fn over(file: File) -> io::Result<Self> {
        if file.metadata()?.len() < SIZE {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let memory = MmapOptions::new().len(SIZE as usize).map_raw(&file)?;
        Ok(Self { memory, file })
    }

    /// The file, to be a worker's standard error.
    ///
    /// # Errors
    /// When the system has no more file handles.
    pub fn file(&self) -> io::Result<File> {
        self.file.try_clone()
    }

    /// The script is at `line` of the file that goes by `number`.
    pub fn note(&self, number: u32, line: u32) {
        let place = u64::from(number) << 32 | u64::from(line);
        self.word(0).store(place, Ordering::Relaxed);
    }

    /// Where the script was last seen: number of the file, and line.
    pub fn place(&self) -> (usize, u32) {
        let place = self.word(0).load(Ordering::Relaxed);
        ((place >> 32) as usize, place as u32)
    }

    /// Sets the switch that stops the script.
    pub fn set_stop(&self, stop: bool) {
        self.word(1).store(stop.into(), Ordering::Release);
    }

    /// Whether the script is to stop.
    pub fn is_stopped(&self) -> bool {
        self.word(1).load(Ordering::Acquire) != 0
    }

    /// What the worker wrote to its standard error.
    pub fn last_words(&self) -> String {
        let mut words = Vec::new();
        let mut file = &self.file;
        if file.seek(SeekFrom::Start(SIZE)).is_ok() {
            // No words are as good as unreadable ones.
            let _ = file.take(WORDS).read_to_end(&mut words);
        }
        String::from_utf8_lossy(&words).into_owned()
    }

    fn word(&self, index: usize) -> &AtomicU64 {
        let words = self.memory.as_mut_ptr().cast::<AtomicU64>();
        // SAFETY: the page is aligned, longer than the words used, and lives as long as `self`. Both processes touch it
        // through atomics only, and the file has no name by which anyone else could make it shorter.
        unsafe { &*words.add(index) }
    }
}

#[cfg(target_os = "linux")]
fn new_file() -> io::Result<File> {
    use rustix::fs::{MemfdFlags, memfd_create};
    Ok(memfd_create("script-worker", MemfdFlags::CLOEXEC)?.into())
}

#[cfg(not(target_os = "linux"))]
fn new_file() -> io::Result<File> {
    tempfile::tempfile()
}

/// Closes every handle but the first three: whatever the program that started this one left open.
#[cfg(target_os = "linux")]
pub fn close_others() {
    // SAFETY: called first of all in `main`, when this process has opened nothing itself.
    unsafe { libc::close_range(3, libc::c_uint::MAX, 0) };
}

/// Closes every handle but the first three: the system hands on none that is not asked for.
#[cfg(not(target_os = "linux"))]
pub fn close_others() {}
