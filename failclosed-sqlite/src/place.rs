//! The file of a database: for its owner alone, written by one process, and still where it was.

use std::{
    fs::{self, File, Metadata, OpenOptions, TryLockError},
    io,
    os::unix::fs::{MetadataExt as _, OpenOptionsExt as _},
    path::{self, Path, PathBuf},
};

use failclosed_runtime::audit::StoreError;

/// Who else may do what with a file.
const OTHERS: u32 = 0o077;

/// Where a log is kept. Nobody else writes it as long as this lives.
#[derive(Debug)]
pub(crate) struct Place {
    path: PathBuf,
    /// Which file it was when it was opened.
    file: (u64, u64),
    /// And which one its write-ahead log: without it, what is committed to it is gone.
    ahead: Option<(u64, u64)>,
    _lock: Lock,
}

#[derive(Debug)]
struct Lock(File);

impl Drop for Lock {
    fn drop(&mut self) {
        // Said, and not left to the closing of the file: a program that is being started by another
        // thread has it open too, until it is another program.
        if let Err(error) = self.0.unlock() {
            tracing::warn!(target: "failclosed", %error, "the lock of the audit log was not given back");
        }
    }
}

impl Place {
    /// Makes the file where it is not there, and takes the lock of the log.
    pub(crate) fn make(path: &Path, log: &str) -> Result<Self, StoreError> {
        // A program may change its directory later.
        let path = path::absolute(path).map_err(|error| failed("cannot find", path, &error))?;
        let lock = lock(&path, log)?;
        match owner_only().create_new(true).open(&path) {
            // SQLite has the file open for itself. Its locks are the process's: one that is opened and
            // closed beside it would take them away, so from here on it is only looked at.
            Ok(file) => {
                drop(file);
                // The name of a new file survives a power cut once its directory is synced.
                let parent = path.parent().unwrap_or(Path::new("/"));
                let synced = File::open(parent).and_then(|directory| directory.sync_all());
                synced.map_err(|error| failed("cannot sync", parent, &error))?;
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(failed("cannot make", &path, &error)),
        }
        let file = look(&path)?;
        if file.mode() & OTHERS != 0 {
            // FAIL CLOSED: who else may write it may write another log.
            return Err(StoreError::new(format_args!(
                "{} is not for its owner alone\nhelp: chmod 600 {}",
                path.display(),
                path.display()
            )));
        }
        Ok(Self { path, file: identity(&file), ahead: None, _lock: lock })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Forgets the write-ahead log of a connection that is gone: who closed the database last has removed it,
    /// and what was in it is in the database.
    pub(crate) fn closed(&mut self) {
        self.ahead = None;
    }

    /// Remembers the write-ahead log, once SQLite has made it.
    pub(crate) fn opened(&mut self) -> Result<(), StoreError> {
        self.ahead = Some(identity(&look(&ahead(&self.path))?));
        self.is_in_place()
    }

    /// Whether what is open is what stands under its name.
    ///
    /// # Errors
    /// Records that are written to a file nobody can find are lost.
    pub(crate) fn is_in_place(&self) -> Result<(), StoreError> {
        let files = [(self.path.clone(), Some(self.file)), (ahead(&self.path), self.ahead)];
        for (path, opened) in files {
            let there = path.symlink_metadata().map(|file| identity(&file));
            if opened.is_some() && there.as_ref().ok() != opened.as_ref() {
                // FAIL CLOSED: a log that is not where it is looked for.
                return Err(StoreError::new(format_args!(
                    "{} was removed or replaced while it was open\n\
                     help: verify the log, then open it again",
                    path.display()
                )));
            }
        }
        Ok(())
    }
}

/// # Errors
/// Another process that has it: two writers would make two chains.
fn lock(database: &Path, log: &str) -> Result<Lock, StoreError> {
    let path = beside(database, &format!(".{}.lock", name(log)?));
    let file = owner_only().create(true).open(&path);
    let file = file.map_err(|error| failed("cannot open", &path, &error))?;
    look(&path)?;
    match file.try_lock() {
        Ok(()) => Ok(Lock(file)),
        // FAIL CLOSED: whose records come next would be a matter of luck.
        Err(TryLockError::WouldBlock) => Err(StoreError::new(format_args!(
            "the audit log `{log}` in {} is being written by another process\n\
             help: give each process a log of its own: `SqliteOptions::default().log(\"shop-2\")`",
            database.display()
        ))),
        Err(TryLockError::Error(error)) => Err(failed("cannot lock", &path, &error)),
    }
}

/// The name of a log, which is also a part of the name of a file.
fn name(log: &str) -> Result<&str, StoreError> {
    let fits = |sign: char| sign.is_ascii_alphanumeric() || "-_".contains(sign);
    if (1..=64).contains(&log.len()) && log.chars().all(fits) {
        return Ok(log);
    }
    Err(StoreError::new(format_args!(
        "{log:?} is no name for a log\nhelp: use 1 to 64 ASCII letters, digits, `-` and `_`, such as `shop-1`"
    )))
}

/// The file of the write-ahead log.
fn ahead(database: &Path) -> PathBuf {
    beside(database, "-wal")
}

fn beside(database: &Path, end: &str) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(end);
    name.into()
}

fn owner_only() -> OpenOptions {
    let mut options = OpenOptions::new();
    // A link that somebody left is not followed, and a pipe not waited for.
    let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
    options.write(true).mode(0o600).custom_flags(flags.bits().cast_signed());
    options
}

/// What stands under a name, if it is a file and nothing that leads elsewhere.
fn look(path: &Path) -> Result<Metadata, StoreError> {
    let found = fs::symlink_metadata(path).map_err(|error| failed("cannot read", path, &error))?;
    if found.is_file() {
        return Ok(found);
    }
    // FAIL CLOSED: what would be written there is not the log.
    Err(StoreError::new(format_args!("{} is not a file", path.display())))
}

fn identity(file: &Metadata) -> (u64, u64) {
    (file.dev(), file.ino())
}

fn failed(what: &str, path: &Path, error: &io::Error) -> StoreError {
    StoreError::new(format_args!("{what} {}: {error}", path.display()))
}
