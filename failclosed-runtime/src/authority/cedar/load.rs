//! From texts to policies that may decide. Everything doubtful is refused here, so that nothing is
//! left to fail at the first call.

use std::{collections::HashSet, error::Error, sync::Arc};

use cedar_policy::{
    Authorizer, Entities, Entity, EntityId, EntityUid, PolicyId, PolicySet, Schema, ValidationMode,
    Validator,
};
use cedar_policy_core::validator::{ValidatorSchema, types::Type};
use miette::Diagnostic;
use rustc_hash::FxHashMap;

use super::{
    ask::id_fault,
    builder::Settings,
    error::CedarError,
    kept,
    labels::{Label, Labels},
    names::{Names, namespace},
    permissive::permits_everything,
    slice::{Slice, by_action},
    source::{Known, Material, Page},
    version,
};
use crate::decision::Policies;

/// What decides: policies, and what is known about those they speak of. Never changed once it is in
/// use.
#[derive(Debug)]
pub(super) struct Loaded {
    pub(super) rules: Arc<Rules>,
    pub(super) entities: Entities,
    /// Whether some entity is in another one, actions aside.
    has_groups: bool,
    /// The digests of both, for records.
    pub(super) version: Arc<str>,
}

/// A schema and its policies, ready to decide.
#[derive(Debug)]
pub(super) struct Rules {
    pub(super) schema: Schema,
    pub(super) authorizer: Authorizer,
    /// The actions by the names they are asked for.
    pub(super) actions: FxHashMap<String, ActionRules>,
    pub(super) labels: Labels,
    pub(super) names: Names,
    pub(super) default_resource: Option<EntityUid>,
    /// The permit beside which there is nothing to say no, if there is one.
    pub(super) permits_everything: Option<Arc<str>>,
    /// Their text, for logs.
    pub(super) policies: Arc<[Policies]>,
}

/// One action of the schema.
#[derive(Debug)]
pub(super) struct ActionRules {
    pub(super) action: EntityUid,
    /// What its context is declared to be.
    pub(super) context: Option<Type>,
    pub(super) policies: Slice,
}

impl Loaded {
    /// # Errors
    /// Every [`CedarError`] but those of reading.
    pub(super) fn new(material: &Material, settings: &Settings) -> Result<Self, CedarError> {
        let rules = Rules::new(material, settings)?;
        let given = match &material.entities {
            Known::Given(entities) => entities.clone(),
            Known::Json(page) => json(page, &rules.schema)?,
        };
        Self::with_entities(Arc::new(rules), &given)
    }

    /// The same policies with other entities.
    ///
    /// # Errors
    /// [`CedarError::Entities`].
    pub(super) fn with_entities(rules: Arc<Rules>, given: &Entities) -> Result<Self, CedarError> {
        let entities = entities(&rules.schema, given)?;
        let of_entities = version::of_entities(&entities)?;
        let digest = rules.policies.iter().map(Policies::digest).collect::<String>();
        let version = format!("policies {digest} entities {of_entities}");
        let has_groups = entities.iter().filter(|entity| !is_action(entity)).any(|entity| {
            entities.ancestors(&entity.uid()).is_some_and(|mut of| of.next().is_some())
        });
        Ok(Self { rules, entities, has_groups, version: version.into() })
    }

    /// The entities, where a policy about one may be about another one: else none is looked up.
    pub(super) fn groups(&self) -> Option<&Entities> {
        self.has_groups.then_some(&self.entities)
    }
}

impl Rules {
    fn new(material: &Material, settings: &Settings) -> Result<Self, CedarError> {
        let schema = schema(&material.schema)?;
        let (policies, labels) = policies(&material.policies, settings)?;
        validate(&schema, &policies, &labels)?;
        let namespace = namespace(&schema, settings.namespace.as_deref())?;
        let names = Names::new(&schema, &namespace, settings)?;
        let default_resource = match &settings.default_resource {
            Some((_, id)) if id_fault(id).is_some() => {
                // FAIL CLOSED: as for the resource of a call.
                return Err(CedarError::EntityType {
                    setting: "default_resource",
                    name: id.clone(),
                    fault: "is no id of a resource: it is blank, ends with a dot or a blank, or has \
                            characters that nobody sees",
                });
            }
            Some((kind, id)) => {
                let kind = names.named(kind, "default_resource")?;
                Some(EntityUid::from_type_name_and_id(kind, EntityId::new(id)))
            }
            None => None,
        };
        let groups = entities(&schema, &Entities::empty())?;
        let types: &ValidatorSchema = schema.as_ref();
        let actions = by_action(&schema, &groups, &policies)?
            .into_iter()
            .filter(|(action, _)| action.type_name().namespace() == namespace)
            .map(|(action, policies)| {
                let name = action.id().unescaped().to_owned();
                let context = types.context_type(action.as_ref()).cloned();
                (name, ActionRules { action, context, policies })
            })
            .collect();
        let permits_everything = permits_everything(&policies, &labels, &names);
        let authorizer = Authorizer::new();
        let text = Policies::new(kept::text(material));
        Ok(Self {
            schema,
            authorizer,
            actions,
            labels,
            names,
            default_resource,
            permits_everything,
            policies: Arc::new([text]),
        })
    }
}

fn schema(page: &Page) -> Result<Schema, CedarError> {
    let (schema, warnings) = Schema::from_cedarschema_str(&page.text)
        .map_err(|error| CedarError::Schema { detail: placed(page, &error) })?;
    let warnings: Vec<_> = warnings.map(|warning| warning.to_string()).collect();
    if warnings.is_empty() {
        Ok(schema)
    } else {
        // FAIL CLOSED: a schema that means something else than its author thinks.
        Err(CedarError::Schema { detail: warnings.join("; ") })
    }
}

