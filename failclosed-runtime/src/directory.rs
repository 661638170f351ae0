//! A directory whose files are found before the question, and opened by a permit alone.
//!
//! A path is a text, and what it means changes: `notes/../../etc/passwd` matches a policy about
//! `notes/*`, and a link that is harmless while a person reads points elsewhere afterwards. So the path
//! is followed once, from handle to handle; what is shown is where it led, and what is opened is what
//! was found there.

use std::{
    borrow::Cow,
    ffi::{OsStr, OsString},
    fmt, fs, io,
    marker::PhantomData,
    path::{Component, Path, PathBuf},
};

use cap_std::{
    ambient_authority,
    fs::{Dir, FileType, Metadata, MetadataExt, OpenOptions},
};
use serde::{Serialize, Serializer};

use crate::{
    action::{Action, Exactly},
    locked::OpenedBy,
    permit::Permit,
    resource::{Resource, ResourceId, ToResource},
};

/// As many links as one path may lead over: the limit of Linux.
const MAX_LINKS: usize = 40;

/// A directory that nothing leads out of. `R` is the action (or a tuple of actions) that reads its files,
/// `W` the one that writes them; without `W`, nothing does.
///
/// ```no_run
/// # use failclosed_runtime::{Action, directory::{Directory, FileAt}};
/// # use std::io::{self, Read as _};
/// # async fn f<Read: Action + 'static>(permit: failclosed_runtime::Permit<'_, Read>) -> io::Result<()> {
/// let notes: Directory<Read> = Directory::open("/srv/notes")?; // at the start of the program
///
/// // #[requires_permission(action = Read, resource = ("File", file), prepare(file = self.notes.find(&path)?))]
/// let file: FileAt<Read> = notes.find("2026/../today.md")?; // shown as `/srv/notes/today.md`
/// let mut text = String::new();
/// file.read(&permit)?.read_to_string(&mut text)?;
/// # Ok(())
/// # }
/// ```
///
/// A permit to read writes nothing:
///
/// ```compile_fail,E0277
/// # use failclosed_runtime::{Action, directory::FileAt};
/// # fn f<Read: Action + 'static>(file: &FileAt<Read>, permit: failclosed_runtime::Permit<'_, Read>) {
/// file.write(&permit);
/// # }
/// ```
///
/// What it cannot stop: a hard link, or a file system mounted inside, that shows what lies elsewhere; and
/// who writes into the very file that was approved.
pub struct Directory<R, W = ()> {
    root: Dir,
    shown: PathBuf,
    actions: PhantomData<(Exactly<R>, Exactly<W>)>,
}

/// A file that was found in a [`Directory`], or the place for a new one. It is shown as its whole path,
/// without links and `..`, and is an argument (`prepare(file = notes.find(&path)?)`) and a resource.
pub struct FileAt<R, W = ()> {
    parent: Dir,
    name: OsString,
    shown: String,
    /// The file that was there.
    found: Option<Identity>,
    actions: PhantomData<(Exactly<R>, Exactly<W>)>,
}

/// Which file it is, whatever it is called: device and inode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Identity(u64, u64);

impl Identity {
    fn of(metadata: &Metadata) -> Self {
        Self(metadata.dev(), metadata.ino())
    }
}

impl<R, W> Directory<R, W> {
    /// Opens a directory, once: what is put in its place later is another one.
    ///
    /// # Errors
    /// None that can be opened, or one whose path is not text.
    pub fn open(path: impl AsRef<Path>) -> io::Result<Self> {
        let shown = fs::canonicalize(path)?;
        text(&shown)?;
        let root = Dir::open_ambient_dir(&shown, ambient_authority())?;
        Ok(Self { root, shown, actions: PhantomData })
    }

    /// Follows a relative path. Nothing is opened for reading or writing, and nobody was asked.
    ///
    /// # Errors
    /// A path that leads out of the directory, by itself or by a link in it; a missing directory, a path
    /// that is not text, and what is no file.
    pub fn find(&self, path: impl AsRef<Path>) -> io::Result<FileAt<R, W>> {
        let mut walk = Walk { root: &self.root, entered: Vec::new() };
        let (name, found) = walk.follow(path.as_ref())?;
        let mut shown = self.shown.clone();
        shown.extend(walk.entered.iter().map(|(name, _)| name));
        shown.push(&name);
        Ok(FileAt {
            shown: text(&shown)?.to_owned(),
            parent: walk.at().try_clone()?,
            name,
            found,
            actions: PhantomData,
        })
    }
}

