//! The manifest for people: in a terminal of 80 columns, and as Markdown.

use std::fmt::Write as _;

use textwrap::Options;

use super::{Argument, Executor, Lock, Manifest};

/// Columns of the terminal.
const WIDTH: usize = 80;
/// Columns of an action's name, before the rest goes below it.
const ACTION: usize = 20;

/// For a terminal: one block for each executor, its action in front.
pub fn table(manifest: &Manifest) -> String {
    let mut out = String::new();
    let indent = " ".repeat(ACTION + 2);
    let wrapped = |text: &str| {
        let options = Options::new(WIDTH).initial_indent(&indent).subsequent_indent(&indent);
        // A path has no blanks to break at; it is cut rather than run over the edge.
        textwrap::fill(text, options)
    };
    line(&mut out, &format!("{:ACTION$}  EXECUTOR", "ACTION"));
    for executor in &manifest.executors {
        let name = action(executor);
        let function = wrapped(&executor.function);
        if textwrap::core::display_width(&name) <= ACTION {
            let blanks = " ".repeat(ACTION - textwrap::core::display_width(&name));
            let rest = function.trim_start();
            line(&mut out, &format!("{name}{blanks}  {rest}"));
        } else {
            line(&mut out, &textwrap::fill(&name, WIDTH));
            line(&mut out, &function);
        }
        let mut say = |text: String| line(&mut out, &wrapped(&text));
        say(place(&executor.file, executor.line));
        details(executor).into_iter().for_each(&mut say);
    }
    if !manifest.locked.is_empty() {
        line(&mut out, "\nLOCKED");
        for lock in &manifest.locked {
            let text = format!("{}: {} ({})", lock.field, lock.ty, place(&lock.file, lock.line));
            line(&mut out, &textwrap::fill(&text, Options::new(WIDTH).subsequent_indent("  ")));
        }
    }
    let executors = counted(manifest.executors.len(), "executor");
    let locks = counted(manifest.locked.len(), "locked field");
    line(&mut out, &format!("\n{executors}, {locks}"));
    out
}

/// `1 change`, `2 changes`
pub(crate) fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// For a page.
pub fn markdown(manifest: &Manifest) -> String {
    let mut out =
        "| action | executor | guarded by | is asked | place |\n| --- | --- | --- | --- | --- |\n"
            .to_owned();
    for executor in &manifest.executors {
        let mut asked: Vec<String> =
            executor.arguments.iter().map(|one| code(&argument(one))).collect();
        asked.extend(executor.resource.iter().map(|one| format!("on {}", code(&one.expression))));
        asked.extend(executor.skipped.iter().map(|one| format!("without {}", code(&one.name))));
        asked.extend(executor.opens.iter().map(|one| format!("opens {}", code(one))));
        let how = how(executor).join("; ");
        let cells = [
            code(&action(executor)),
            code(&executor.function),
            cell(&how),
            asked.join(", "),
            cell(&place(&executor.file, executor.line)),
        ];
        line(&mut out, &format!("| {} |", cells.join(" | ")));
    }
    if !manifest.locked.is_empty() {
        out.push_str("\n| locked | type | place |\n| --- | --- | --- |\n");
        for Lock { field, ty, file, line: at } in &manifest.locked {
            let place = cell(&place(file, *at));
            line(&mut out, &format!("| {} | {} | {place} |", code(field), code(ty)));
        }
    }
    out
}

/// What is asked for: by name, by type, or whatever the permit is for.
pub(super) fn action(executor: &Executor) -> String {
    match (&executor.action, &executor.action_type) {
        (Some(name), _) => name.clone(),
        (None, Some(ty)) => format!("<{ty}>"),
        (None, None) => "<any>".to_owned(),
    }
}

fn how(executor: &Executor) -> Vec<String> {
    let mut how = vec![executor.guarded_by.as_str().to_owned()];
    how.extend(executor.guard.iter().map(|guard| format!("guard {guard}")));
    how.extend(executor.guarded_if.iter().map(|only| format!("NOT GUARDED unless {only}")));
    how.extend(executor.conditions.iter().map(|only| format!("exists if {only}")));
    how
}

fn details(executor: &Executor) -> Vec<String> {
    let mut details = vec![format!("guarded by: {}", how(executor).join("; "))];
    let mut listed = |what: &str, items: Vec<String>| {
        if !items.is_empty() {
            details.push(format!("{what}: {}", items.join(", ")));
        }
    };
    listed("resource", executor.resource.iter().map(|one| one.expression.clone()).collect());
    listed("arguments", executor.arguments.iter().map(argument).collect());
    let skipped = executor.skipped.iter().map(|one| match &one.ty {
        Some(ty) => format!("{}: {ty}", one.name),
        None => one.name.clone(),
    });
    listed("skipped", skipped.collect());
    listed("opens", executor.opens.clone());
    listed("implemented by", executor.implemented_by.clone());
    details
}

pub(super) fn argument(argument: &Argument) -> String {
    let mut text = format!("{}: {}", argument.name, argument.ty.as_deref().unwrap_or("?"));
    if let Some(expression) = &argument.expression {
        let _ = write!(text, " = {expression}");
    }
    if argument.masked {
        text.push_str(" (masked)");
    }
    if !argument.conditions.is_empty() {
        let _ = write!(text, " (if {})", argument.conditions.join(", "));
    }
    text
}

fn place(file: &str, line: Option<usize>) -> String {
    line.map_or_else(|| file.to_owned(), |line| format!("{file}:{line}"))
}

fn line(out: &mut String, text: &str) {
    out.push_str(text.trim_end());
    out.push('\n');
}

/// Code in a cell of a table: nothing in it ends the cell or the code.
fn code(text: &str) -> String {
    let fence = if text.contains('`') { "``" } else { "`" };
    cell(&format!("{fence}{text}{fence}"))
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace(['\n', '\r'], " ")
}
