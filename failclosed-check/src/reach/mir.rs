//! Reads the compiler's text. It is meant for people and its form may change, so everything that is not
//! known ends the run: a line that was skipped could be the one with the effect.

use std::{
    collections::HashMap,
    fs::File,
    io::{BufRead as _, BufReader},
};

use super::{
    compact::Bodies,
    extract::Dump,
    kept::{Digest, Hashed},
    opaque, path, stable,
};
use crate::{finding::Place, inconclusive::CheckError};

// By this name the statements without comments know it as well.
pub(super) use super::opens::nowhere;

/// One body: a function, a closure, the body of an `async`, a constant, a static.
#[derive(Debug)]
pub(crate) struct Body {
    /// Beginning with the crate's name.
    pub(crate) path: String,
    /// The types of the arguments.
    pub(crate) arguments: Vec<String>,
    /// The type of its value.
    pub(crate) returns: String,
    /// Where it begins, as far as the compiler says.
    pub(crate) place: Option<Place>,
    /// What it calls, or takes as a value.
    pub(crate) mentions: Vec<Mention>,
    /// The types that it holds by value, as text.
    pub(crate) holds: Vec<(String, Place)>,
    /// Closures and tasks that it hands to somebody who may run them later, by their place in the source.
    pub(crate) escapes: Vec<(String, Place)>,
    /// What it does that no name stands for: assembly, a pointer taken for a function.
    pub(crate) opaque: Vec<(String, Place)>,
    /// Text of its own stands in what the compiler wrote, so that a call in it may be none.
    pub(crate) quotes: bool,
    pub(crate) is_fn: bool,
}

/// A function, constant or static that a body names.
#[derive(Debug, Clone)]
pub(crate) struct Mention {
    /// Without type arguments.
    pub(crate) path: String,
    /// With them.
    pub(crate) full: String,
    pub(crate) place: Place,
    /// Called here, not only taken.
    pub(crate) called: bool,
    /// Another language's, by the way it is called.
    pub(crate) foreign: bool,
    /// Called with the path of what keeps nothing.
    pub(crate) nowhere: bool,
    /// Another meaning of what stands before it, where names are cut.
    pub(crate) again: bool,
}

/// Every body of a crate, and the digest of the text that says so.
///
/// # Errors
/// `Undecided`: a line, a call or a place that is not understood; no body at all; a dump that is cut, or of
/// another workspace.
pub(super) fn bodies(dump: &Dump) -> Result<(Bodies, Digest), CheckError> {
    let mut reader = Reader {
        name: &dump.name,
        whole: Bodies::default(),
        bodies: Vec::new(),
        allocations: HashMap::new(),
        allocation: None,
        span: None,
        call: None,
        into: None,
        nowhere: false,
        handles: HashMap::new(),
        locals: HashMap::new(),
        wanted: Vec::new(),
        pointed: Vec::new(),
        assembly: None,
        plain: dump.plain,
    };
    let unread = |error: std::io::Error| CheckError::undecided(dump.path.display(), error);
    // Line by line: of a large crate it is hundreds of megabytes.
    let file = File::open(&dump.path).map_err(unread)?;
    let mut lines = BufReader::with_capacity(1 << 16, Hashed::new(file));
    let (mut text, mut number, mut whole) = (String::new(), 0_usize, false);
    while lines.read_line(&mut text).map_err(unread)? > 0 {
        number += 1;
        let line = text.trim_end_matches(['\n', '\r']);
        whole = line == dump.owner;
        reader.line(line).map_err(|why| {
            let at = format!("{}:{number}", dump.path.display());
            CheckError::undecided(at, format!("{why}: {}", line.trim()))
        })?;
        text.clear();
    }
    if !whole {
        // FAIL CLOSED: what the code of another workspace does says nothing about this one.
        return Err(CheckError::undecided(
            format!("what the compiler made of `{}` is not known", dump.name),
            format!(
                "{}: it is cut, or of another workspace that is laid out alike\n\
                 help: give each a target directory of its own: `--target-dir DIR`",
                dump.path.display()
            ),
        ));
    }
    reader.settled().map_err(|why| CheckError::undecided(dump.path.display(), why))?;
    reader.join().map_err(|why| CheckError::undecided(dump.path.display(), why))?;
    let bodies = reader.whole;
    if !bodies.all.iter().any(|body| body.is_fn) && dump.program {
        return Err(CheckError::undecided(dump.path.display(), "no body was found"));
    }
    Ok((bodies, lines.into_inner().digest()))
}

