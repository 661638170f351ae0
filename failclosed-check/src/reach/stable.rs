//! Strict-stable mode: what `--emit=mir` prints, which needs no unlocked option. Places are lost in it, and
//! a name that no other item has is cut to its last part.
//!
//! Three steps give back what can be given back: [`read`] takes the statements, [`resolve`] finds which
//! items a short name may mean, and [`locate`] looks up in the source where it stands.

mod locate;
mod read;
mod renames;
mod resolve;

use crate::{finding::Place, sinks::matches};

pub(super) use locate::locate;
pub(super) use read::is_one_of;
pub(super) use renames::{Names, renamed};
pub(super) use resolve::{Known, resolve};

/// What this mode does not see, for whoever reads its report.
pub(crate) const LIMITS: [&str; 4] = [
    "strict-stable: places are looked up by name, so one in a macro is shown where its function begins",
    "strict-stable: the types of values are not known, so FC0214 goes by the source alone",
    "strict-stable: a short name that may mean several items is taken to mean each of them",
    "strict-stable: two closures of one function may be shown at each other's calls",
];

/// What stands for a place until it is looked up.
pub(super) fn nowhere() -> Place {
    Place { file: String::new(), line: 0, column: 0, end_line: 0, end_column: 0 }
}

pub(super) fn is_nowhere(place: &Place) -> bool {
    place.line == 0
}

/// Whether a printed path may mean an item: as it is, or without some of the modules before it.
pub(super) fn fits(printed: &str, full: &str) -> bool {
    use super::path::{plain, plain_type, qualified};
    if printed == full {
        return true;
    }
    match (qualified(printed), qualified(full)) {
        (Some((of, of_trait, method)), Some((full_of, full_trait, full_method))) => {
            method == full_method
                && fits(&plain_type(of), &plain_type(full_of))
                && fits(&plain(of_trait), &plain(full_trait))
        }
        (None, None) => {
            let Some(before) = full.strip_suffix(printed).and_then(|b| b.strip_suffix("::")) else {
                return false;
            };
            // A method is never printed without its type.
            let of_type = before_last(full).is_some_and(|of| of.starts_with(char::is_uppercase));
            !before.is_empty() && (!of_type || printed.contains("::"))
        }
        _ => false,
    }
}

/// Whether a printed path may be one of a family of effects: as it is, or without some of the modules before it.
pub(super) fn fits_family(printed: &str, family: &str) -> bool {
    // A method is never printed without its type.
    let mut tail = Some(family).filter(|_| printed.contains("::"));
    while let Some(whole) = tail {
        if matches(whole, printed) {
            return true;
        }
        tail = whole.split_once("::").map(|(_, tail)| tail);
    }
    false
}

/// The part before a path's last.
fn before_last(path: &str) -> Option<&str> {
    path.rsplit("::").nth(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_name_fits_what_it_was_cut_from() {
        for (printed, full, expected) in [
            ("std::fs::write", "std::fs::write", true),
            ("remove_dir_all", "std::fs::remove_dir_all", true),
            ("fs::remove_dir_all", "std::fs::remove_dir_all", true),
            ("Command::spawn", "std::process::Command::spawn", true),
            ("spawn", "std::process::Command::spawn", false),
            ("all", "std::fs::remove_dir_all", false),
            (
                "<File as std::io::Write>::write_all",
                "<std::fs::File as std::io::Write>::write_all",
                true,
            ),
            ("<File as Write>::write", "<std::fs::File as std::io::Write>::write_all", false),
        ] {
            assert_eq!(fits(printed, full), expected, "{printed} {full}");
        }
    }

    #[test]
    fn a_short_name_fits_the_family_that_it_was_cut_from() {
        let family = "aws_sdk_*::operation::*::builders::*FluentBuilder::send";
        for (printed, expected) in [
            ("aws_sdk_sns::operation::publish::builders::PublishFluentBuilder::send", true),
            ("PublishFluentBuilder::send", true),
            ("builders::PublishFluentBuilder::send", true),
            ("RequestBuilder::send", false),
            ("send", false),
            ("PublishFluentBuilder::sends", false),
        ] {
            assert_eq!(fits_family(printed, family), expected, "{printed}");
        }
    }
}
