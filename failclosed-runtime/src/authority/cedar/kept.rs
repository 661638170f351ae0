//! Schema and policies as one text, which a log keeps, and back.

use std::sync::Arc;

use serde_json::Value;

use super::{
    builder::Settings,
    error::CedarError,
    load::policies as read_policies,
    source::{Material, Page},
};
use crate::decision::Policies;

/// What begins a page: behind it stand the file's name, where it has one, and the page's length.
const PAGES: [&str; 2] = ["schema", "policies"];

/// Each page has its length before it, so that no two lists of pages are one text, and its file, after
/// which policies without an id are called.
pub(super) fn text(material: &Material) -> String {
    let mut text = String::new();
    let mut add = |what: &str, page: &Page| {
        let Page { file, text: page, policies: _ } = page;
        // As JSON: a file may have any sign in its name.
        let name =
            file.as_deref().map(|file| format!(" {}", Value::from(file))).unwrap_or_default();
        text.push_str(&format!("// {what}{name}, {} bytes\n{page}\n", page.len()));
    };
    let [schema, policies] = PAGES;
    add(schema, &material.schema);
    material.policies.iter().for_each(|page| add(policies, page));
    text
}

/// The names of the rules in a text that a log kept of a
/// [`CedarAuthority`](super::CedarAuthority)'s [`policies`](crate::audit::Record::policies), in the order
/// in which they are written: those that stand in records as the `rule`.
///
/// # Errors
/// A text that is not of a Cedar authority's.
pub fn rules(policies: &Policies) -> Result<Vec<Arc<str>>, CedarError> {
    let pages = pages(policies.text()).ok_or_else(|| CedarError::Policies {
        // FAIL CLOSED: what another authority keeps names its rules in its own way.
        detail: "this is not the text of a Cedar authority's schema and policies".to_owned(),
    })?;
    // Annotations that this program does not know were known to the one that decided by them.
    let (_, labels) = read_policies(&pages, &Settings::of_anybody())?;
    let mut rules: Vec<_> = labels.into_values().map(|label| (label.position, label.id)).collect();
    rules.sort();
    Ok(rules.into_iter().map(|(_, id)| id).collect())
}

/// The pages of policies; `None` where it is no text of [`text`].
fn pages(text: &str) -> Option<Vec<Page>> {
    let [schema, policies] = PAGES;
    let (mut rest, mut pages, mut what) = (text, Vec::new(), schema);
    while !rest.is_empty() {
        let (head, behind) = rest.split_once('\n')?;
        let (name, length) = head.strip_prefix("// ")?.strip_prefix(what)?.rsplit_once(", ")?;
        let length: usize = length.strip_suffix(" bytes")?.parse().ok()?;
        let page = behind.get(..length)?;
        rest = behind.get(length..)?.strip_prefix('\n')?;
        let file = match name {
            "" => None,
            name => Some(serde_json::from_str::<String>(name).ok()?.into()),
        };
        if what == policies {
            pages.push(Page { file, text: page.to_owned(), policies: None });
        }
        what = policies;
    }
    (!pages.is_empty()).then_some(pages)
}