pub(super) struct Reader<'d> {
    name: &'d str,
    /// Those that were read to their ends.
    whole: Bodies,
    /// The one that is read.
    pub(super) bodies: Vec<Body>,
    /// What a piece of constant memory points to.
    allocations: HashMap<String, Vec<String>>,
    allocation: Option<String>,
    span: Option<Place>,
    /// The callee of the statement that is read, until the compiler has named it in full.
    call: Option<String>,
    /// Where its value goes.
    into: Option<String>,
    /// Whether it opens what keeps nothing.
    nowhere: bool,
    /// Handles of tasks, by the local that has them, and what the task runs.
    pub(super) handles: HashMap<String, Vec<(String, Place)>>,
    /// The types of the body's locals.
    pub(super) locals: HashMap<String, String>,
    /// Pieces of memory that a body names: body, name, place.
    pub(super) wanted: Vec<(usize, String, Place)>,
    /// The same, of bodies that were read to their ends.
    pointed: Vec<(usize, String, Place)>,
    /// Assembly whose last line has not come.
    pub(super) assembly: Option<String>,
    /// Without comments: of the mode that unlocks nothing.
    plain: bool,
}

impl Reader<'_> {
    fn line(&mut self, line: &str) -> Result<(), &'static str> {
        if self.assembly.is_some() && self.plain {
            return self.plain(line);
        }
        if let Some(before) = self.assembly.take() {
            return self.assembly(format!("{before} {line}"));
        }
        if line.trim().is_empty() || line.starts_with("//") || line.starts_with('}') {
            if line.starts_with('}') {
                self.allocation = None;
            }
            return Ok(());
        }
        if !line.starts_with(' ') {
            self.settled()?;
            return self.header(line);
        }
        if let Some(name) = &self.allocation {
            let pointed = self.allocations.entry(name.clone()).or_default();
            pointed.extend(names_of_memory(line));
            return Ok(());
        }
        let text = line.trim_start();
        if let Some(comment) = text.strip_prefix("// ") {
            return self.comment(comment);
        }
        self.settled()?;
        if self.plain { self.plain(text) } else { self.statement(text) }
    }

    /// A call whose callee the compiler has not named in full would be an edge that is missing.
    fn settled(&mut self) -> Result<(), &'static str> {
        if self.assembly.is_some() {
            return Err("assembly without an end");
        }
        match self.call.take() {
            // FAIL CLOSED: nobody knows what is called there.
            Some(_) => Err("a call before this line has no callee"),
            None => Ok(()),
        }
    }

    fn header(&mut self, line: &str) -> Result<(), &'static str> {
        if let Some(rest) = line.strip_prefix("alloc") {
            let number: String = rest.chars().take_while(char::is_ascii_digit).collect();
            let name = format!("alloc{number}");
            let pointed = self.allocations.entry(name.clone()).or_default();
            for kind in ["(static: ", "(fn: "] {
                if let Some((_, after)) = line.split_once(kind) {
                    let end = path::top_level(after, ", size").or_else(|| after.rfind(')'));
                    pointed.push(path::plain(
                        after.get(..end.unwrap_or(after.len())).unwrap_or(after),
                    ));
                }
            }
            self.allocation = line.ends_with('{').then_some(name);
            return Ok(());
        }
        let (item, is_fn) = if let Some(rest) = line.strip_prefix("fn ") {
            (rest, true)
        } else if let Some(rest) = line
            .strip_prefix("const ")
            .or_else(|| line.strip_prefix("static mut "))
            .or_else(|| line.strip_prefix("static "))
        {
            (rest, false)
        } else if path::top_level(line, ": ").is_some_and(|at| line[..at].contains("{constant#")) {
            // The length of an array, and other constants without a name.
            (line, false)
        } else {
            return Err("an item of an unknown kind");
        };
        let (name, arguments, returns) = if is_fn {
            let open = path::top_level(item, "(").ok_or("a function without arguments")?;
            let end = path::closing(&item[open..]).ok_or("arguments without an end")?;
            let arguments = path::split(&item[open + 1..open + end]);
            let types =
                arguments.iter().filter_map(|a| a.split_once(": ")).map(|(_, ty)| ty.to_owned());
            let types: Vec<String> = types.collect();
            if types.len() != arguments.len() {
                return Err("an argument without a type");
            }
            (&item[..open], types, item[open + end + 1..].to_owned())
        } else {
            let colon = path::top_level(item, ": ").ok_or("a constant without a type")?;
            (&item[..colon], Vec::new(), String::new())
        };
        self.finish();
        self.bodies.push(Body {
            path: format!("{}::{}", self.name, path::plain(name)),
            arguments,
            returns,
            place: None,
            mentions: Vec::new(),
            holds: Vec::new(),
            escapes: Vec::new(),
            opaque: Vec::new(),
            quotes: false,
            is_fn,
        });
        Ok(())
    }

    /// Assembly has the lines that somebody wrote, whatever is in them. No call can be written in it: the
    /// compiler doubles its braces, and names a callee between single ones.
    fn assembly(&mut self, text: String) -> Result<(), &'static str> {
        let at = text.rsplit_once(" // ").and_then(|(_, comment)| comment.rsplit_once(" at "));
        let (Some(place), Some(body)) = (at.and_then(|(_, at)| place(at)), self.bodies.last_mut())
        else {
            self.assembly = Some(text);
            return Ok(());
        };
        body.opaque.extend(opaque::statement(&text).map(|what| (what.to_owned(), place)));
        Ok(())
    }

    fn statement(&mut self, text: &str) -> Result<(), &'static str> {
        if opaque::is_assembly(text) {
            return self.assembly(text.to_owned());
        }
        let (code, comment) =
            text.split_once("; //").or_else(|| text.split_once(" //")).unwrap_or((text, ""));
        let code = code.trim_end().trim_end_matches(';');
        let place = comment.rsplit_once(" at ").and_then(|(_, at)| place(at));
        let coerced = self.coerced(code);
        let Some(body) = self.bodies.last_mut() else {
            return Err("a statement outside of a body");
        };
        if body.place.is_none() {
            body.place.clone_from(&place);
        }
        // FAIL CLOSED: what is left out because it stands nowhere could be the effect, or hold it.
        let here = || place.clone().ok_or("a statement without a place");
        if let Some(local) = code.strip_prefix("let mut ").or_else(|| code.strip_prefix("let ")) {
            let (name, ty) = local.split_once(": ").ok_or("a local without a type")?;
            self.locals.insert(name.to_owned(), ty.to_owned());
            if !ty.starts_with(['&', '*']) {
                body.holds.push((ty.to_owned(), here()?));
            }
        }
        if let Some(what) = opaque::statement(code) {
            body.opaque.push((what.to_owned(), here()?));
        }
        for made in coerced.into_iter().flatten() {
            body.escapes.push((made, here()?));
        }
        self.waited(code);
        if let Some(callee) = callee(code) {
            self.call = Some(callee.to_owned());
            self.into = assigned(code).map(|(into, _)| into.to_owned());
            self.nowhere = nowhere(callee, code);
        }
        Ok(())
    }

    /// A task whose handle the body itself waits for is part of the call, and escapes nowhere.
    pub(super) fn waited(&mut self, code: &str) {
        let Some((into, value)) = assigned(code) else { return };
        if let Some(from) = value.strip_prefix("move ") {
            if let Some(started) = self.handles.remove(from) {
                self.handles.insert(into.to_owned(), started);
            }
            return;
        }
        let Some((callee, arguments)) =
            callee(code).and_then(|callee| Some((callee, value.strip_prefix(callee)?)))
        else {
            return;
        };
        let callee = path::plain(callee);
        let waits = if self.plain {
            stable::is_one_of(&WAIT, &callee)
        } else {
            WAIT.contains(&callee.as_str())
        };
        if !waits {
            return;
        }
        let handle = arguments
            .trim_start_matches("(move ")
            .trim_start_matches("(copy ")
            .split([',', ')'])
            .next();
        let started = handle.and_then(|handle| self.handles.remove(handle)).unwrap_or_default();
        if let Some(body) = self.bodies.last_mut() {
            body.escapes.retain(|escape| !started.contains(escape));
        }
    }

    /// The closures that a statement turns into a function of any kind (`Box<dyn Fn()>`, `fn()`).
    pub(super) fn coerced(&self, code: &str) -> Option<Vec<String>> {
        let (value, into) = assigned(code)?.1.split_once(" as ")?;
        let function = (into.contains("dyn std::ops::Fn") || self.plain && into.contains("dyn Fn"))
            && into.contains("(PointerCoercion(Unsize");
        let local = value.trim_start_matches("move ").trim_start_matches("copy ");
        let ty = self.locals.get(local)?;
        (function || into.contains("(PointerCoercion(ClosureFnPointer")).then(|| makes(ty))
    }

    fn comment(&mut self, comment: &str) -> Result<(), &'static str> {
        if let Some(at) = comment.strip_prefix("+ span: ") {
            self.span = place(at);
            return Ok(());
        }
        let Some(constant) = comment.strip_prefix("+ const_: Const { ty: ") else { return Ok(()) };
        let here = || self.span.clone().ok_or("a constant without a place");
        let index = self.bodies.len().checked_sub(1).ok_or("a constant outside of a body")?;
        let (ty, value) = constant.rsplit_once(", val: ").ok_or("a constant without a value")?;
        for name in names_of_memory(value) {
            self.wanted.push((index, name, here()?));
        }
        if let Some(full) = fn_item(constant) {
            let called = self.call.as_deref() == Some(full);
            let mention = Mention {
                path: path::plain(full),
                full: full.to_owned(),
                place: here()?,
                called,
                foreign: opaque::is_foreign(constant),
                nowhere: called && self.nowhere,
                again: false,
            };
            if called {
                self.call = None;
            }
            if DETACH.contains(&mention.path.as_str()) {
                let made = makes(full).into_iter().map(|made| (made, mention.place.clone()));
                let made: Vec<(String, Place)> = made.collect();
                self.bodies[index].escapes.extend(made.iter().cloned());
                if let Some(into) = self.into.take().filter(|_| called) {
                    self.handles.insert(into, made);
                }
            }
            self.bodies[index].mentions.push(mention);
        } else if let Some(at) = constant.find("val: Unevaluated(") {
            let full = &constant[at + "val: Unevaluated(".len()..];
            let end = path::top_level(full, ", ").unwrap_or(full.len());
            // With the types that it is of: they are named nowhere else.
            let (full, of) = (full[..end].to_owned(), full.to_owned());
            // A function that is a constant of a trait: which one, is for the graph to find.
            let called = self.call.as_ref().is_some_and(|call| call.starts_with("const "));
            if called {
                self.call = None;
            }
            let mention = Mention {
                path: path::plain(&full),
                full: of,
                place: here()?,
                called,
                foreign: false,
                nowhere: false,
                again: false,
            };
            self.bodies[index].mentions.push(mention);
        } else if opaque::is_function(ty) && ty.ends_with('}') {
            return Err("a function that is not named");
        }
        Ok(())
    }

    /// Puts the body that was read with the others: as texts of their own, all would be hundreds of megabytes.
    fn finish(&mut self) {
        self.locals.clear();
        self.handles.clear();
        let before = self.whole.all.len();
        let wanted = self.wanted.drain(..);
        self.pointed.extend(wanted.map(|(index, name, place)| (before + index, name, place)));
        for body in self.bodies.drain(..) {
            self.whole.add(&body);
        }
    }

    /// Follows constant memory to the functions and statics in it.
    ///
    /// # Errors
    /// Where a body names memory that is not there.
    fn join(&mut self) -> Result<(), &'static str> {
        self.finish();
        for (index, name, place) in std::mem::take(&mut self.pointed) {
            let mut queue = vec![&name];
            let mut seen = Vec::new();
            while let Some(name) = queue.pop() {
                if seen.contains(&name) {
                    continue;
                }
                // FAIL CLOSED: a function in memory that is not shown would be called from nowhere.
                for pointed in self.allocations.get(name).ok_or("memory that is not shown")? {
                    if is_memory(pointed) {
                        queue.push(pointed);
                    } else if let Some(body) = self.whole.all.get_mut(index) {
                        body.mentions.push(self.whole.texts.mention(&Mention {
                            path: pointed.clone(),
                            full: pointed.clone(),
                            place: place.clone(),
                            called: false,
                            foreign: false,
                            nowhere: false,
                            again: false,
                        }));
                    }
                }
                seen.push(name);
            }
        }
        Ok(())
    }
}

