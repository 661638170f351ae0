//! SpiceDB's HTTP gateway.

use serde_json::json;

use super::{
    Dialect, Repeat,
    json::{Object, Value},
    question, verdict,
};
use crate::{
    decision::{Decision, NoDecision},
    request::Request,
};

/// What SpiceDB's description has in a reply: the fields of `authzed.api.v1.CheckPermissionResponse`, in
/// `permission_service.proto` of `authzed/api`; and `optionalExpiresAt`, which not every version of it has.
/// The last three are `null` in a plain yes.
const OWN: [&str; 5] =
    ["permissionship", "checkedAt", "partialCaveatInfo", "debugTrace", "optionalExpiresAt"];

/// `POST v1/permissions/check`, fully consistent, and an allow is
/// `"permissionship":"PERMISSIONSHIP_HAS_PERMISSION"`.
///
/// The subject is the user where the agent acts for one, else the agent; the permission is the
/// action's name. SpiceDB's ids have letters, digits and `/_|-=+` in them, and no dot: for others it
/// answers with an error. Caveats see the arguments, the guard's context and `agent`. For
/// [`Guard::self_check`](crate::Guard::self_check) define a permission `failclosed_canary = nil` on
/// the default resource.
///
/// # Denies
/// Everything but that one value. A conditional permission, which is neither, is no answer: the
/// missing context is named to the operator.
#[derive(Debug, Clone)]
pub struct SpiceDb {
    user_type: String,
    agent_type: String,
    kinds: question::Kinds,
    understood: verdict::Understood,
}

impl Default for SpiceDb {
    fn default() -> Self {
        Self::new()
    }
}

impl SpiceDb {
    /// With users of type `user` and agents of type `agent`.
    pub fn new() -> Self {
        Self {
            user_type: "user".into(),
            agent_type: "agent".into(),
            kinds: question::Kinds::default(),
            understood: verdict::Understood::default(),
        }
    }

    /// The types of users and of agents in the schema. `user` and `agent` unless set.
    pub fn subject_types(mut self, user: impl Into<String>, agent: impl Into<String>) -> Self {
        (self.user_type, self.agent_type) = (user.into(), agent.into());
        self
    }

    /// The type of an object that an executor gives by its id alone.
    pub fn resource_type(mut self, kind: impl Into<String>) -> Self {
        self.kinds.kind = Some(kind.into());
        self
    }

    /// The object where an executor names nothing.
    pub fn default_resource(mut self, kind: impl Into<String>, id: impl Into<String>) -> Self {
        self.kinds.default = Some((kind.into(), id.into()));
        self
    }

    /// A member of the reply beside an allow, known to change nothing about it. **Each one named here
    /// is no longer looked at**: name none that could be a condition, or take the allow back. Any
    /// other that the format's specification does not have denies.
    pub fn understands(mut self, member: impl Into<String>) -> Self {
        self.understood.add(member);
        self
    }
}

impl Dialect for SpiceDb {
    fn name(&self) -> &'static str {
        "spicedb"
    }

    fn path(&self) -> &str {
        "v1/permissions/check"
    }

    fn repeat(&self) -> Repeat {
        Repeat::Safe
    }

    fn question(&self, request: &Request<'_>) -> Result<Vec<u8>, NoDecision> {
        let agent = request.subject().agent_id();
        let (subject_type, subject) = match request.subject().user_id() {
            Some(user) => (&self.user_type, user),
            None => (&self.agent_type, agent),
        };
        question::said("type of the subject", subject_type)?;
        let resource = request.resource();
        let (kind, id) = self.kinds.of(resource.as_ref())?;
        if subject == "*" || id == "*" {
            // FAIL CLOSED: the wildcard is everybody, or everything.
            return Err(NoDecision::not_showable("the subject or the resource is the wildcard"));
        }
        let mut context = question::context(request)?;
        for (name, value) in question::arguments(request)? {
            question::add(&mut context, &name, value)?;
        }
        question::add(&mut context, "agent", agent)?;
        if let Some(chain) = question::delegated_by(request) {
            question::add(&mut context, question::DELEGATED_BY, chain)?;
        }
        question::body(&json!({
            "consistency": {"fullyConsistent": true},
            "resource": {"objectType": kind, "objectId": id},
            "permission": question::identifier(request.action())?,
            "subject": {"object": {"objectType": subject_type, "objectId": subject}},
            "context": context,
        }))
    }

    fn decision(&self, _: &Request<'_>, reply: &Object) -> Result<Decision, NoDecision> {
        // The gateway writes `null` for what is not there.
        let partial = reply.get("partialCaveatInfo").filter(|info| !matches!(info, Value::Null));
        match reply.text("permissionship")? {
            "PERMISSIONSHIP_HAS_PERMISSION" if partial.is_none() => {
                self.understood.alone(reply, &OWN)?;
                reply.optional_object("checkedAt")?;
                let unasked = |member: &&str| {
                    let value = reply.get(member);
                    value.is_some_and(|value| !matches!(value, Value::Null))
                        && !self.understood.has(member)
                };
                match ["debugTrace", "optionalExpiresAt"].into_iter().find(unasked) {
                    None => Ok(Decision::allow()),
                    // FAIL CLOSED: nobody asked for a trace, and an end may have passed.
                    Some(member) => Err(verdict::not_understood(member)),
                }
            }
            "PERMISSIONSHIP_NO_PERMISSION" => Ok(verdict::no(None)),
            // FAIL CLOSED: conditional, unspecified, and whatever a later version adds.
            other => {
                let missing = partial.map(|info| format!("{info:?}"));
                Err(NoDecision::malformed(format_args!(
                    "the permission is `{}`: {}",
                    verdict::readable(other),
                    verdict::readable(&missing.unwrap_or_default())
                )))
            }
        }
    }
}
