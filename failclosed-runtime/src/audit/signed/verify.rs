//! Whether a log is what was signed.

use std::{
    collections::HashSet,
    fs::File,
    io::BufReader,
    path::{Path, PathBuf},
};

use super::{
    Checkpoint, VerifyingKey,
    base::{self, Bound},
    kept::{Next, Notes, path_in},
    tree::{Frontier, Hash, leaf},
};
use crate::audit::{
    Broken, Reader, Record, Removed, StoreError, Verified,
    file::{base::path_in as base_in, segments},
};

/// What was found in a log that is whole, and is what was signed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sealed {
    /// How many records, those that were removed included.
    pub records: u64,
    /// What retention removed of them, from the first one on: so it was signed.
    pub removed: Option<Removed>,
    /// The hash of the last one.
    pub hash: String,
    /// How many checkpoints.
    pub checkpoints: u64,
    /// The last of them. The records from its [`size`](Checkpoint::size) on are not signed yet: they are
    /// chained, and that is all that is known of them.
    pub last: Checkpoint,
}

/// Reads a log from its first record to its last, as [`verify`](crate::audit::verify) does, and all its
/// checkpoints: that one of `keys` signed them, and that each is of the records that there are.
///
/// So it also finds a log that was written anew from any record on, or cut before its last checkpoint.
/// `elsewhere` are checkpoints that were kept out of reach of whoever can write the log: a log that was
/// written anew or cut *together with* its file of checkpoints is found by them alone.
///
/// Where [retention](crate::audit::FileOptions::keep_for) removed the front of the log, the rest is read, from
/// where its writer signed that it begins: what is before is known by the checkpoint of just that.
///
/// It cannot find that records are missing which came after the last checkpoint of all, nor what whoever
/// holds the disk and the key wrote and signed anew, where nothing was kept elsewhere. And no log shows
/// what was never put into it.
///
/// # Errors
/// A log that cannot be read, and checkpoints from elsewhere that can be compared with nothing any more: of
/// records that were removed, and with no equal in the file of checkpoints. What is broken is no error but the
/// answer: in the file of checkpoints, where they and the records differ; `seq` is the first record that may be
/// another one.
///
/// # Denies
/// A log without a checkpoint is broken.
pub fn verify_signed(
    directory: impl AsRef<Path>,
    keys: &[VerifyingKey],
    elsewhere: &[Checkpoint],
) -> Result<Result<Sealed, Broken>, StoreError> {
    let (walk, last) = match walk(directory.as_ref(), keys, elsewhere, &mut |_, _, _| ())? {
        Ok(walk) => match walk.sealed() {
            Ok(last) => (walk, last),
            Err(broken) => return Ok(Err(broken)),
        },
        Err(broken) => return Ok(Err(broken)),
    };
    let Verified { records, removed, hash, .. } = walk.end;
    Ok(Ok(Sealed { records, removed, hash, checkpoints: walk.checkpoints, last }))
}

/// What is told of each record: what it says, its line, and its leaf.
pub(super) type Each<'a> = &'a mut dyn FnMut(&Record, &[u8], Hash);

/// What was found on the way through a log.
pub(super) struct Walked {
    path: PathBuf,
    pub(super) end: Verified,
    pub(super) tree: Frontier,
    pub(super) last: Option<Checkpoint>,
    checkpoints: u64,
    /// Where segments begin of which there is a checkpoint.
    pub(super) bounds: Vec<Bound>,
    /// What was removed.
    pub(super) before: Frontier,
    /// How much of the file of checkpoints is whole, in lines and bytes, and whether that is all of it.
    lines: u64,
    pub(super) bytes: u64,
    is_part: bool,
}

impl Walked {
    /// The last checkpoint.
    ///
    /// # Errors
    /// There is none, or a part of another one.
    pub(super) fn sealed(&self) -> Result<Checkpoint, Broken> {
        let fault = match &self.last {
            Some(last) if !self.is_part => return Ok(last.clone()),
            Some(_) => "the checkpoint does not end",
            // FAIL CLOSED: a log of which nothing is signed may be any log.
            None => "there is no checkpoint",
        };
        let (file, line) = (self.path.clone(), self.lines + 1);
        let seq = self.last.as_ref().map_or(0, Checkpoint::size);
        Err(Broken { file, line, seq, fault: fault.to_owned() })
    }
}