/// What runs its argument by itself, whether or not anybody waits.
pub(super) const DETACH: [&str; 21] = [
    "tokio::spawn",
    "tokio::task::spawn",
    "tokio::task::spawn_blocking",
    "tokio::task::spawn_local",
    "tokio::runtime::Handle::spawn",
    "tokio::runtime::Handle::spawn_blocking",
    "tokio::runtime::Runtime::spawn",
    "tokio::runtime::Runtime::spawn_blocking",
    "tokio::task::JoinSet::spawn",
    "tokio::task::JoinSet::spawn_on",
    "tokio::task::JoinSet::spawn_local",
    "tokio::task::JoinSet::spawn_blocking",
    "tokio::task::JoinSet::spawn_blocking_on",
    "tokio::task::LocalSet::spawn_local",
    "tokio_util::task::TaskTracker::spawn",
    "tokio_util::task::TaskTracker::spawn_blocking",
    "std::thread::spawn",
    "std::thread::Builder::spawn",
    "rayon::spawn",
    "async_std::task::spawn",
    "smol::spawn",
];

/// What waits for a task, given its handle.
pub(super) const WAIT: [&str; 2] = [
    "<tokio::task::JoinHandle as std::future::IntoFuture>::into_future",
    "std::thread::JoinHandle::join",
];

