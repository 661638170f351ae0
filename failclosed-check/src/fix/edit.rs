//! The new text of a file: whole lines are put in, and nothing is taken out.

use quote::ToTokens as _;
use syn::{Item, spanned::Spanned as _};

use super::{Written, candidate::Head};
use crate::{
    marked,
    names::{self, Names},
    source::{SourceFile, Unit},
};

const WORD: &str = "requires_permission";

/// The name under which a package knows the facade. The runtime by itself has no attribute.
pub(super) fn root(unit: &Unit) -> Option<&str> {
    unit.roots
        .iter()
        .map(String::as_str)
        .find(|root| *root != "failclosed_runtime" && *root != "crate")
}

/// How the attribute is called in a file.
enum Called {
    /// By its name, which is there.
    Name,
    /// By its name, with an import after this line.
    Import(usize),
    /// By its path.
    Path,
}

/// The new text, and what was put in.
pub(super) fn file(
    file: &SourceFile,
    unit: &Unit,
    heads: &[Head],
) -> Result<(String, Vec<Written>), String> {
    let root = root(unit).ok_or("its package does not depend on `failclosed`")?;
    let called = called(file, unit);
    let end = if file.text.contains("\r\n") { "\r\n" } else { "\n" };
    // The macros speak of `::failclosed`, unless they are told another name.
    let renamed = match root {
        "failclosed" => String::new(),
        other => format!(", crate = ::{other}"),
    };
    let mut written = Vec::new();
    // After the line of that number.
    let mut lines: Vec<(usize, String)> = Vec::new();
    let mut import = None;
    if let Called::Import(after) = called
        && heads.iter().any(|head| !head.nested)
    {
        let line = format!("use {root}::{WORD};");
        lines.push((after, line.clone()));
        import = Some(line);
    }
    for head in heads {
        let by_path = head.nested || matches!(called, Called::Path);
        let path = if by_path { format!("{root}::{WORD}") } else { WORD.to_owned() };
        let attribute = format!("#[{path}(action = \"{}\"{renamed})]", head.action);
        let below = file.text.lines().nth(head.line - 1).unwrap_or_default();
        let indent: String = below.chars().take_while(|c| c.is_whitespace()).collect();
        lines.push((head.line - 1, format!("{indent}{attribute}")));
        let import = if by_path { None } else { import.take() };
        let (place, function) = (head.place.clone(), head.function.clone());
        written.push(Written { place, function, attribute, import });
    }
    let mut after = String::with_capacity(file.text.len() + 64 * lines.len());
    for (at, line) in file.text.split_inclusive('\n').enumerate() {
        for (_, new) in lines.iter().filter(|(after, _)| *after == at) {
            after.push_str(new);
            after.push_str(end);
        }
        after.push_str(line);
    }
    // What was put in is where it was meant to be, or nothing is written.
    let parsed = SourceFile::parse(&file.path, after.clone()).map_err(|e| e.to_string())?;
    let (old, new) = (guards(file), guards(&parsed));
    if new != old + heads.len() {
        return Err("with the guards, this file does not read as it should".to_owned());
    }
    Ok((after, written))
}

fn guards(file: &SourceFile) -> usize {
    marked::in_file(file).len()
}

fn called(file: &SourceFile, unit: &Unit) -> Called {
    let uses = || {
        file.tree.items.iter().filter_map(|item| match item {
            Item::Use(item) => Some(item),
            _ => None,
        })
    };
    let named = |item: &syn::ItemUse| {
        let names = item.tree.to_token_stream().to_string();
        names.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == WORD)
    };
    if let Some(item) = uses().find(|item| named(item)) {
        let defined = names::defined(unit);
        let ours = syn::parse_str(WORD)
            .is_ok_and(|path| Names::of(file, unit, &defined).is_ours(&path, WORD));
        // Under a condition it is not always there.
        return if ours && item.attrs.is_empty() { Called::Name } else { Called::Path };
    }
    match uses().next_back() {
        Some(last) => {
            let end = last.span().end();
            let line = file.text.lines().nth(end.line - 1).unwrap_or_default();
            let rest: String = line.chars().skip(end.column).collect();
            let alone = rest.trim().is_empty() && end.line < file.text.lines().count();
            if alone { Called::Import(end.line) } else { Called::Path }
        }
        None => Called::Path,
    }
}
