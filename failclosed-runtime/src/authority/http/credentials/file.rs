//! A secret in a file, which whoever mounted it may replace at any time: a projected token lives for
//! an hour.

use std::{
    collections::VecDeque,
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use secrecy::{ExposeSecret, SecretString};

use super::{super::error::HttpError, faultless};

/// The longest secret that is taken from a file, in bytes.
const MAX_SECRET_BYTES: u64 = 16 * 1024;

/// As many values that were replaced are still looked for in what an authority says: questions that
/// carry them may be under way.
const FORMER: usize = 4;

/// A file whose times are younger than this may be written again without a change to them: clocks of
/// file systems tick slowly.
const SETTLED: Duration = Duration::from_secs(1);

const HELP: &str =
    "let only root or the user of this program write it: `chmod go-w`, and its directory too";

#[cfg(unix)]
const WHOSE: &str = "give it to root or to the user of this program, or name the user whose it is: \
                     `Secret::from_file_of(path, user)`";

/// A file, and what was in it.
pub(super) struct Watched {
    path: PathBuf,
    from: String,
    /// Who may own it besides root and ourselves.
    of: Option<u32>,
    kept: Mutex<Kept>,
}

struct Kept {
    /// What was looked at when the file was read. `None`: it is read before it is used again.
    mark: Option<Mark>,
    current: Arc<SecretString>,
    former: VecDeque<Arc<SecretString>>,
}

/// When a file is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::authority::http) enum Look {
    /// Where it, or who can write it, changed.
    IfChanged,
    /// In any case.
    Anew,
}

/// Why there is no secret at this moment.
#[derive(Debug)]
pub(in crate::authority::http) struct Fault {
    pub(in crate::authority::http) why: HttpError,
    /// It looks like a file that is being written.
    pub(in crate::authority::http) passing: bool,
}

impl Watched {
    pub(super) fn open(path: &Path, of: Option<u32>) -> Result<Self, HttpError> {
        let from = format!("the file `{}`", path.display());
        // A program that changes its directory means the same file.
        let path = std::path::absolute(path).map_err(|error| HttpError::Secret {
            from: from.clone(),
            fault: format!("cannot be read: {error}"),
            help: HELP,
        })?;
        let (mark, secret) = read(&path, &from, of).map_err(|fault| fault.why)?;
        let kept = Kept { mark, current: Arc::new(secret), former: VecDeque::new() };
        Ok(Self { path, from, of, kept: Mutex::new(kept) })
    }

    /// What is in the file now.
    pub(super) fn current(&self, look: Look) -> Result<Arc<SecretString>, Fault> {
        // Each change to what is behind this lock is whole.
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let stands = kept.mark.as_ref().is_some_and(|mark| mark.stands(&self.path));
        if look == Look::IfChanged && stands {
            return Ok(Arc::clone(&kept.current));
        }
        // FAIL CLOSED: if it cannot be read now, what was in it once does not stand for it.
        kept.mark = None;
        let (mark, secret) = read(&self.path, &self.from, self.of)?;
        kept.mark = mark;
        if secret.expose_secret() != kept.current.expose_secret() {
            let former = std::mem::replace(&mut kept.current, Arc::new(secret));
            kept.former.push_front(former);
            kept.former.truncate(FORMER);
        }
        Ok(Arc::clone(&kept.current))
    }

    /// What was read last, and what that replaced.
    pub(super) fn known(&self) -> Vec<Arc<SecretString>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        std::iter::once(&kept.current).chain(&kept.former).cloned().collect()
    }
}

