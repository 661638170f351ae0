//! A segment that is closed, compressed: one frame of zstd, and the hash of that frame behind it.
//!
//! The hash stands in a frame that every program skips, so that `zstd -dc` reads the file. With it, no bit
//! of the file can be another one: the format has some that change nothing of what is read.

use std::{
    fs::{self, File},
    io::{self, BufRead as _, BufReader, Read, Take, Write},
    os::unix::fs::FileExt as _,
    path::Path,
};

use sha2::{Digest as _, Sha256};
use zstd::stream::{read::Decoder, write::Encoder};

use super::{
    directory::sync,
    segment::{in_place, open, owner_only, packed, part},
};
use crate::audit::StoreError;

/// The level that zstd itself would choose: a higher one takes much longer for little.
const LEVEL: i32 = 3;

/// The largest window that is read, as a power of two: 8 MiB, which every program must be able to. Ours are 2 MiB.
const WINDOW: u32 = 23;

/// How a frame begins.
const FRAME: [u8; 4] = [0x28, 0xB5, 0x2F, 0xFD];

/// How the frame behind it begins, which is skipped: what it is, and that it is as long as a hash.
const SKIPPED: [u8; 8] = [0x5F, 0x2A, 0x4D, 0x18, 32, 0, 0, 0];

/// Both, and the hash.
const SEAL_BYTES: u64 = SKIPPED.len() as u64 + 32;

/// What is read and written at a time.
const CHUNK: usize = 128 << 10;

/// The bytes of a compressed segment as they were. It holds one window of them.
pub(in crate::audit) struct Unpacked {
    decoder: Decoder<'static, BufReader<Hashed<Take<File>>>>,
    /// What the frame hashes to.
    seal: [u8; 32],
}

/// What passes through, and its hash.
struct Hashed<T> {
    inner: T,
    hash: Sha256,
}

impl<T> Hashed<T> {
    fn new(inner: T) -> Self {
        Self { inner, hash: Sha256::new() }
    }
}

impl<T: Read> Read for Hashed<T> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.hash.update(buffer.get(..read).unwrap_or_default());
        Ok(read)
    }
}

impl<T: Write> Write for Hashed<T> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hash.update(bytes.get(..written).unwrap_or_default());
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl Unpacked {
    /// # Errors
    /// What the system says, and what is not a compressed segment: that has no number of the system's.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let frame = file.metadata()?.len().checked_sub(SEAL_BYTES);
        // FAIL CLOSED: what has no room for its hash is cut off.
        let frame = frame.ok_or_else(|| io::Error::other("it is cut off"))?;
        let (mut begins, mut skipped, mut seal) = ([0; 4], [0; 8], [0; 32]);
        file.read_exact_at(&mut begins, 0)?;
        file.read_exact_at(&mut skipped, frame)?;
        file.read_exact_at(&mut seal, frame + SKIPPED.len() as u64)?;
        if begins != FRAME || skipped != SKIPPED {
            // FAIL CLOSED: also an older format, which another crate of the program may have switched on.
            return Err(io::Error::other("it does not begin and end as one"));
        }
        let from = BufReader::with_capacity(CHUNK, Hashed::new(file.take(frame)));
        let mut decoder = Decoder::with_buffer(from)?.single_frame();
        decoder.window_log_max(WINDOW)?;
        Ok(Self { decoder, seal })
    }
}

impl Read for Unpacked {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.decoder.read(buffer)?;
        if read > 0 || buffer.is_empty() {
            return Ok(read);
        }
        let frame = self.decoder.get_mut();
        if !frame.fill_buf()?.is_empty() {
            // FAIL CLOSED: what comes after it was not compressed with it.
            return Err(io::Error::other("there is more behind its end"));
        }
        if <[u8; 32]>::from(frame.get_ref().hash.clone().finalize()) != self.seal {
            // FAIL CLOSED: something of it is not as it was written, whatever it may be.
            return Err(io::Error::other("it does not have its hash"));
        }
        Ok(0)
    }
}

/// Compresses a segment that is closed. The file itself is removed last, when the other one was read again
/// and its name is on the disk; wherever this ends before, the file is still there, and is the one that counts.
pub(super) fn pack(directory: &Path, plain: &Path) -> Result<(), StoreError> {
    let part = part(plain);
    let packed = write(plain, &part).and_then(|file| {
        let target = packed(plain);
        let renamed = fs::rename(&part, &target);
        renamed.map_err(|error| StoreError::io("cannot rename", &part, &error))?;
        sync(directory)?;
        Ok(file)
    });
    let (file, bytes) = packed.inspect_err(|_| {
        // It takes room, and is made anew the next time.
        drop(fs::remove_file(&part));
    })?;
    // What is removed is what was compressed.
    in_place(&file, plain, bytes)?;
    fs::remove_file(plain).map_err(|error| StoreError::io("cannot remove", plain, &error))?;
    sync(directory)
}

/// Gives the file that was compressed, and its length.
fn write(plain: &Path, part: &Path) -> Result<(File, u64), StoreError> {
    let unreadable = |error: io::Error| StoreError::io("cannot read", plain, &error);
    let unwritable = |error: io::Error| StoreError::io("cannot write", part, &error);
    let file = open(owner_only().read(true), plain)?;
    let bytes = file.metadata().map_err(unreadable)?.len();
    let to = open(owner_only().write(true).create(true).truncate(true), part)?;
    let mut encoder = Encoder::new(Hashed::new(to), LEVEL).map_err(unwritable)?;
    // Its own checksum, too, for other programs.
    let set = encoder.include_checksum(true);
    set.and_then(|()| encoder.set_pledged_src_size(Some(bytes))).map_err(unwritable)?;
    let mut from = Hashed::new((&file).take(bytes));
    io::copy(&mut from, &mut encoder).map_err(unwritable)?;
    let Hashed { inner: mut to, hash } = encoder.finish().map_err(unwritable)?;
    let seal = [&SKIPPED[..], &hash.finalize()].concat();
    to.write_all(&seal).and_then(|()| to.sync_all()).map_err(unwritable)?;
    let mut again = Hashed::new(io::sink());
    let read = Unpacked::open(part).and_then(|mut found| io::copy(&mut found, &mut again));
    let read = read.map_err(|error| StoreError::io("cannot read", part, &error))?;
    if (read, again.hash.finalize()) != (bytes, from.hash.finalize()) {
        // FAIL CLOSED: records that cannot be had again are lost.
        return Err(StoreError::new(format_args!("{} is not what was compressed", part.display())));
    }
    Ok((file, bytes))
}