/// Records on the way.
struct Walk<'a> {
    reader: Reader,
    tree: Frontier,
    each: Each<'a>,
    /// How many records were those of a checkpoint.
    known: u64,
    /// What was removed, and in whose name it was signed that it was.
    before: Frontier,
    origin: Option<String>,
}

impl Walk<'_> {
    /// Reads on to this many records, or to the end.
    fn to(&mut self, size: u64) -> Result<Result<(), Broken>, StoreError> {
        while self.tree.size() < size {
            match self.reader.next_record()? {
                Ok(Some(record)) => {
                    let text = self.reader.text();
                    let leaf = leaf(text);
                    (self.each)(&record, text, leaf);
                    self.tree.push(leaf);
                }
                Ok(None) => break,
                Err(broken) => return Ok(Err(broken)),
            }
        }
        Ok(Ok(()))
    }

    /// Whether a checkpoint is of records that were removed, and not of all of them.
    fn is_before(&self, checkpoint: &Checkpoint) -> bool {
        checkpoint.size() < self.before.size()
    }

    /// Reads on to a checkpoint that stands in this line of this file.
    fn check(
        &mut self,
        checkpoint: &Checkpoint,
        (file, line): (&Path, u64),
    ) -> Result<Result<(), Broken>, StoreError> {
        if let Err(broken) = self.to(checkpoint.size())? {
            return Ok(Err(broken));
        }
        let (size, read) = (checkpoint.size(), self.tree.size());
        let fault = if read < size {
            // Half a record is found where it is.
            if let Err(part) = self.reader.finish()? {
                return Ok(Err(part));
            }
            // FAIL CLOSED: a log that became smaller is not the one that was signed.
            format!("{size} records were signed, and the log has {read}")
        } else if !checkpoint.is_of(&self.tree) {
            // FAIL CLOSED: neither is one with other records.
            let last = size.saturating_sub(1);
            format!("records {} to {last} are not those that were signed", self.known)
        } else {
            self.known = size;
            return Ok(Ok(()));
        };
        Ok(Err(Broken { file: file.to_owned(), line, seq: self.known, fault }))
    }

    /// Whether the first checkpoint that is not before where the log begins is of just that.
    fn anchor(
        &mut self,
        checkpoint: &Checkpoint,
        (file, line): (&Path, u64),
    ) -> Result<(), Broken> {
        let Some(origin) = self.origin.take() else { return Ok(()) };
        if checkpoint.size() != self.before.size() {
            // FAIL CLOSED: what was removed was not signed as a whole.
            return Err(self.unanchored(file, line));
        }
        if origin != checkpoint.origin() {
            let fault = format!(
                "it is of the log `{}`, and the log begins as one of `{origin}`",
                checkpoint.origin()
            );
            return Err(Broken { file: file.to_owned(), line, seq: self.known, fault });
        }
        Ok(())
    }

    fn unanchored(&self, file: &Path, line: u64) -> Broken {
        let size = self.before.size();
        let fault =
            format!("{size} records were removed, and there is no checkpoint of just those");
        Broken { file: file.to_owned(), line, seq: size, fault }
    }
}

/// A checkpoint of as many records stands in this line, and it is another one.
fn another(kept: &Checkpoint, file: &Path, line: u64) -> Broken {
    let size = kept.size();
    let fault = format!("by a checkpoint from elsewhere, the first {size} were other records");
    Broken { file: file.to_owned(), line, seq: 0, fault }
}

fn incomparable(kept: &Checkpoint, begins: u64) -> StoreError {
    StoreError::new(format_args!(
        "a checkpoint of {} records cannot be compared: retention removed the first {begins}, and the file of \
         checkpoints has none of that size\nhelp: compare a later one",
        kept.size()
    ))
}