/// The closures and `async` blocks that a type names, each as `src/a.rs:1:2: 3:4`.
pub(crate) fn makes(ty: &str) -> Vec<String> {
    ty.match_indices('@')
        .filter_map(|(at, _)| ty.get(at + 1..)?.split_once('}').map(|(place, _)| place.to_owned()))
        .collect()
}

/// The path of a function item: its type ends with it, in braces, and its value is it.
fn fn_item(constant: &str) -> Option<&str> {
    let at = constant.rfind("}, val: Value(")?;
    let path = constant.get(at + "}, val: Value(".len()..)?.strip_suffix(") }")?;
    constant.get(..at)?.ends_with(&format!("{{{path}")).then_some(path)
}

/// A statement's place and its value. A place can have a type in it, and that a ` = ` of its own
/// (`dyn Future<Output = ()>`).
pub(super) fn assigned(code: &str) -> Option<(&str, &str)> {
    let at = path::top_level(code, " = ")?;
    Some((code.get(..at)?, code.get(at + 3..)?))
}

/// What a terminator calls by name. None where it calls a value, or is no call.
pub(super) fn callee(code: &str) -> Option<&str> {
    if !(code.contains(" -> [return:") || code.contains(" -> unwind") || code.ends_with(" -> bb")) {
        return None;
    }
    let call = assigned(code).map_or(code, |(_, call)| call);
    let arguments = path::top_level(call, "(")?;
    let name = &call[..arguments];
    let value = name.starts_with("move ") || name.starts_with("copy ") || name.is_empty();
    let other = ["drop", "assert", "goto", "switchInt", "yield"].contains(&name);
    (!value && !other).then_some(name)
}

