//! What a person is shown before they answer.

use std::fmt;

use super::{
    alike::Alike,
    depth::depth,
    escape::{Escaped, escape, escape_json},
    fold::fold,
    inert::inert,
    part::Part,
};
use crate::{
    argument::Value,
    decision::{Ask, NoDecision},
    request::Request,
    resource::Resource,
};

/// The most that a person is shown, in characters. What needs more is denied: nobody reads it.
pub const MAX_SHOWN_CHARS: usize = 16_000;

/// The most arguments and facts that a person is shown.
pub const MAX_PARTS: usize = 64;

/// How deep a value may nest for a person to make sense of it on one line.
pub const MAX_SHOWN_DEPTH: usize = 8;

/// As wide as the digest, and a terminal.
const MARKDOWN_COLUMNS: usize = 80;

/// The whole action, as a person sees it: who, what, on what, with which arguments, and why they
/// are asked.
///
/// One line a part. Whatever the agent or the authority put into a value, it stays on its line, is
/// shown as itself or as a visible escape (`\n`, `\u{202e}`), and two different values look
/// different. Nothing is left out: what is too much to show whole is nobody's question.
///
/// ```text
/// Question really buy it?
/// Rule     spending-limit
/// Approval CR-1
/// Action   purchase
/// Agent    shopper
/// User     alice
/// Resource Vendor "coachella.com"
/// Argument vendor = "coachella.com"
/// Argument cents = 74200
/// Call     5f0c2a9be1d04c37-1
/// Digest   sha256 9f2c..
/// ```
///
/// Letters that look alike in different scripts are shown as they are: compare ids, not shapes. Signs
/// that look like those of ASCII are named in a note.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a person is informed by being shown it"]
pub struct Presentation {
    parts: Vec<Part>,
}

impl Presentation {
    /// What to show of this request.
    ///
    /// # Denies
    /// As malformed, by the caller's fault, a request that cannot be shown faithfully: a value that
    /// does not serialize or nests deeper than [`MAX_SHOWN_DEPTH`], more than [`MAX_PARTS`] arguments and
    /// facts, more than [`MAX_SHOWN_CHARS`] in all.
    pub fn of(request: &Request<'_>, ask: &Ask) -> Result<Self, NoDecision> {
        let request = request.for_people();
        let mut shown = Lines::default();
        shown.text("Question", ask.question());
        for ask in ask.each() {
            if let Some(rule) = &ask.grounds().rule {
                shown.text("Rule", rule);
            }
            if let Some(id) = ask.approval_id() {
                shown.text("Approval", id);
            }
        }
        shown.text("Action", request.action());
        shown.text("Agent", request.subject().agent_id());
        if let Some(user) = request.subject().user_id() {
            shown.text("User", user);
        }
        for by in request.subject().delegated_by() {
            shown.text("Via", by.agent_id());
        }
        if let Some(resource) = request.resource() {
            shown.resource(&resource)?;
        }
        if request.arguments().iter().chain(request.context()).nth(MAX_PARTS).is_some() {
            // FAIL CLOSED: the first 64 of more would be a part of the action.
            return Err(NoDecision::not_for_a_person(format_args!(
                "more than {MAX_PARTS} arguments to show a person"
            )));
        }
        for (name, argument) in request.arguments().iter() {
            shown.value("Argument", name, argument)?;
        }
        for (name, value) in request.context() {
            shown.value("Context", name, value)?;
        }
        shown.notes();
        shown.text("Call", &request.id().to_string());
        let digest = request.digest().map_err(NoDecision::not_showable)?;
        shown.text("Digest", &format!("sha256 {digest}"));
        let presentation = Self { parts: shown.parts };
        // FAIL CLOSED: too much to read is refused, never shown in part.
        let _whole = presentation.within(MAX_SHOWN_CHARS)?;
        Ok(presentation)
    }

    /// Its parts, for hosts with a display of their own. Show all of them.
    pub fn parts(&self) -> impl Iterator<Item = &Part> {
        self.parts.iter()
    }

    /// The whole text, for a medium that takes no more than `limit` characters.
    ///
    /// # Denies
    /// As malformed, by the caller's fault, what is longer. There is no shorter form: a yes to a part
    /// would be a yes to the rest of it as well.
    pub fn within(&self, limit: usize) -> Result<String, NoDecision> {
        let whole = self.to_string();
        let length = whole.chars().count();
        if length > limit { Err(too_long(length, limit)) } else { Ok(whole) }
    }

