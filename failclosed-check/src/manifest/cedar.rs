//! A Cedar schema for the author of policies: actions, what they are done to, and what is in the context,
//! in the words in which the embedded authority asks.
//!
//! What has no Cedar type is a comment in its place and in [`Schema::unmapped`]: a call that shows it is
//! denied until somebody writes the attribute down.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use super::{Cedar, Executor, How, Manifest, types::attribute_name};

/// The kind of a resource that is given by its id alone.
const ID_ONLY: &str = "Resource";
/// What is acted on where an executor names nothing.
const NOTHING: &str = "Application";
/// The names that the authority itself fills.
const OF_SUBJECT: [&str; 2] = ["on_behalf_of", "delegated_by"];
/// Names that a schema has already.
const TAKEN: [&str; 12] = [
    "Bool",
    "Boolean",
    "Long",
    "String",
    "Set",
    "Record",
    "Entity",
    "Extension",
    "ipaddr",
    "decimal",
    "datetime",
    "duration",
];

/// The name by which the authority says which one of its kind an action is.
const INSTANCE: &str = "instance";

/// A schema, and what is missing in it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Schema {
    /// In Cedar's own language.
    pub text: String,
    /// What could not be mapped, and why. With any of these, calls are denied that need it.
    pub unmapped: Vec<String>,
}

#[derive(Default)]
struct Action<'m> {
    executors: Vec<&'m Executor>,
    resources: BTreeSet<String>,
    unmapped: Vec<String>,
}

/// The schema of a manifest.
pub fn schema(manifest: &Manifest) -> Schema {
    let mut unmapped = Vec::new();
    let mut actions: BTreeMap<&str, Action<'_>> = BTreeMap::new();
    // A function that takes somebody's permit asks nothing by itself.
    for executor in manifest.executors.iter().filter(|one| one.guarded_by != How::Permit) {
        let Some(name) = &executor.action else {
            let ty = executor.action_type.as_deref().unwrap_or("unknown");
            unmapped.push(format!(
                "{}: the name of its action `{ty}` is not in the source",
                executor.function
            ));
            continue;
        };
        let action = actions.entry(name).or_default();
        match resource(executor) {
            Ok(kind) => drop(action.resources.insert(kind)),
            Err(why) => action.unmapped.push(format!("resource of {}: {why}", executor.function)),
        }
        action.executors.push(executor);
    }
    let mut out = header(&actions);
    let kinds = actions.values().flat_map(|action| action.resources.iter().cloned());
    let own = ["Agent".to_owned(), "User".to_owned()];
    for kind in kinds.chain(own).collect::<BTreeSet<_>>() {
        line(&mut out, &format!("entity {kind};"));
    }
    for (name, action) in &mut actions {
        let context = context(action);
        let quoted = name.escape_debug();
        line(&mut out, &format!("\naction \"{quoted}\" appliesTo {{"));
        line(&mut out, "  principal: Agent,");
        let kinds: Vec<&str> = action.resources.iter().map(String::as_str).collect();
        // Without any, it is an action that nobody can ask for: denied, as it has to be.
        line(&mut out, &format!("  resource: [{}],", kinds.join(", ")));
        line(&mut out, "  context: {");
        for why in &action.unmapped {
            line(&mut out, &format!("    // UNMAPPED {}", why.replace('\n', " ")));
            unmapped.push(format!("action `{name}`: {why}"));
        }
        for attribute in context {
            line(&mut out, &format!("    {attribute},"));
        }
        line(&mut out, "    on_behalf_of?: User,\n    delegated_by?: Set<Agent>,\n  },\n};");
    }
    if actions.is_empty() {
        unmapped.push(
            "no executor asks for an action: there is nothing to write policies about".to_owned(),
        );
    }
    Schema { text: out, unmapped }
}

fn line(out: &mut String, text: &str) {
    let _ = writeln!(out, "{text}");
}

fn header(actions: &BTreeMap<&str, Action<'_>>) -> String {
    let mut out = "// Made from the source by `cargo failclosed manifest --format cedar-schema`.\n\
                   // Add attributes and groups of agents, users and resources, and what the guards' context\n\
                   // shows (`GuardBuilder::context`).\n"
        .to_owned();
    let has = |kind: &str| actions.values().any(|action| action.resources.contains(kind));
    if has(ID_ONLY) {
        line(
            &mut out,
            "// Some executors name a resource by its id alone: `.resource_type(\"Resource\")`.",
        );
    }
    if has(NOTHING) {
        line(
            &mut out,
            "// Some executors name no resource: `.default_resource(\"Application\", \"..\")`.",
        );
    }
    out.push('\n');
    out
}

fn resource(executor: &Executor) -> Result<String, String> {
    let Some(resource) = &executor.resource else { return Ok(NOTHING.to_owned()) };
    match (&resource.kind, resource.id_only) {
        (None, true) => Ok(ID_ONLY.to_owned()),
        (None, false) => Err(format!(
            "what kind of thing `{}` is, the source does not tell: write `resource = (\"Kind\", id)`",
            resource.expression
        )),
        (Some(kind), _) if attribute_name(kind) == *kind && !TAKEN.contains(&kind.as_str()) => {
            Ok(kind.clone())
        }
        (Some(kind), _) => Err(format!("`{kind}` is not a name for an entity type of this schema")),
    }
}

/// The attributes that are the same wherever the action is asked for; the others go to `unmapped`.
fn context(action: &mut Action<'_>) -> Vec<String> {
    let mut names: Vec<&str> = Vec::new();
    for argument in action.executors.iter().flat_map(|executor| &executor.arguments) {
        if !names.contains(&argument.name.as_str()) {
            names.push(&argument.name);
        }
    }
    let mut attributes = Vec::new();
    if action.executors.iter().any(|executor| executor.instance.is_some()) {
        // Where the whole name is no action of the schema, the kind is asked for, and this says which one.
        attributes.push(format!("{INSTANCE}: String"));
        if names.contains(&INSTANCE) {
            let why = "the authority says by this name which one of its kind it is: show it under another";
            action.unmapped.push(format!("{INSTANCE}: {why}"));
            names.retain(|name| *name != INSTANCE);
        }
    }
    for name in names {
        match attribute(&action.executors, name) {
            Ok(attribute) => attributes.push(attribute),
            Err(why) => action.unmapped.push(format!("{name}: {why}")),
        }
    }
    attributes
}

fn attribute(executors: &[&Executor], name: &str) -> Result<String, String> {
    if OF_SUBJECT.contains(&name) {
        return Err("the authority says by this name who acts: show it under another".to_owned());
    }
    let mut kinds = BTreeSet::new();
    let mut optional = false;
    for executor in executors {
        let Some(argument) = executor.arguments.iter().find(|argument| argument.name == name)
        else {
            optional = true;
            continue;
        };
        match &argument.cedar {
            Cedar::Required(kind) => drop(kinds.insert(kind)),
            Cedar::Optional(kind) => {
                optional = true;
                kinds.insert(kind);
            }
            Cedar::Unmapped(why) => return Err(why.clone()),
        }
    }
    let mark = if optional { "?" } else { "" };
    match kinds.iter().collect::<Vec<_>>().as_slice() {
        [only] => Ok(format!("{}{mark}: {only}", attribute_name(name))),
        several => {
            let several: Vec<String> = several.iter().map(|kind| format!("`{kind}`")).collect();
            Err(format!("executors of one action show it as {}", several.join(" and as ")))
        }
    }
}