fn is_memory(word: &str) -> bool {
    word.strip_prefix("alloc")
        .is_some_and(|n| !n.is_empty() && n.chars().all(|c| c.is_ascii_digit()))
}

pub(super) fn names_of_memory(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| is_memory(word))
        .map(str::to_owned)
        .collect()
}

/// `src/a.rs:1:2: 3:4`, with what may stand after it.
pub(super) fn place(text: &str) -> Option<Place> {
    let text = text.split(" (#").next()?.trim();
    let (start, end) = text.rsplit_once(": ")?;
    let mut parts = start.rsplitn(3, ':');
    let column = parts.next()?.parse().ok()?;
    let line = parts.next()?.parse().ok()?;
    let file = parts.next()?.to_owned();
    let (end_line, end_column) = end.split_once(':')?;
    let end_column: String = end_column.chars().take_while(char::is_ascii_digit).collect();
    Some(Place {
        file,
        line,
        column,
        end_line: end_line.parse().ok()?,
        end_column: end_column.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_keeps_the_types_that_are_in_it() {
        let place = "(((*_3) as variant#3).5: std::pin::Pin<Box<dyn Future<Output = ()>>>)";
        let code = format!("{place} = a::b::<C<D = E>>(move _4) -> [return: bb1, unwind: bb2]");
        assert_eq!(assigned(&code).map(|(into, _)| into), Some(place));
        assert_eq!(callee(&code), Some("a::b::<C<D = E>>"));
        assert_eq!(callee("_1 = move _2"), None);
    }
}
