//! The directory of a log: made for its owner alone, and still there after a power cut.

use std::{
    fs::{DirBuilder, File},
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
};

use crate::audit::StoreError;

/// Makes the directory, and those above it, where they are not there.
///
/// # Errors
/// A directory that cannot be made, or whose name cannot be brought to the disk.
pub(super) fn make(directory: &Path) -> Result<(), StoreError> {
    let holders = holders(directory);
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(directory)
        .map_err(|error| StoreError::io("cannot make", directory, &error))?;
    // Each name that is new: a log that lies on the disk in a directory without a name is lost.
    holders.iter().try_for_each(|holder| sync(holder))
}

/// The directories that will hold a new name when this one is made.
fn holders(directory: &Path) -> Vec<PathBuf> {
    let missing = directory.ancestors().take_while(|path| {
        // The end of a relative path is where the process is.
        !path.as_os_str().is_empty() && !path.exists()
    });
    let parents = missing.map(|path| path.parent().unwrap_or(path));
    parents
        .map(|parent| if parent.as_os_str().is_empty() { Path::new(".") } else { parent })
        .map(Path::to_owned)
        .collect()
}

/// A name in a directory survives a power cut once the directory is synced.
pub(in crate::audit) fn sync(path: &Path) -> Result<(), StoreError> {
    let synced = File::open(path).and_then(|directory| directory.sync_all());
    synced.map_err(|error| StoreError::io("cannot sync", path, &error))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::{env, fs, process};

    use super::*;

    #[test]
    fn every_directory_with_a_new_name_in_it_is_synced() {
        let root = env::temp_dir().join(format!("failclosed-made-{}", process::id()));
        drop(fs::remove_dir_all(&root));
        fs::create_dir(&root).unwrap();
        let deep = root.join("a/b/c");
        assert_eq!(holders(&deep), [root.join("a/b"), root.join("a"), root.clone()]);
        make(&deep).unwrap();
        assert!(holders(&deep).is_empty());
        assert_eq!(holders(&deep.join("d")), [deep]);
        let here = format!("failclosed-not-there-{}", process::id());
        assert_eq!(holders(Path::new(&here)), [Path::new(".")]);
        fs::remove_dir_all(&root).unwrap();
    }
}
