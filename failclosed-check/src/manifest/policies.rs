//! The manifest beside Cedar policies: actions that no policy is about, and actions of policies that nobody
//! asks for. Read by Cedar's own parser.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use cedar_policy::{ActionConstraint, EntityUid, Policy, PolicySet, Schema};

use super::{How, Manifest};
use crate::inconclusive::CheckError;

/// What the two do not share.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Gaps {
    /// Actions that executors ask for, and no policy mentions: always denied. With who asks.
    pub unmentioned: BTreeMap<String, Vec<String>>,
    /// The same, but for policies that are about every action.
    pub only_by_all: BTreeSet<String>,
    /// Actions that policies mention, and no executor asks for. With the policies.
    pub unasked: BTreeMap<String, Vec<String>>,
}

impl Gaps {
    /// Whether the two agree.
    pub fn is_empty(&self) -> bool {
        self.unmentioned.is_empty() && self.unasked.is_empty()
    }

    /// One line for each.
    pub fn text(&self) -> String {
        let mut out = String::new();
        for (action, functions) in &self.unmentioned {
            let asked = functions.join(", ");
            out.push_str(&format!(
                "no policy mentions the action `{action}`, so it is always denied: {asked}\n\
                 help: write a policy about it, or take the executor out\n"
            ));
        }
        for (action, policies) in &self.unasked {
            let places = policies.join(", ");
            out.push_str(&format!(
                "no executor asks for the action `{action}`: {places}\n\
                 help: name the action as its executor does, or take it out of the policy\n"
            ));
        }
        for action in &self.only_by_all {
            out.push_str(&format!(
                "note: `{action}` is mentioned by policies about every action alone\n"
            ));
        }
        out
    }
}

/// Compares with the policies of a directory: every `.cedar` file in it, and the groups of its
/// `.cedarschema`, if it has one.
///
/// # Errors
/// `Undecided`: nothing to read there, what cannot be read, and an action whose name the source does not
/// tell.
pub fn gaps(manifest: &Manifest, directory: &Path) -> Result<Gaps, CheckError> {
    let files = files(directory)?;
    let groups = Groups::of(&files.schemas)?;
    let mut asked: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for executor in manifest.executors.iter().filter(|one| one.guarded_by != How::Permit) {
        let Some(action) = &executor.action else {
            // FAIL CLOSED: which action it is decides whether a policy is about it.
            return Err(CheckError::undecided(
                &executor.function,
                "the name of its action is not in this workspace, so no policy can be looked for",
            ));
        };
        asked.entry(action.clone()).or_default().push(executor.function.clone());
    }
    let mut mentioned: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut for_all = false;
    for path in &files.policies {
        let shown = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let text =
            fs::read_to_string(path).map_err(|e| CheckError::undecided(path.display(), e))?;
        let set: PolicySet =
            text.parse().map_err(|error| CheckError::undecided(path.display(), error))?;
        if let Some(template) = set.templates().next() {
            // FAIL CLOSED: the authority refuses the file as well.
            return Err(CheckError::undecided(
                path.display(),
                format!("`{}` is a template", template.id()),
            ));
        }
        for policy in set.policies() {
            let id = policy.annotation("id").map_or_else(|| policy.id().to_string(), str::to_owned);
            for_all |= matches!(policy.action_constraint(), ActionConstraint::Any);
            for action in actions(policy) {
                for name in groups.members(&action) {
                    mentioned.entry(name).or_default().push(format!("{shown} (`{id}`)"));
                }
            }
        }
    }
    let mut gaps = Gaps::default();
    for (action, functions) in &asked {
        if mentioned.contains_key(action) {
            continue;
        }
        if for_all {
            gaps.only_by_all.insert(action.clone());
        } else {
            gaps.unmentioned.insert(action.clone(), functions.clone());
        }
    }
    mentioned.retain(|action, _| !asked.contains_key(action));
    gaps.unasked = mentioned;
    Ok(gaps)
}

/// The actions that a policy names, in its scope or in a condition.
fn actions(policy: &Policy) -> Vec<EntityUid> {
    let named = match policy.action_constraint() {
        ActionConstraint::Any => Vec::new(),
        ActionConstraint::In(actions) => actions,
        ActionConstraint::Eq(action) => vec![action],
    };
    let is_action = |uid: &EntityUid| uid.type_name().basename() == "Action";
    let literals = policy.entity_literals().into_iter().filter(is_action);
    let all: BTreeSet<String> = named.iter().map(ToString::to_string).collect();
    let more: Vec<EntityUid> = literals.filter(|uid| !all.contains(&uid.to_string())).collect();
    named.into_iter().chain(more).collect()
}

/// Which actions a group stands for.
#[derive(Default)]
struct Groups(BTreeMap<String, Vec<String>>);

impl Groups {
    fn of(schemas: &[PathBuf]) -> Result<Self, CheckError> {
        let mut groups = Self::default();
        for path in schemas {
            let refused =
                |error: &dyn std::fmt::Display| CheckError::undecided(path.display(), error);
            let text = fs::read_to_string(path).map_err(|error| refused(&error))?;
            let (schema, _) =
                Schema::from_cedarschema_str(&text).map_err(|error| refused(&error))?;
            let entities = schema.action_entities().map_err(|error| refused(&error))?;
            for action in entities.iter() {
                let uid = action.uid();
                for group in entities.ancestors(&uid).into_iter().flatten() {
                    let members = groups.0.entry(group.to_string()).or_default();
                    members.push(uid.id().unescaped().to_owned());
                }
            }
        }
        Ok(groups)
    }

    /// A group's members, or the action itself.
    fn members(&self, action: &EntityUid) -> Vec<String> {
        let own = || vec![action.id().unescaped().to_owned()];
        self.0.get(&action.to_string()).cloned().unwrap_or_else(own)
    }
}

#[derive(Default)]
struct Files {
    policies: Vec<PathBuf>,
    schemas: Vec<PathBuf>,
}

fn files(directory: &Path) -> Result<Files, CheckError> {
    let refused = |error: std::io::Error| CheckError::undecided(directory.display(), error);
    let mut files = Files::default();
    for entry in fs::read_dir(directory).map_err(refused)? {
        let path = entry.map_err(refused)?.path();
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        let kind = path.extension().map(|kind| kind.to_string_lossy().to_lowercase());
        match kind.as_deref() {
            Some("cedar") if !hidden => files.policies.push(path),
            Some("cedarschema") if !hidden => files.schemas.push(path),
            _ => {}
        }
    }
    files.policies.sort();
    files.schemas.sort();
    if files.policies.is_empty() {
        // FAIL CLOSED: nothing read is not the same as nothing mentioned.
        return Err(CheckError::undecided(directory.display(), "there is no `.cedar` file in it"));
    }
    Ok(files)
}
