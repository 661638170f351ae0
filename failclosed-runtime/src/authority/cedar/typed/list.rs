//! Lists as sets, or with their order where the schema has a place for it.

use std::sync::Arc;

use cedar_policy_core::{
    ast,
    validator::types::{Attributes, Type},
};

use super::{NoCedarValue, Shown, attributes, record, show};
use crate::authority::cedar::context::Value;

/// How a list can be shown with its order and its repeats.
pub(super) const ORDERED: &str = "declare it by position in the schema, as `{ \"0\": String, \"1\"?: String }` or as \
     `Set<{ at: Long, value: String }>`";

pub(super) fn list(elements: Vec<Value>, declared: Option<&Type>) -> Shown {
    if let Some(ordered) = Ordered::of(declared) {
        return ordered.show(elements);
    }
    let declared = declared.and_then(element);
    let elements: Result<Vec<_>, _> =
        elements.into_iter().map(|value| show(value, declared)).collect();
    let elements = elements?;
    if repeats(&elements) {
        // FAIL CLOSED: a set shows an element once, and the policy would permit one of many.
        return Err(NoCedarValue(format!(
            "a list that repeats an element, which a Cedar set shows once\n\
             help: {ORDERED}, or show how often it stands there, with `args(name = ..)`"
        )));
    }
    Ok(ast::Value::set(elements, None))
}

/// Whether two of them are equal to the engine, in whatever way they were spelled.
pub(super) fn repeats(values: &[ast::Value]) -> bool {
    let mut ordered: Vec<_> = values.iter().collect();
    ordered.sort_unstable();
    ordered.windows(2).any(|pair| pair.first() == pair.last())
}

fn element(set: &Type) -> Option<&Type> {
    match set {
        Type::Set { element_type } => element_type.as_deref(),
        Type::Never
        | Type::Bool(_)
        | Type::Long
        | Type::String
        | Type::Entity(_)
        | Type::Record { .. }
        | Type::ExtensionType { .. } => None,
    }
}

/// The elements of a set that is declared as records of exactly two attributes.
pub(super) fn pairs<'t>(
    declared: Option<&'t Type>,
    names: [&str; 2],
) -> Option<[&'t Arc<Type>; 2]> {
    let attributes = declared.and_then(element).and_then(attributes)?;
    let [first, second] = names.map(|name| attributes.get_attr(name));
    let (first, second) = (first?, second?);
    let both = first.is_required && second.is_required && attributes.iter().count() == 2;
    both.then_some([&first.attr_type, &second.attr_type])
}

/// A declared type that keeps the order of a list.
pub(super) enum Ordered<'t> {
    /// `{ "0": T, "1"?: T }`.
    Positions(&'t Attributes),
    /// `Set<{ at: Long, value: T }>`.
    Pairs(&'t Type),
}

impl<'t> Ordered<'t> {
    pub(super) fn of(declared: Option<&'t Type>) -> Option<Self> {
        if let Some([at, value]) = pairs(declared, ["at", "value"]) {
            return matches!(**at, Type::Long).then_some(Self::Pairs(value));
        }
        let attributes = declared.and_then(attributes)?;
        attributes.get_attr("0").map(|_| Self::Positions(attributes))
    }

    pub(super) fn show(&self, elements: Vec<Value>) -> Shown {
        match self {
            Self::Positions(attributes) => positions(elements, attributes),
            Self::Pairs(value) => {
                let mut set = Vec::with_capacity(elements.len());
                for (at, element) in elements.into_iter().enumerate() {
                    if matches!(&element, Value::Map(fields) if fields.contains_key("at")) {
                        // FAIL CLOSED: a list of such records and the list it describes would be
                        // shown alike.
                        return Err(NoCedarValue::new(
                            "a list of records with an `at`, which the schema declares as \
                             positions\nhelp: give the field, or the attribute, another name",
                        ));
                    }
                    let at = i64::try_from(at).map_err(|_| NoCedarValue::new("a list too long"))?;
                    let pair = [("at", at.into()), ("value", show(element, Some(value))?)];
                    set.push(record(pair));
                }
                Ok(ast::Value::set(set, None))
            }
        }
    }
}

fn positions(elements: Vec<Value>, attributes: &Attributes) -> Shown {
    let mut fields = Vec::with_capacity(elements.len());
    for (at, element) in elements.into_iter().enumerate() {
        let name = at.to_string();
        let Some(declared) = attributes.get_attr(&name) else {
            // FAIL CLOSED: what stands behind the last position no policy looks at.
            return Err(NoCedarValue(format!(
                "a list with more elements than the schema declares positions\n\
                 help: declare `\"{name}\"?: ..`"
            )));
        };
        // Not left out, even where it could be: `[None]` is another list than `[]`.
        fields.push((name, show(element, Some(&declared.attr_type))?));
    }
    Ok(record(fields))
}
