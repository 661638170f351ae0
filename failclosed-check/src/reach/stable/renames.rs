//! Items that a crate gives out under another name: a short name may be that one.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    fs,
    path::PathBuf,
};

use walkdir::WalkDir;

use crate::{inconclusive::CheckError, reach::path, sinks::matches};

/// The names in paths that are looked for.
pub(crate) struct Names<'a> {
    exact: HashSet<&'a str>,
    /// Names of which a part is any text.
    families: Vec<&'a str>,
}

impl<'a> Names<'a> {
    pub(crate) fn of(paths: &[&'a str], families: &[&'a str]) -> Self {
        let parts = || families.iter().flat_map(|family| family.split("::"));
        let exact = paths.iter().flat_map(|path| path::names(path));
        Self {
            exact: exact.chain(parts().filter(|part| !part.contains('*'))).collect(),
            families: parts().filter(|part| part.contains('*') && *part != "*").collect(),
        }
    }

    fn has(&self, name: &str) -> bool {
        self.exact.contains(name) || self.families.iter().any(|family| matches(family, name))
    }
}

/// The names that the sources below these directories give to names that are looked for: by the new one,
/// the old ones.
///
/// # Errors
/// `Undecided`, where a file cannot be read: what it renames would not be known again.
pub(crate) fn renamed(
    homes: &BTreeSet<PathBuf>,
    looked_for: &Names<'_>,
) -> Result<HashMap<String, BTreeSet<String>>, CheckError> {
    let mut pairs: BTreeSet<(String, String)> = BTreeSet::new();
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
                if old != new {
                    pairs.insert((old.to_owned(), new.to_owned()));
                }
            }
        }
    }
    Ok(closed(&pairs, looked_for))
}

/// A new name may be given another in its turn.
fn closed(
    pairs: &BTreeSet<(String, String)>,
    looked_for: &Names<'_>,
) -> HashMap<String, BTreeSet<String>> {
    let mut renamed: HashMap<String, BTreeSet<String>> = HashMap::new();
    loop {
        let before: usize = renamed.values().map(BTreeSet::len).sum();
        for (old, new) in pairs {
            let mut first = renamed.get(old).cloned().unwrap_or_default();
            first.extend(looked_for.has(old).then(|| old.clone()));
            if !first.is_empty() {
                renamed.entry(new.clone()).or_default().extend(first);
            }
        }
        if renamed.values().map(BTreeSet::len).sum::<usize>() == before {
            return renamed;
        }
    }
}

/// `old as new` of a `use`: what is renamed, and no value that is turned into another type.
pub(super) fn in_text(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices("as").filter_map(move |(at, _)| {
        // Whatever is between words: lines, and comments.
        let before = uncommented_end(text.get(..at)?.strip_suffix(|c| !word(c))?);
        let after = uncommented(text.get(at + 2..)?.strip_prefix(|c| !word(c))?);
        let old = before.rsplit(|c| !word(c)).next().filter(|name| !name.is_empty())?;
        let new = after.split(|c| !word(c)).next()?;
        let ends = uncommented(after.get(new.len()..)?).starts_with([',', ';', '}']);
        let statement = before.rsplit(';').next()?;
        let uses = statement.split(|c| !word(c)).any(|word| word == "use");
        (ends && uses && !new.is_empty() && new != "_").then_some((old, new))
    })
}

/// A text from where neither space nor comment stands.
fn uncommented(text: &str) -> &str {
    let rest = text.trim_start();
    let after = match (rest.strip_prefix("//"), rest.strip_prefix("/*")) {
        (Some(line), _) => line.split_once('\n').map(|(_, after)| after),
        (_, Some(block)) => block.split_once("*/").map(|(_, after)| after),
        (None, None) => None,
    };
    after.map_or(rest, uncommented)
}

/// The same from its end, for a comment of the form that ends by itself.
fn uncommented_end(text: &str) -> &str {
    let rest = text.trim_end();
    let before = rest.strip_suffix("*/").and_then(|block| block.rsplit_once("/*"));
    before.map_or(rest, |(before, _)| uncommented_end(before))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_renaming_is_found_in_a_group_too() {
        let text = "pub use std::fs::{\n    remove_dir_all as erase,\n    write,\n};\nlet x = y as u8;\nf(<A as B>::c);";
        let found: Vec<_> = in_text(text).collect();
        assert_eq!(found, [("remove_dir_all", "erase")]);
        for text in [
            "use a::b as c // not d\n;",
            "use a::{b\n as\n\tc, d};",
            "use a::b /* as it was */ as /* it is */ c;",
        ] {
            assert!(in_text(text).any(|pair| pair == ("b", "c")), "{text}");
        }
        let pair = |old: &str, new: &str| (old.to_owned(), new.to_owned());
        let pairs =
            [pair("gone", "lost"), pair("write", "gone"), pair("y", "u8"), pair("AllGone", "Old")]
                .into();
        let renamed = closed(&pairs, &Names::of(&["std::fs::write"], &["a::*Gone::f"]));
        assert_eq!(renamed.len(), 3, "{renamed:?}");
        assert!(renamed["Old"].contains("AllGone"));
        assert!(renamed["lost"].contains("write") && renamed["gone"].contains("write"));
    }
}