impl<R, W> FileAt<R, W> {
    /// Opens the file to read it.
    ///
    /// # Errors
    /// A file that is not there, or is another one than the one that was found.
    pub fn read<A: Action, At>(&self, _permit: &Permit<'_, A>) -> io::Result<fs::File>
    where
        R: OpenedBy<A::Key, At>,
    {
        let Some(found) = self.found else { return Err(self.changed()) };
        self.same(OpenOptions::new().read(true), found)
    }

    /// Opens the file to write it anew: empty, or created if none was there.
    ///
    /// # Errors
    /// Another file than the one that was found, or one where none was.
    pub fn write<A: Action, At>(&self, _permit: &Permit<'_, A>) -> io::Result<fs::File>
    where
        W: OpenedBy<A::Key, At>,
    {
        let mut options = OpenOptions::new();
        options.write(true);
        let Some(found) = self.found else {
            // FAIL CLOSED: not over what came there meanwhile, and not through a link.
            let created = self.parent.open_with(&self.name, options.create_new(true))?;
            return Ok(created.into_std());
        };
        let file = self.same(&options, found)?;
        // Only now: what was opened is what was approved.
        file.set_len(0)?;
        Ok(file)
    }

    fn same(&self, options: &OpenOptions, found: Identity) -> io::Result<fs::File> {
        // FAIL CLOSED: what is no file any more is not opened: a pipe would hold the thread.
        if !self.parent.symlink_metadata(&self.name)?.is_file() {
            return Err(self.changed());
        }
        let file = self.parent.open_with(&self.name, options)?;
        // FAIL CLOSED: a link, or a file of the same name, was put there after the question.
        if Identity::of(&file.metadata()?) != found {
            return Err(self.changed());
        }
        Ok(file.into_std())
    }

    fn changed(&self) -> io::Error {
        let shown = self.shown.as_str();
        let text = format!("`{shown}` is not the file that was asked about\nhelp: ask again");
        io::Error::new(io::ErrorKind::PermissionDenied, text)
    }
}

/// From handle to handle, one name at a time.
struct Walk<'r> {
    root: &'r Dir,
    /// The directories below the root, with their names.
    entered: Vec<(OsString, Dir)>,
}

impl Walk<'_> {
    fn at(&self) -> &Dir {
        self.entered.last().map_or(self.root, |(_, dir)| dir)
    }

    /// Where a path leads: into the parent, and to a name in it.
    fn follow(&mut self, path: &Path) -> io::Result<(OsString, Option<Identity>)> {
        let mut ahead = Vec::new();
        push(path, &mut ahead)?;
        let mut links = 0;
        while let Some(name) = ahead.pop() {
            if name == ".." {
                // FAIL CLOSED: the directory above the root was never opened.
                self.entered.pop().ok_or_else(leaves)?;
                continue;
            }
            let metadata = match self.at().symlink_metadata(&name) {
                Ok(metadata) => metadata,
                // The place for a new file.
                Err(error) if error.kind() == io::ErrorKind::NotFound && ahead.is_empty() => {
                    return Ok((name, None));
                }
                Err(error) => return Err(error),
            };
            let kind = metadata.file_type();
            if kind.is_symlink() {
                links += 1;
                if links > MAX_LINKS {
                    return Err(refused("the path leads over too many links"));
                }
                push(&self.at().read_link_contents(&name)?, &mut ahead)?;
            } else if kind.is_dir() {
                let dir = self.at().open_dir(&name)?;
                // FAIL CLOSED: a link was put in its place just then.
                if Identity::of(&dir.dir_metadata()?) != Identity::of(&metadata) {
                    return Err(refused("a directory was replaced while the path was followed"));
                }
                self.entered.push((name, dir));
            } else if ahead.is_empty() && kind == FileType::file() {
                return Ok((name, Some(Identity::of(&metadata))));
            } else {
                return Err(refused("the path leads to something that is no file"));
            }
        }
        Err(refused("the path leads to a directory"))
    }
}

/// The names of a path, the first one on top.
fn push(path: &Path, ahead: &mut Vec<OsString>) -> io::Result<()> {
    let mut names = Vec::new();
    for component in path.components() {
        match component {
            Component::Normal(name) => names.push(name),
            Component::ParentDir => names.push(OsStr::new("..")),
            Component::CurDir => {}
            // FAIL CLOSED: also one that would lead back in.
            Component::RootDir | Component::Prefix(_) => return Err(leaves()),
        }
    }
    ahead.extend(names.into_iter().rev().map(OsStr::to_owned));
    Ok(())
}

fn leaves() -> io::Error {
    refused("the path leads out of the directory\nhelp: give a relative path that stays below it")
}

fn refused(why: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::PermissionDenied, why)
}

fn text(path: &Path) -> io::Result<&str> {
    // FAIL CLOSED: what cannot be shown as it is, nobody can be asked about.
    path.to_str().ok_or_else(|| refused("the path is not text"))
}

impl<R, W> Serialize for FileAt<R, W> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.shown)
    }
}

impl<R, W> ToResource for FileAt<R, W> {
    fn to_resource(&self) -> Resource<'_> {
        Resource::id_only(self.shown.as_str())
    }
}

/// The path that is shown.
impl<R, W> ResourceId for FileAt<R, W> {
    fn to_id(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.shown)
    }
}

/// The path that is shown.
impl<R, W> AsRef<str> for FileAt<R, W> {
    fn as_ref(&self) -> &str {
        &self.shown
    }
}

impl<R, W> fmt::Debug for Directory<R, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Directory({:?})", self.shown)
    }
}

impl<R, W> fmt::Debug for FileAt<R, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FileAt({:?})", self.shown)
    }
}
