//! Items that a crate gives out under another name: a short name may be that one.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    fs,
    path::PathBuf,
};

use walkdir::WalkDir;

use crate::inconclusive::CheckError;

/// The names that the sources below these directories give to names that are looked for: by the new one,
/// the old ones.
///
/// # Errors
/// `Undecided`, where a file cannot be read: what it renames would not be known again.
pub(crate) fn renamed(
    homes: &BTreeSet<PathBuf>,
    looked_for: &HashSet<&str>,
) -> Result<HashMap<String, BTreeSet<String>>, CheckError> {
    let mut renamed: HashMap<String, BTreeSet<String>> = HashMap::new();
    for home in homes {
        for entry in WalkDir::new(home) {
            let entry = entry.map_err(|error| CheckError::undecided(home.display(), error))?;
            let path = entry.path();
            if path.extension().is_none_or(|kind| kind != "rs") || !entry.file_type().is_file() {
                continue;
            }
            // Test data need not be text.
            let bytes = fs::read(path).map_err(|e| CheckError::undecided(path.display(), e))?;
            for (old, new) in in_text(&String::from_utf8_lossy(&bytes)) {
                if looked_for.contains(old) && old != new {
                    renamed.entry(new.to_owned()).or_default().insert(old.to_owned());
                }
            }
        }
    }
    Ok(renamed)
}

/// `old as new`, anywhere: what is no renaming there is no name of a call either.
pub(super) fn in_text(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(" as ").filter_map(move |(at, _)| {
        let before = text.get(..at)?.trim_end();
        let old = before.rsplit(|c| !word(c)).next().filter(|name| !name.is_empty())?;
        let new = text.get(at + 4..)?.trim_start().split(|c| !word(c)).next()?;
        (!new.is_empty() && new != "_").then_some((old, new))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_renaming_is_found_in_a_group_too() {
        let text =
            "pub use std::fs::{\n    remove_dir_all as erase,\n    write,\n};\nlet x = y as u8;";
        let found: Vec<_> = in_text(text).collect();
        assert_eq!(found, [("remove_dir_all", "erase"), ("y", "u8")]);
    }
}
