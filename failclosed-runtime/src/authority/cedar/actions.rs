//! What the schema says can be asked: for probes, which need questions of the right shape.

use super::load::Rules;

/// One action of the schema, as guards ask for it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct KnownAction {
    /// Its name, as in `action = "purchase"`.
    pub name: String,
    /// The kinds of things it may be done to, as in `resource = ("Vendor", vendor)`. In the order of
    /// their names.
    pub resources: Vec<String>,
    /// The arguments that must be there, in the order of their names.
    pub required: Vec<String>,
    /// The arguments that may be left out, in the order of their names.
    pub optional: Vec<String>,
}

impl Rules {
    /// Every action that can be asked for, in the order of their names. Groups cannot.
    pub(super) fn known_actions(&self) -> Vec<KnownAction> {
        let known = self.actions.iter().filter_map(|(name, rules)| {
            let mut resources: Vec<_> =
                self.schema.resources_for_action(&rules.action)?.map(ToString::to_string).collect();
            resources.sort_unstable();
            resources.dedup();
            let attributes = rules.context.as_ref().and_then(super::typed::attributes);
            let named = |is_required: bool| {
                let of_kind = attributes.into_iter().flat_map(|attributes| attributes.iter());
                of_kind
                    .filter(|(_, attribute)| attribute.is_required == is_required)
                    .map(|(name, _)| name.to_string())
                    .collect()
            };
            (!resources.is_empty()).then(|| KnownAction {
                name: name.clone(),
                resources,
                required: named(true),
                optional: named(false),
            })
        });
        let mut known: Vec<_> = known.collect();
        known.sort_unstable_by(|one, other| one.name.cmp(&other.name));
        known
    }
}
