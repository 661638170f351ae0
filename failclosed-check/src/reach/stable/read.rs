//! Statements without comments: what a body calls, and what else it names.

use super::{fits, nowhere};
use crate::reach::{
    mir::{self, DETACH, Mention, Reader, assigned, callee, makes, names_of_memory},
    opaque, path,
};

/// Whether a call is one of those functions.
pub(crate) fn is_one_of(list: &[&str], printed: &str) -> bool {
    list.iter().any(|full| fits(printed, full))
}

impl Reader<'_> {
    /// One statement, without its indentation.
    pub(crate) fn plain(&mut self, text: &str) -> Result<(), &'static str> {
        if let Some(before) = self.assembly.take() {
            return self.plain_assembly(format!("{before} {text}"));
        }
        if opaque::is_assembly(text) {
            return self.plain_assembly(text.to_owned());
        }
        let code = text.trim_end_matches(';');
        let Some(index) = self.bodies.len().checked_sub(1) else {
            return Err("a statement outside of a body");
        };
        if ["debug ", "scope ", "bb"].iter().any(|start| code.starts_with(start)) || code == "}" {
            return Ok(());
        }
        let local = code.strip_prefix("let mut ").or_else(|| code.strip_prefix("let "));
        if let Some((name, ty)) = local.and_then(|local| local.split_once(": ")) {
            self.locals.insert(name.to_owned(), ty.to_owned());
            if !ty.starts_with(['&', '*']) {
                self.bodies[index].holds.push((ty.to_owned(), nowhere()));
            }
            return Ok(());
        }
        if let Some(what) = opaque::statement(code) {
            self.bodies[index].opaque.push((what.to_owned(), nowhere()));
        }
        let escapes = self.coerced(code).into_iter().flatten();
        let escapes: Vec<_> = escapes.map(|made| (made, nowhere())).collect();
        self.bodies[index].escapes.extend(escapes);
        self.waited(code);
        for name in names_of_memory(code) {
            self.wanted.push((index, name, nowhere()));
        }
        let called = callee(code).map(|callee| callee.trim_start_matches("const "));
        if let Some(full) = called {
            // Where panics unwind, only another language's functions cannot.
            let mut mention = mention(full, true, code.contains("unwind unreachable"));
            mention.nowhere = mir::nowhere(full, code);
            if is_one_of(&DETACH, &mention.path) {
                let made: Vec<_> = makes(full).into_iter().map(|made| (made, nowhere())).collect();
                self.bodies[index].escapes.extend(made.iter().cloned());
                if let Some((into, _)) = assigned(code) {
                    self.handles.insert(into.to_owned(), made);
                }
            }
            self.bodies[index].mentions.push(mention);
        }
        let text = without_texts(code);
        // A value without a place in memory is nowhere but in the text.
        if text.contains("const ") || called.is_some_and(|full| full.contains("::<")) {
            self.bodies[index].holds.push((text.clone(), nowhere()));
        }
        for full in functions_in_types(&text)? {
            self.bodies[index].mentions.push(mention(full, false, false));
        }
        // `a::b as unsafe extern "C" fn()`.
        let cast = assigned(&text).and_then(|(_, value)| value.split_once(" as "));
        let foreign = cast.filter(|(_, ty)| opaque::is_foreign(ty)).map(|(from, _)| from);
        let text = without_states(&text);
        let rest = called.map_or(text.as_str(), |called| {
            text.split_once(called).map_or(text.as_str(), |(_, after)| after)
        });
        for full in operands(rest) {
            self.bodies[index].mentions.push(mention(full, false, foreign == Some(full)));
        }
        Ok(())
    }

    /// Ends where its options are: nothing else says so.
    fn plain_assembly(&mut self, text: String) -> Result<(), &'static str> {
        if !(text.contains("options(") && text.ends_with(';')) {
            self.assembly = Some(text);
            return Ok(());
        }
        let Some(body) = self.bodies.last_mut() else {
            return Err("assembly outside of a body");
        };
        body.quotes = true;
        body.opaque.extend(opaque::statement(&text).map(|what| (what.to_owned(), nowhere())));
        Ok(())
    }
}

fn mention(full: &str, called: bool, foreign: bool) -> Mention {
    Mention {
        path: path::plain(full),
        full: full.to_owned(),
        place: nowhere(),
        called,
        foreign,
        nowhere: false,
        again: false,
    }
}

/// Code, with what stands between quotes left out: it is data.
fn without_texts(code: &str) -> String {
    let mut out = String::with_capacity(code.len());
    let mut chars = code.chars();
    // The way of calling, in a function's type, is no data.
    let mut kept = false;
    while let Some(c) = chars.next() {
        out.push(c);
        if c != '"' {
            continue;
        }
        if out.ends_with("extern \"") || kept {
            kept = !kept;
            continue;
        }
        while let Some(inside) = chars.next() {
            match inside {
                '\\' => drop(chars.next()),
                '"' => break,
                _ => {}
            }
        }
        out.push('"');
    }
    out
}

