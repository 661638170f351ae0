//! What was read of a crate, kept beside what the compiler wrote: reading that takes a hundred times as long as
//! the search for which it is read, and of most crates it is the same as the last time.
//!
//! What is kept stands for the compiler's text, so it is believed only as what it is of: that very text, by its
//! digest, read for that crate and workspace by this very program. On any doubt the text itself is read.

use std::{
    env,
    fs::{self, File},
    io::{self, BufWriter, Read, Write},
    path::Path,
    sync::OnceLock,
};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{
    compact::{Bodies, Body},
    extract::Dump,
    mir,
};
use crate::inconclusive::CheckError;

/// What a text is known by.
pub(super) type Digest = [u8; 32];

/// What was read, from which text, by whom.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Origin<'a> {
    /// The program that read it: another one may understand more of the text.
    program: Digest,
    text: Digest,
    krate: &'a str,
    is_program: bool,
    owner: &'a str,
    plain: bool,
}

#[derive(Serialize)]
struct Written<'a> {
    of: Origin<'a>,
    texts: Vec<&'a str>,
    bodies: &'a [Body],
}

#[derive(Deserialize)]
struct Kept<'a> {
    #[serde(borrow)]
    of: Origin<'a>,
    #[serde(borrow)]
    texts: Vec<&'a str>,
    bodies: Vec<Body>,
}

/// Adds every body of a crate: as it was read before, or read anew.
///
/// # Errors
/// As [`mir::bodies`].
pub(super) fn add(dump: &Dump, all: &mut Bodies) -> Result<(), CheckError> {
    let unread = |error: io::Error| CheckError::undecided(dump.path.display(), error);
    let path = dump.path.with_extension(KEPT);
    let program = itself();
    if let Some(program) = program {
        // FAIL CLOSED: a file's length or time says nothing of what is in it.
        let text = File::open(&dump.path).and_then(digest).map_err(unread)?;
        if read(&path, &Origin::of(dump, *program, text), all).is_some() {
            return Ok(());
        }
    }
    let (bodies, text) = mir::bodies(dump)?;
    if let Some(program) = program
        && write(&path, Origin::of(dump, *program, text), &bodies).is_err()
    {
        // It is read anew the next time.
        let _ = fs::remove_file(&path);
    }
    let joined = all.take(bodies.texts.iter(), bodies.all);
    // FAIL CLOSED: a body that was lost on the way is a call that nobody sees.
    joined.ok_or_else(|| CheckError::undecided(dump.path.display(), "its texts were mixed up"))
}

/// What the name of a kept file ends with.
const KEPT: &str = "read";

impl<'a> Origin<'a> {
    fn of(dump: &'a Dump, program: Digest, text: Digest) -> Self {
        Self {
            program,
            text,
            krate: &dump.name,
            is_program: dump.program,
            owner: &dump.owner,
            plain: dump.plain,
        }
    }
}

/// The digest of this program. Its version would not do: while it is worked on, that stays.
fn itself() -> Option<&'static Digest> {
    static ITSELF: OnceLock<Option<Digest>> = OnceLock::new();
    // FAIL CLOSED: what a program read that nobody can tell from another is not kept.
    let known = || env::current_exe().and_then(File::open).and_then(digest).ok();
    ITSELF.get_or_init(known).as_ref()
}

/// FAIL CLOSED: a digest that leaves something out is one of another text.
fn first_of(bytes: &[u8], n: usize) -> io::Result<&[u8]> {
    bytes.get(..n).ok_or_else(|| io::Error::other("more bytes than there was room for"))
}

fn digest(mut file: impl Read) -> io::Result<Digest> {
    let mut hash = Sha256::new();
    let mut part = vec![0; 1 << 16];
    loop {
        match file.read(&mut part)? {
            0 => return Ok(hash.finalize().into()),
            n => hash.update(first_of(&part, n)?),
        }
    }
}

/// What is read or written through it, it knows the digest of.
pub(super) struct Hashed<F> {
    file: F,
    hash: Sha256,
}

impl<F> Hashed<F> {
    pub(super) fn new(file: F) -> Self {
        Self { file, hash: Sha256::new() }
    }

    pub(super) fn digest(self) -> Digest {
        self.hash.finalize().into()
    }
}

impl<F: Read> Read for Hashed<F> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let n = self.file.read(into)?;
        self.hash.update(first_of(into, n)?);
        Ok(n)
    }
}

impl<F: Write> Write for Hashed<F> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.file.write(bytes)?;
        self.hash.update(first_of(bytes, n)?);
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

fn read(path: &Path, of: &Origin<'_>, all: &mut Bodies) -> Option<()> {
    let bytes = fs::read(path).ok()?;
    // FAIL CLOSED: what was cut or changed would be a crate with fewer calls than it has.
    let (bytes, sum) = bytes.split_last_chunk::<32>()?;
    if digest(bytes).ok()? != *sum {
        return None;
    }
    let (kept, rest) = postcard::take_from_bytes::<Kept<'_>>(bytes).ok()?;
    // FAIL CLOSED: of another text, crate, workspace or program it says nothing about this one.
    if kept.of != *of || !rest.is_empty() {
        return None;
    }
    all.take(kept.texts.into_iter(), kept.bodies)
}

fn write(path: &Path, of: Origin<'_>, bodies: &Bodies) -> io::Result<()> {
    let written = Written { of, texts: bodies.texts.iter().collect(), bodies: &bodies.all };
    // Two checks may run at once: what is there under its name is whole.
    let unfinished = path.with_extension(format!("{KEPT}-{}", std::process::id()));
    let done = File::create(&unfinished).and_then(|file| {
        let mut file = Hashed::new(BufWriter::new(file));
        postcard::to_io(&written, &mut file).map_err(io::Error::other)?;
        let Hashed { mut file, hash } = file;
        file.write_all(&hash.finalize())?;
        file.flush()?;
        fs::rename(&unfinished, path)
    });
    if done.is_err() {
        let _ = fs::remove_file(&unfinished);
    }
    done
}

#[cfg(test)]
#[path = "kept_tests.rs"]
mod tests;
