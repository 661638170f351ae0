//! Paths as the compiler prints them.

/// A path without what stands in angle brackets after a `::` or a type's name; `<X as Tr>::m` keeps its
/// two parts, without theirs.
pub(crate) fn plain(path: &str) -> String {
    if let Some((of, of_trait, rest)) = qualified(path) {
        return format!("<{} as {}>{}", plain_type(of), plain(of_trait), plain(rest));
    }
    let mut out = String::with_capacity(path.len());
    let mut depth = 0_usize;
    let mut previous = ' ';
    let mut chars = path.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            // An impl by its place is part of the name; arguments are not.
            '<' if depth == 0 && path[at..].starts_with("<impl ") => {
                let end = closing(&path[at..]).unwrap_or(path.len() - at);
                out.push_str(&path[at..at + end + 1]);
                while chars.next_if(|(next, _)| *next <= at + end).is_some() {}
            }
            '<' => depth += 1,
            '>' if previous != '-' && depth > 0 => depth -= 1,
            _ if depth == 0 => out.push(c),
            _ => {}
        }
        previous = c;
    }
    let out = out.replace("::::", "::");
    out.strip_suffix("::").map_or(out.clone(), str::to_owned)
}

/// A type without references, lifetimes and arguments.
pub(crate) fn plain_type(ty: &str) -> String {
    let mut ty = ty.trim();
    loop {
        let next = ty
            .strip_prefix('&')
            .or_else(|| ty.strip_prefix("mut "))
            .or_else(|| ty.strip_prefix("*const "))
            .or_else(|| ty.strip_prefix("*mut "))
            .or_else(|| ty.strip_prefix('(').filter(|rest| rest.starts_with("dyn ")))
            .or_else(|| {
                ty.strip_prefix('\'').and_then(|r| r.split_once(' ')).map(|(_, rest)| rest)
            });
        match next {
            Some(next) => ty = next.trim(),
            None => break,
        }
    }
    if let Some(of_trait) = ty.strip_prefix("dyn ") {
        let first = of_trait.split(" + ").next().unwrap_or(of_trait);
        return format!("dyn {}", plain(first.trim_end_matches(')')));
    }
    plain(ty)
}

/// `<X as Tr>::rest`, in its parts.
pub(crate) fn qualified(path: &str) -> Option<(&str, &str, &str)> {
    if !path.starts_with('<') || path.starts_with("<impl at ") {
        return None;
    }
    let end = closing(path)?;
    let inside = path.get(1..end)?;
    let at = top_level(inside, " as ")?;
    Some((inside.get(..at)?, inside.get(at + 4..)?, path.get(end + 1..)?))
}

/// Where the bracket that a text begins with is closed.
pub(crate) fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut previous = ' ';
    for (at, c) in text.char_indices() {
        match c {
            '<' | '(' | '[' | '{' => depth += 1,
            '>' if previous == '-' => {}
            '>' | ')' | ']' | '}' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
        previous = c;
    }
    None
}

/// Where a text stands outside of all brackets.
pub(crate) fn top_level(text: &str, wanted: &str) -> Option<usize> {
    let mut depth = 0_i32;
    let mut previous = ' ';
    for (at, c) in text.char_indices() {
        if depth == 0 && text[at..].starts_with(wanted) {
            return Some(at);
        }
        match c {
            '<' | '(' | '[' | '{' => depth += 1,
            '>' if previous == '-' => {}
            '>' | ')' | ']' | '}' => depth -= 1,
            _ => {}
        }
        previous = c;
    }
    None
}

/// What stands between commas outside of all brackets.
pub(crate) fn split(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(at) = top_level(rest, ", ") {
        parts.push(&rest[..at]);
        rest = &rest[at + 2..];
    }
    if !rest.trim().is_empty() {
        parts.push(rest);
    }
    parts
}

/// The last name of a plain path.
pub(crate) fn last(path: &str) -> &str {
    path.rsplit("::").next().unwrap_or(path)
}

/// Every name in a path.
pub(crate) fn names(path: &str) -> impl Iterator<Item = &str> {
    path.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}

/// The names of types and traits in a text: what begins with a capital letter.
pub(crate) fn type_names(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(|word| word.starts_with(|c: char| c.is_uppercase()))
}

/// The same, each with what the path begins with that it is in. None: it stands alone.
pub(crate) fn rooted_names(text: &str) -> impl Iterator<Item = (Option<&str>, &str)> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_' && c != ':').flat_map(|path| {
        let path = path.trim_end_matches(':');
        let root = path.split_once("::").map(|(root, _)| root);
        type_names(path).map(move |name| (root, name))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lose_their_arguments_and_keep_their_names() {
        for (path, expected) in [
            ("std::fs::write::<&str, &str>", "std::fs::write"),
            ("std::boxed::Box::<[Box<dyn T>; 2]>::new_uninit", "std::boxed::Box::new_uninit"),
            (
                "<std::fs::File as std::io::Write>::write_all",
                "<std::fs::File as std::io::Write>::write_all",
            ),
            ("<&mut a::B<'_, C> as d::E<F>>::g::<H>", "<a::B as d::E>::g"),
            ("<dyn a::T + std::marker::Send as a::T>::call", "<dyn a::T as a::T>::call"),
            ("m::<impl at src/a.rs:1:1: 2:3>::f", "m::<impl at src/a.rs:1:1: 2:3>::f"),
            ("a::f::<fn(u8) -> u8>::{closure#0}", "a::f::{closure#0}"),
        ] {
            assert_eq!(plain(path), expected, "{path}");
        }
    }

    #[test]
    fn arguments_are_split_outside_of_brackets() {
        assert_eq!(split("_1: A<B, C>, _2: fn(D, E) -> F, _3: (G, H)").len(), 3);
        assert!(split("").is_empty());
    }

    #[test]
    fn a_name_is_told_with_what_its_path_begins_with() {
        let found: Vec<_> =
            rooted_names("std::sync::Mutex<place::Lock>, Here, <T as a::B>::C").collect();
        let expected = [
            (Some("std"), "Mutex"),
            (Some("place"), "Lock"),
            (None, "Here"),
            (None, "T"),
            (Some("a"), "B"),
            (Some(""), "C"),
        ];
        assert_eq!(found, expected);
    }
}
