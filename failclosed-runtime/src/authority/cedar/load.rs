//! From texts to policies that may decide. Everything doubtful is refused here, so that nothing is
//! left to fail at the first call.

use std::{
    collections::{HashMap, HashSet},
    error::Error,
};

use cedar_policy::{
    Authorizer, Entities, EntityId, EntityUid, Policy, PolicyId, PolicySet, Schema, ValidationMode,
    Validator,
};

use super::{
    answer::{Label, Labels},
    builder::Settings,
    error::CedarError,
    names::{Names, namespace},
    slice::{Slice, by_action},
};

/// A schema and its policies, ready to decide. Never changed once it is in use.
#[derive(Debug)]
pub(super) struct Loaded {
    pub(super) schema: Schema,
    pub(super) authorizer: Authorizer,
    pub(super) entities: Entities,
    /// The actions by the names they are asked for.
    pub(super) actions: HashMap<String, (EntityUid, Slice)>,
    pub(super) labels: Labels,
    pub(super) names: Names,
    pub(super) default_resource: Option<EntityUid>,
}

impl Loaded {
    /// # Errors
    /// Every [`CedarError`] but [`CedarError::Read`].
    pub(super) fn from_text(
        schema: &str,
        policies: &str,
        settings: &Settings,
    ) -> Result<Self, CedarError> {
        let schema = self::schema(schema)?;
        let (policies, labels) = self::policies(policies)?;
        validate(&schema, &policies)?;
        let entities = entities(&schema, &settings.entities)?;
        let namespace = namespace(&schema, settings.namespace.as_deref())?;
        let names = Names::new(&schema, &namespace, settings)?;
        let default_resource = match &settings.default_resource {
            Some((kind, id)) => {
                let kind = names.named(kind, "default_resource")?;
                Some(EntityUid::from_type_name_and_id(kind, EntityId::new(id)))
            }
            None => None,
        };
        let actions = by_action(&schema, &entities, &policies)?
            .into_iter()
            .filter(|(action, _)| action.type_name().namespace() == namespace)
            .map(|(action, slice)| (action.id().unescaped().to_owned(), (action, slice)))
            .collect();
        let authorizer = Authorizer::new();
        Ok(Self { schema, authorizer, entities, actions, labels, names, default_resource })
    }
}

fn schema(text: &str) -> Result<Schema, CedarError> {
    let (schema, warnings) = Schema::from_cedarschema_str(text)
        .map_err(|error| CedarError::Schema { detail: chain(&error) })?;
    let warnings: Vec<_> = warnings.map(|warning| warning.to_string()).collect();
    if warnings.is_empty() {
        Ok(schema)
    } else {
        // FAIL CLOSED: a schema that means something else than its author thinks.
        Err(CedarError::Schema { detail: warnings.join("; ") })
    }
}

/// The policies, each under its `@id`.
fn policies(text: &str) -> Result<(PolicySet, Labels), CedarError> {
    let parsed: PolicySet =
        text.parse().map_err(|error| CedarError::Policies { detail: parse_errors(&error) })?;
    if let Some(template) = parsed.templates().next() {
        let id = template.annotation("id").unwrap_or(template.id().as_ref()).to_owned();
        // FAIL CLOSED: the engine accepts a `forbid` template and never applies it.
        return Err(CedarError::Template { id });
    }
    if parsed.is_empty() {
        // FAIL CLOSED: an empty file is a mistake, not a policy.
        return Err(CedarError::Empty);
    }
    let mut labels = Labels::new();
    let mut renamed = Vec::with_capacity(parsed.num_of_policies());
    for (position, policy) in parsed.policies().enumerate() {
        let label = label(policy, position)?;
        let id = PolicyId::new(&*label.id);
        renamed.push(policy.new_id(id.clone()));
        if let Some(other) = labels.insert(id, label) {
            // FAIL CLOSED: a report that names two policies names none.
            let fault = "its id is given twice\nhelp: give each policy an `@id(\"..\")` of its own";
            return Err(CedarError::Annotation { policy: other.id.to_string(), fault });
        }
    }
    let policies = PolicySet::from_policies(renamed)
        .map_err(|error| CedarError::Policies { detail: chain(&error) })?;
    Ok((policies, labels))
}

fn label(policy: &Policy, position: usize) -> Result<Label, CedarError> {
    let id = policy.annotation("id").unwrap_or(policy.id().as_ref());
    let reason = policy.annotation("reason");
    let refused = |fault| Err(CedarError::Annotation { policy: policy.id().to_string(), fault });
    let printable = |text: &str| !text.trim().is_empty() && !text.chars().any(char::is_control);
    if !printable(id) {
        return refused("its `@id` is blank or has control characters");
    }
    if reason.is_some_and(|reason| !printable(reason)) {
        return refused("its `@reason` is blank or has control characters");
    }
    Ok(Label { id: id.into(), reason: reason.map(str::to_owned), position })
}

fn validate(schema: &Schema, policies: &PolicySet) -> Result<(), CedarError> {
    let result = Validator::new(schema.clone()).validate(policies, ValidationMode::Strict);
    let errors = result.validation_errors().map(|error| chain(&error));
    let warnings = result.validation_warnings().map(|warning| chain(&warning));
    let mut faults: Vec<_> = errors.chain(warnings).collect();
    if faults.is_empty() && result.validation_passed_without_warnings() {
        Ok(())
    } else {
        // FAIL CLOSED: a warning is a `forbid` that never applies, as often as not.
        faults.sort_unstable();
        Err(CedarError::Invalid { faults })
    }
}

/// The entities with the schema's actions, which `action in [..]` needs.
fn entities(schema: &Schema, given: &Entities) -> Result<Entities, CedarError> {
    // Actions come from the schema alone: those of an earlier one would contradict it.
    let given = given.iter().filter(|entity| entity.uid().type_name().basename() != "Action");
    Entities::from_entities(given.cloned(), Some(schema))
        .map_err(|error| CedarError::Entities { detail: chain(&error) })
}

fn parse_errors(errors: &cedar_policy::ParseErrors) -> String {
    let mut seen = HashSet::new();
    let texts: Vec<_> =
        errors.iter().map(|error| chain(&error)).filter(|text| seen.insert(text.clone())).collect();
    texts.join("; ")
}

/// An error with its causes.
pub(super) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        // Cedar's errors often repeat their cause.
        if !text.contains(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}