/// The policies of all files, each under its `@id`.
pub(super) fn policies(
    pages: &[Page],
    settings: &Settings,
) -> Result<(PolicySet, Labels), CedarError> {
    let mut labels = Labels::default();
    let mut renamed = Vec::new();
    for page in pages {
        let parsed = parse(page)?;
        for policy in parsed.policies() {
            // The engine counts anew in each file.
            let name = match &page.file {
                Some(file) if pages.len() > 1 => format!("{file}#{}", policy.id()),
                _ => policy.id().to_string(),
            };
            let label = Label::new(policy, page, &name, renamed.len(), settings)?;
            let id = PolicyId::new(&*label.id);
            renamed.push(policy.new_id(id.clone()));
            let place = label.place.clone();
            if let Some(other) = labels.insert(id, label) {
                // FAIL CLOSED: a report that names two policies names none.
                return Err(CedarError::Annotation {
                    policy: other.id.to_string(),
                    place,
                    fault: format!(
                        "its id is given twice, also at {}\n\
                         help: give each policy an `@id(\"..\")` of its own",
                        other.place
                    ),
                });
            }
        }
    }
    if renamed.is_empty() {
        // FAIL CLOSED: an empty file is a mistake, not a policy.
        return Err(CedarError::Empty);
    }
    let policies = PolicySet::from_policies(renamed)
        .map_err(|error| CedarError::Policies { detail: chain(&error) })?;
    Ok((policies, labels))
}

fn parse(page: &Page) -> Result<PolicySet, CedarError> {
    let parsed: PolicySet = page
        .text
        .parse()
        .map_err(|errors| CedarError::Policies { detail: parse_errors(page, &errors) })?;
    if let Some(template) = parsed.templates().next() {
        let id = template.annotation("id").unwrap_or(template.id().as_ref()).to_owned();
        // FAIL CLOSED: the engine accepts a `forbid` template and never applies it.
        return Err(CedarError::Template { id });
    }
    let found = parsed.policies().count();
    let wrong = [page.policies, counted(page)?].into_iter().flatten().find(|count| *count != found);
    match wrong {
        Some(listed) => {
            let file = page.file.as_deref().unwrap_or("policies").to_owned();
            // FAIL CLOSED: a file that was cut between two policies parses, without its `forbid`.
            Err(CedarError::Count { file, listed, found })
        }
        None => Ok(parsed),
    }
}

/// What begins a file that says how many policies it holds.
const COUNT: &str = "// policies:";

/// How many policies the text says that it holds, in its first line.
fn counted(page: &Page) -> Result<Option<usize>, CedarError> {
    let Some(count) = page.text.lines().next().and_then(|line| line.trim().strip_prefix(COUNT))
    else {
        return Ok(None);
    };
    count.trim().parse().map(Some).map_err(|_| CedarError::Policies {
        // FAIL CLOSED: whoever wrote it relies on it.
        detail: format!("{}: `{COUNT}` without a number behind it", page.place(0)),
    })
}

fn validate(schema: &Schema, policies: &PolicySet, labels: &Labels) -> Result<(), CedarError> {
    let result = Validator::new(schema.clone()).validate(policies, ValidationMode::Strict);
    let place = |id: &PolicyId| labels.get(id).map_or("", |label| &label.place).to_owned();
    let errors = result
        .validation_errors()
        .map(|error| format!("{}: {}", place(error.policy_id()), chain(error)));
    let warnings = result
        .validation_warnings()
        .map(|warning| format!("{}: {}", place(warning.policy_id()), chain(warning)));
    let mut faults: Vec<_> = errors.chain(warnings).collect();
    if faults.is_empty() && result.validation_passed_without_warnings() {
        Ok(())
    } else {
        // FAIL CLOSED: a warning is a `forbid` that never applies, as often as not.
        faults.sort_unstable();
        Err(CedarError::Invalid { faults })
    }
}

/// Entities in Cedar's JSON.
fn json(page: &Page, schema: &Schema) -> Result<Entities, CedarError> {
    Entities::from_json_str(&page.text, Some(schema))
        .map_err(|error| CedarError::Entities { detail: chain(&error) })
}

/// The entities with the schema's actions, which `action in [..]` needs.
fn entities(schema: &Schema, given: &Entities) -> Result<Entities, CedarError> {
    // Actions come from the schema alone: those of an earlier one would contradict it.
    let given = given.iter().filter(|entity| !is_action(entity));
    Entities::from_entities(given.cloned(), Some(schema))
        .map_err(|error| CedarError::Entities { detail: chain(&error) })
}

fn is_action(entity: &Entity) -> bool {
    entity.uid().type_name().basename() == "Action"
}

fn parse_errors(page: &Page, errors: &cedar_policy::ParseErrors) -> String {
    let mut seen = HashSet::new();
    let texts: Vec<_> = errors
        .iter()
        .map(|error| placed(page, error))
        .filter(|text| seen.insert(text.clone()))
        .collect();
    texts.join("; ")
}

/// An error with its causes and where it stands.
fn placed<E: Error + Diagnostic>(page: &Page, error: &E) -> String {
    let first = error.labels().and_then(|mut labels| labels.next());
    match first {
        Some(label) => format!("{}: {}", page.place(label.offset()), chain(error)),
        None => chain(error),
    }
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
