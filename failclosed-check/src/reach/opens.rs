//! What opens a file by its path, and whether it opens one that keeps anything.

use super::{mir::assigned, path, stable};

/// What opens a file by its path, and does nothing else to it than what is written then.
pub(super) const OPEN: [&str; 6] = [
    "std::fs::write",
    "std::fs::File::create",
    "std::fs::OpenOptions::open",
    "tokio::fs::write",
    "tokio::fs::File::create",
    "tokio::fs::OpenOptions::open",
];

/// Where nothing is kept, or where this process may write anyway.
const NOWHERE: [&str; 3] = ["/dev/null", "/dev/stdout", "/dev/stderr"];

/// Whether a call opens such a place, by a path that is written in the call.
pub(super) fn nowhere(callee: &str, code: &str) -> bool {
    let name = path::plain(callee);
    // What is opened with options is the second argument: the first is the options.
    let nth = usize::from(path::last(&name) == "open");
    let arguments = assigned(code)
        .and_then(|(_, call)| call.strip_prefix(callee))
        .and_then(|rest| rest.get(1..path::closing(rest)?))
        .map(path::split)
        .unwrap_or_default();
    // FAIL CLOSED: a path that was put together, or only kept in a variable, may be any; and on other systems
    // these are names of files.
    cfg!(unix)
        && stable::is_one_of(&OPEN, &name)
        && arguments
            .get(nth)
            .is_some_and(|path| NOWHERE.iter().any(|no| *path == format!("const \"{no}\"")))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::reach::mir::callee;

    #[test]
    fn what_is_written_to_nowhere_is_no_effect() {
        let said = |code: &str| nowhere(callee(code).unwrap_or_default(), code);
        let end = "-> [return: bb1, unwind: bb2]";
        for (call, expected) in [
            ("std::fs::File::create::<&str>(const \"/dev/null\")", true),
            ("std::fs::write::<&str, &[u8]>(const \"/dev/null\", move _4)", true),
            ("std::fs::OpenOptions::open::<&str>(move _2, const \"/dev/stdout\")", true),
            ("std::fs::File::create::<&str>(const \"/dev/null2\")", false),
            ("std::fs::File::create::<&str>(copy _2)", false),
            // A text that is written somewhere.
            ("std::fs::write::<&str, &str>(copy _3, const \"/dev/null\")", false),
            ("std::fs::write::<&str, &str>(const \"a\", const \"/dev/null\")", false),
            ("std::fs::remove_file::<&str>(const \"/dev/null\")", false),
            ("std::fs::rename::<&str, &str>(const \"/dev/null\", const \"a\")", false),
        ] {
            assert_eq!(said(&format!("_1 = {call} {end}")), expected, "{call}");
        }
    }
}