/// Reads a file whole, if only we and root can write it, and the user that was named.
fn read(path: &Path, from: &str, of: Option<u32>) -> Result<(Option<Mark>, SecretString), Fault> {
    let refused = |fault: String, passing| Fault {
        why: HttpError::Secret { from: from.to_owned(), fault, help: HELP },
        passing,
    };
    let unreadable = |error: io::Error| {
        let passing = error.kind() == io::ErrorKind::NotFound;
        refused(format!("cannot be read: {error}"), passing)
    };
    // Behind all links, so that the directory is the one it lies in.
    let real = fs::canonicalize(path).map_err(unreadable)?;
    // Looked at before it is opened too: a device may do something when it is.
    if !fs::metadata(&real).map_err(unreadable)?.is_file() {
        return Err(refused("is no regular file".into(), false));
    }
    let file = open(&real).map_err(unreadable)?;
    let found = file.metadata().map_err(unreadable)?;
    if !found.is_file() {
        return Err(refused("is no regular file".into(), false));
    }
    let directory = real.parent().unwrap_or(&real).to_owned();
    let lies_in = fs::metadata(&directory).map_err(unreadable)?;
    #[cfg(unix)]
    {
        use super::super::owner::{foreign, writable};
        let owned = |what: &fs::Metadata, fault: String| {
            let help = if foreign(what, of).is_some() { WHOSE } else { HELP };
            let why = HttpError::Secret { from: from.to_owned(), fault, help };
            Err(Fault { why, passing: false })
        };
        // FAIL CLOSED: whoever can write it decides as whom the authority is asked.
        if let Some(fault) = writable(&found, of) {
            return owned(&found, fault);
        }
        // FAIL CLOSED: whoever can write there puts another file in its place.
        if let Some(fault) = writable(&lies_in, of) {
            return owned(&lies_in, format!("lies in a directory that {fault}"));
        }
    }
    let mut secret = String::new();
    let text = (&file).take(MAX_SECRET_BYTES + 1).read_to_string(&mut secret);
    text.map_err(unreadable)?;
    if secret.len() as u64 > MAX_SECRET_BYTES {
        return Err(refused("is longer than 16 KiB".into(), false));
    }
    let before = state(&found);
    if state(&file.metadata().map_err(unreadable)?) != before {
        // FAIL CLOSED: a part of the old and a part of the new is neither.
        return Err(refused("is being written".into(), true));
    }
    if secret.ends_with('\n') {
        secret.pop();
        if secret.ends_with('\r') {
            secret.pop();
        }
    }
    // A writer that begins anew leaves nothing for a moment.
    let blank = secret.trim().is_empty();
    let secret = faultless(secret).map_err(|fault| refused(fault.into(), blank))?;
    let settled = changed(&found)
        .and_then(|at| SystemTime::now().duration_since(at).ok())
        .is_some_and(|age| age > SETTLED);
    let mark = Mark { file: before, lies_in: place(&lies_in), directory };
    Ok((settled.then_some(mark), secret))
}

/// Without waiting: a pipe that was put in its place a moment ago has no writer.
fn open(path: &Path) -> io::Result<fs::File> {
    let mut options = fs::OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        let flags = rustix::fs::OFlags::NONBLOCK.bits();
        options.custom_flags(i32::try_from(flags).map_err(io::Error::other)?);
    }
    options.open(path)
}

/// A file as it was when it was read, and the directory that it lay in.
struct Mark {
    file: State,
    lies_in: State,
    directory: PathBuf,
}

impl Mark {
    /// Whether nothing has changed. What cannot be looked at has.
    fn stands(&self, path: &Path) -> bool {
        let same = |path: &Path, of: fn(&fs::Metadata) -> State, was: &State| {
            fs::metadata(path).is_ok_and(|found| of(&found) == *was)
        };
        // Through all links: one that leads elsewhere now leads to another file.
        same(path, state, &self.file) && same(&self.directory, place, &self.lies_in)
    }
}

#[cfg(unix)]
type State = [i128; 7];

/// Which file, whose, and when it was changed, in nanoseconds.
#[cfg(unix)]
fn state(found: &fs::Metadata) -> State {
    use std::os::unix::fs::MetadataExt;
    let [device, inode, mode, owner, ..] = place(found);
    let nanos = |seconds: i64, nanos: i64| i128::from(seconds) * 1_000_000_000 + i128::from(nanos);
    [
        device,
        inode,
        mode,
        owner,
        i128::from(found.len()),
        nanos(found.mtime(), found.mtime_nsec()),
        nanos(found.ctime(), found.ctime_nsec()),
    ]
}

/// Which directory, and who may write there. What else lies there does not matter.
#[cfg(unix)]
fn place(found: &fs::Metadata) -> State {
    use std::os::unix::fs::MetadataExt;
    [found.dev().into(), found.ino().into(), found.mode().into(), found.uid().into(), 0, 0, 0]
}

/// When anything about it was changed last: unlike the time of its content, nobody sets this one back.
#[cfg(unix)]
fn changed(found: &fs::Metadata) -> Option<SystemTime> {
    use std::os::unix::fs::MetadataExt;
    let seconds = Duration::from_secs(u64::try_from(found.ctime()).ok()?);
    SystemTime::UNIX_EPOCH.checked_add(seconds)
}

#[cfg(not(unix))]
type State = (u64, Option<SystemTime>);

#[cfg(not(unix))]
fn state(found: &fs::Metadata) -> State {
    (found.len(), found.modified().ok())
}

#[cfg(not(unix))]
fn place(_: &fs::Metadata) -> State {
    (0, None)
}

#[cfg(not(unix))]
fn changed(found: &fs::Metadata) -> Option<SystemTime> {
    found.modified().ok()
}