/// Code without the types of closures and of tasks, which name functions that are called elsewhere.
fn without_states(code: &str) -> String {
    let mut out = String::with_capacity(code.len());
    let mut rest = code;
    while let Some(at) = rest.find('{') {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let state = ["{async ", "{closure@", "{coroutine"].iter().any(|s| from.starts_with(s));
        let end = path::closing(from).filter(|_| state).map_or(1, |end| end + 1);
        if !state {
            out.push('{');
        }
        rest = &from[end..];
    }
    out.push_str(rest);
    out
}

/// Functions that a type is of: `fn(&str) {a::b}`.
///
/// # Errors
/// Where the braces behind such a type have no end: which function it is would not be known.
fn functions_in_types(code: &str) -> Result<Vec<&str>, &'static str> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices('{') {
        if !code[..at].contains("fn(") {
            continue;
        }
        let end = path::closing(&code[at..]).ok_or("a function's type without an end")?;
        let inside = &code[at + 1..at + end];
        let name = inside
            .starts_with(|c: char| c.is_lowercase() || c == '<' || c == '_' || c.is_uppercase());
        if name && !inside.contains('@') && !inside.contains(' ') || inside.contains(" as ") {
            found.push(inside);
        }
    }
    Ok(found)
}

/// Paths that stand where a value does. Too many are better than one too few: what is no function, constant
/// or static of this build is no edge.
fn operands(code: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = code;
    while let Some(start) = rest.find(|c: char| c.is_alphabetic() || c == '_' || c == '<') {
        let from = &rest[start..];
        let end = path_end(from);
        let text = &from[..end];
        let word = text.chars().all(|c| c.is_alphanumeric() || c == '_');
        let field = word && from[end..].starts_with(": ");
        // `_1`, `bb1`.
        let digits = |rest: &str| !rest.is_empty() && rest.chars().all(|c| c.is_ascii_digit());
        let local = ["_", "bb"].iter().any(|start| text.strip_prefix(start).is_some_and(digits));
        if !field && !local && text.len() > 1 && !SYNTAX.contains(&text) {
            found.push(text);
        }
        // What begins no path is passed over by itself: the rest of the text is read as well.
        rest = &from[end.max(from.chars().next().map_or(0, char::len_utf8))..];
    }
    found
}

/// Words of the compiler's own.
const SYNTAX: [&str; 16] = [
    "move",
    "copy",
    "const",
    "as",
    "mut",
    "return",
    "unwind",
    "continue",
    "unreachable",
    "raw",
    "discriminant",
    "fn",
    "extern",
    "unsafe",
    "dyn",
    "for",
];

/// Where a path ends that a text begins with.
fn path_end(text: &str) -> usize {
    let mut at = 0;
    loop {
        let rest = &text[at..];
        if rest.starts_with('<') {
            match path::closing(rest) {
                Some(end) => at += end + 1,
                None => return at + 1,
            }
        } else if let Some(end) = unnamed(rest) {
            at += end;
        } else {
            at += rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
        }
        let rest = &text[at..];
        if let Some(number) = rest.strip_prefix('[').filter(|_| text[..at].ends_with("promoted")) {
            return at + 1 + number.find(']').map_or(0, |end| end + 1);
        }
        match rest.strip_prefix("::") {
            Some(_) => at += 2,
            None => return at,
        }
    }
}

/// Where a part of a path ends that has no name: `{closure#0}`, `{constant#1}`.
fn unnamed(text: &str) -> Option<usize> {
    let end = text.strip_prefix('{')?.find('}')? + 1;
    text[1..end].contains('#').then_some(end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_of_a_statement_is_seen() {
        assert_eq!(
            operands("_1 = wipe as fn() (PointerCoercion(ReifyFnPointer, Implicit))")[0],
            "wipe"
        );
        assert_eq!(operands("(move _1, a::each) -> [return: bb1, unwind continue]"), ["a::each"]);
        assert_eq!(operands("_4 = const all::promoted[0]"), ["all::promoted[0]"]);
        assert_eq!(operands("_4 = const ONCE::{constant#0}::init"), ["ONCE::{constant#0}::init"]);
        assert_eq!(operands("_4 = const <R as Runs>::RUN"), ["<R as Runs>::RUN"]);
        let code = "_3 = Iterator::for_each::<I, for<'a> fn(&'a str) {each}>(move _2, each)";
        assert_eq!(functions_in_types(code), Ok(vec!["each"]));
        assert!(functions_in_types("_3 = f::<fn(&str) {each").is_err());
        assert_eq!(without_texts(r#"f(const "a \" write(", move _1)"#), r#"f(const "", move _1)"#);
        assert_eq!(
            without_texts(r#"a as unsafe extern "C" fn()"#),
            r#"a as unsafe extern "C" fn()"#
        );
    }
}