    /// The whole text in pages, for a small display: each of at most `rows` lines,
    /// [folded](Self::folded) at `columns`. Take a yes only when the last one has been shown.
    pub fn pages(&self, columns: usize, rows: usize) -> Vec<String> {
        let folded = self.folded(columns);
        let lines: Vec<&str> = folded.split_inclusive('\n').collect();
        lines.chunks(rows.max(1)).map(|page| page.concat()).collect()
    }

    /// As Markdown in which nothing is markup: a code block, with a fence that no line of it can
    /// close, [folded](Self::folded) at 80 columns.
    pub fn to_markdown(&self) -> String {
        inert(&self.folded(MARKDOWN_COLUMNS))
    }

    /// For a display of `columns` cells, and of 20 at the least: what does not fit on a line goes on
    /// in the next one, behind a bar. A display that broke lines by itself would show the rest at the
    /// left edge, where it can look like another argument. A text of several lines is shown as such:
    /// what follows a `\n` of it stands on a line of its own, behind `>`.
    pub fn folded(&self, columns: usize) -> String {
        fold(&self.to_string(), columns)
    }
}

/// One line a part, each with a line break after it. For a display that breaks long lines see
/// [`folded`](Presentation::folded).
impl fmt::Display for Presentation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.parts.iter().try_for_each(|part| writeln!(f, "{part}"))
    }
}

#[derive(Default)]
struct Lines {
    parts: Vec<Part>,
    hidden: bool,
    masked: bool,
    alike: Alike,
}

impl Lines {
    fn push(&mut self, label: &'static str, name: Option<String>, text: impl Into<String>) {
        self.parts.push(Part { label, name, text: text.into() });
    }

    fn text(&mut self, label: &'static str, text: &str) {
        let escaped = escape(text);
        let text = self.noted(escaped);
        self.push(label, None, text);
    }

    fn resource(&mut self, resource: &Resource<'_>) -> Result<(), NoDecision> {
        let id = self.one_line(&to_json(resource.id())?)?;
        let text = match resource.kind() {
            // A kind of several words is quoted, so that its end shows.
            Some(kind) if is_name(kind) => format!("{kind} {id}"),
            Some(kind) => format!("{} {id}", self.one_line(&to_json(kind)?)?),
            None => id,
        };
        self.push("Resource", None, text);
        Ok(())
    }

    fn value(
        &mut self,
        label: &'static str,
        name: &str,
        value: Value<'_>,
    ) -> Result<(), NoDecision> {
        let name = if is_name(name) { name.to_owned() } else { self.one_line(&to_json(name)?)? };
        let text = self.one_line(value.json())?;
        self.masked |= value.is_masked();
        self.push(label, Some(name), text);
        Ok(())
    }

    fn one_line(&mut self, json: &str) -> Result<String, NoDecision> {
        if depth(json) > MAX_SHOWN_DEPTH {
            return Err(NoDecision::not_for_a_person(format_args!(
                "a value nested deeper than {MAX_SHOWN_DEPTH}, too deep to show a person"
            )));
        }
        let length = json.chars().count();
        if length > MAX_SHOWN_CHARS {
            // FAIL CLOSED: before it is written out, which may make it ten times as long.
            return Err(too_long(length, MAX_SHOWN_CHARS));
        }
        Ok(self.noted(escape_json(json)))
    }

    fn noted(&mut self, escaped: Escaped) -> String {
        self.hidden |= escaped.hidden;
        self.alike.append(escaped.alike);
        escaped.text
    }

    fn notes(&mut self) {
        if self.hidden {
            let note = "hidden or control characters are written as \\u";
            self.push("Note", None, note);
        }
        if let Some(note) = self.alike.note() {
            self.push("Note", None, note);
        }
        if self.masked {
            let note = "a masked value is known to the authority, and shown to nobody";
            self.push("Note", None, note);
        }
        if self.parts.iter().any(Part::runs_backwards) {
            let note =
                "text from right to left: what stands beside it may be shown in another order";
            self.push("Note", None, note);
        }
    }
}

fn too_long(length: usize, limit: usize) -> NoDecision {
    NoDecision::not_for_a_person(format_args!(
        "{length} characters to show a person whole; the limit is {limit}; help: ask for less in one \
         call, or let a policy decide about what nobody can read"
    ))
}

fn to_json(text: &str) -> Result<String, NoDecision> {
    // FAIL CLOSED: what cannot be written is not shown, and so not approved.
    serde_json::to_string(text).map_err(NoDecision::not_showable)
}

/// What needs no quotes to be told from what follows it.
fn is_name(text: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | ':');
    !text.is_empty() && text.chars().all(is_part)
}