/// Goes through records and checkpoints together.
pub(super) fn walk(
    directory: &Path,
    keys: &[VerifyingKey],
    elsewhere: &[Checkpoint],
    each: Each<'_>,
) -> Result<Result<Walked, Broken>, StoreError> {
    let path = path_in(directory);
    let reader = Reader::open(directory)?;
    // Checkpoints first: the records that they are of are on the disk before them, also while they grow.
    let mut notes: Option<Notes<BufReader<File>>> = Notes::open(&path)?;
    let (before, origin) = match reader.base().map(|base| base::read(base, keys)).transpose() {
        Ok(Some((before, origin))) => (before, Some(origin)),
        Ok(None) => (Frontier::default(), None),
        Err(why) => {
            let fault = why.to_string();
            return Ok(Err(Broken { file: base_in(directory), line: 1, seq: 0, fault }));
        }
    };
    let (tree, known) = (before.clone(), before.size());
    let mut walk = Walk { reader, tree, each, known, before, origin };
    let begins: HashSet<u64> = segments(directory)?.into_iter().map(|(first, _)| first).collect();
    let mut bounds = Vec::new();
    let (mut last, mut checkpoints, mut is_part) = (None::<Checkpoint>, 0, false);
    let mut elsewhere: Vec<_> = elsewhere.iter().collect();
    elsewhere.sort_by_key(|checkpoint| checkpoint.size());
    let mut elsewhere = elsewhere.into_iter().peekable();
    loop {
        let next = notes.as_mut().map_or(Ok(Next::Nothing), Notes::next);
        let next = match next.map_err(|error| StoreError::io("cannot read", &path, &error))? {
            Next::Note { line, note } => match read(&note, keys, last.as_ref()) {
                Ok(checkpoint) => Some((line, checkpoint)),
                Err(fault) => {
                    let seq = last.as_ref().map_or(0, Checkpoint::size);
                    return Ok(Err(Broken { file: path, line, seq, fault }));
                }
            },
            Next::Part => {
                is_part = true;
                None
            }
            Next::Nothing => None,
        };
        let until = next.as_ref().map_or(u64::MAX, |(_, checkpoint)| checkpoint.size());
        while let Some(kept) = elsewhere.next_if(|kept| kept.size() <= until) {
            if walk.is_before(kept) {
                match next.as_ref().filter(|(_, checkpoint)| checkpoint.size() == kept.size()) {
                    Some((_, same)) if same.root() == kept.root() => continue,
                    // FAIL CLOSED: two logs of one name.
                    Some((line, _)) => return Ok(Err(another(kept, &path, *line))),
                    // FAIL CLOSED: it may be of any log.
                    None => return Err(incomparable(kept, walk.before.size())),
                }
            }
            if let Err(mut broken) = walk.check(kept, (directory, 1))? {
                if broken.file == directory {
                    broken.fault = format!("by a checkpoint from elsewhere, {}", broken.fault);
                }
                return Ok(Err(broken));
            }
        }
        let Some((line, checkpoint)) = next else { break };
        // Of a part of what was removed, the records are not there to be compared.
        if !walk.is_before(&checkpoint) {
            if let Err(broken) = walk.anchor(&checkpoint, (&path, line)) {
                return Ok(Err(broken));
            }
            if let Err(broken) = walk.check(&checkpoint, (&path, line))? {
                return Ok(Err(broken));
            }
            let size = checkpoint.size();
            if size > walk.before.size() && begins.contains(&size) {
                let (tree, hash) = (walk.tree.clone(), walk.reader.hash().to_owned());
                bounds.push(Bound { tree, hash });
            }
        }
        last = Some(checkpoint);
        checkpoints += 1;
    }
    if walk.origin.is_some() {
        // FAIL CLOSED: what was removed is what its checkpoint says, and there is none.
        return Ok(Err(walk.unanchored(&path, notes.map_or(1, |notes| notes.line()))));
    }
    if let Err(broken) = walk.to(u64::MAX)? {
        return Ok(Err(broken));
    }
    let end = match walk.reader.finish()? {
        Ok(end) => end,
        Err(broken) => return Ok(Err(broken)),
    };
    let (lines, bytes) = notes.map_or((0, 0), |notes| (notes.line() - 1, notes.bytes()));
    let Walk { tree, before, .. } = walk;
    Ok(Ok(Walked { path, end, tree, last, checkpoints, bounds, before, lines, bytes, is_part }))
}

/// A checkpoint that comes after this one.
fn read(
    note: &[u8],
    keys: &[VerifyingKey],
    last: Option<&Checkpoint>,
) -> Result<Checkpoint, String> {
    let note = std::str::from_utf8(note).map_err(|_| "not a checkpoint: not UTF-8".to_owned())?;
    let read = Checkpoint::read(note, keys).map_err(|why| why.to_string())?;
    match last {
        // FAIL CLOSED: a writer signs no tree twice, and none that is smaller.
        Some(last) if last.size() >= read.size() => Err(format!(
            "a checkpoint of {} records stands after one of {}",
            read.size(),
            last.size()
        )),
        Some(last) if last.origin() != read.origin() => {
            Err(format!("it is of the log `{}`, and not of `{}`", read.origin(), last.origin()))
        }
        _ => Ok(read),
    }
}
