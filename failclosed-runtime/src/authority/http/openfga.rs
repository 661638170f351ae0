//! OpenFGA's native check, because its AuthZEN endpoint has no say over consistency.

use serde_json::json;

use super::{Dialect, Repeat, json::Object, question, verdict};
use crate::{
    decision::{Decision, NoDecision},
    error::ConfigError,
    request::Request,
};

/// `POST stores/{store}/check` with `HIGHER_CONSISTENCY`, and an allow is `{"allowed":true}`.
///
/// The user is `user:{id}` where the agent acts for one, else `agent:{id}`; the relation is the
/// action's name; the object is the resource. Conditions see the arguments, the guard's context and
/// `agent`. For [`Guard::self_check`](crate::Guard::self_check) define a relation
/// `failclosed_canary` that nobody has on the default resource.
///
/// # Denies
/// Everything but `"allowed":true`. The field is optional in OpenFGA's own description: a reply
/// without it is no answer.
#[derive(Debug, Clone)]
pub struct OpenFga {
    path: String,
    model: String,
    user_type: String,
    agent_type: String,
    kinds: question::Kinds,
    understood: verdict::Understood,
}

impl OpenFga {
    /// A store, and the model to check by: without one the newest would decide, whoever wrote it.
    ///
    /// # Errors
    /// [`ConfigError::Name`]: an id that is blank or cannot be one.
    pub fn new(store: &str, model: &str) -> Result<Self, ConfigError> {
        Ok(Self {
            path: format!("stores/{}/check", question::name("store id", store)?),
            model: question::name("model id", model)?,
            user_type: "user".into(),
            agent_type: "agent".into(),
            kinds: question::Kinds::default(),
            understood: verdict::Understood::default(),
        })
    }

    /// The types of users and of agents in the model. `user` and `agent` unless set.
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

impl Dialect for OpenFga {
    fn name(&self) -> &'static str {
        "openfga"
    }

    fn path(&self) -> &str {
        &self.path
    }

    fn repeat(&self) -> Repeat {
        Repeat::Safe
    }

    fn question(&self, request: &Request<'_>) -> Result<Vec<u8>, NoDecision> {
        let agent = request.subject().agent_id();
        let user = match request.subject().user_id() {
            Some(user) => typed(&self.user_type, user)?,
            None => typed(&self.agent_type, agent)?,
        };
        let resource = request.resource();
        let (kind, id) = self.kinds.of(resource.as_ref())?;
        let mut context = question::context(request)?;
        for (name, value) in question::arguments(request)? {
            question::add(&mut context, &name, value)?;
        }
        question::add(&mut context, "agent", agent)?;
        if let Some(chain) = question::delegated_by(request) {
            question::add(&mut context, question::DELEGATED_BY, chain)?;
        }
        question::body(&json!({
            "tuple_key": {
                "user": user,
                "relation": question::identifier(request.action())?,
                "object": typed(kind, id)?,
            },
            "context": context,
            "authorization_model_id": self.model,
            "consistency": "HIGHER_CONSISTENCY",
        }))
    }

    fn decision(&self, _: &Request<'_>, reply: &Object) -> Result<Decision, NoDecision> {
        if !reply.boolean("allowed")? {
            return Ok(verdict::no(None));
        }
        // The two members of `CheckResponse` in `openfga/v1/openfga_service.proto`.
        self.understood.alone(reply, &["allowed", "resolution"])?;
        // How it was found: an optional text.
        reply.optional_text("resolution")?;
        Ok(Decision::allow())
    }
}

/// `type:id`.
///
/// # Errors
/// Either part reads as something else there: `user:*` is everybody, `group:x#member` is a set.
fn typed(kind: &str, id: &str) -> Result<String, NoDecision> {
    let special = |c: char| c.is_whitespace() || matches!(c, ':' | '#' | '*' | '@');
    if kind.is_empty() || id.is_empty() || kind.contains(special) || id.contains(special) {
        // FAIL CLOSED: the check would be about others than are meant.
        return Err(NoDecision::not_showable(format_args!(
            "`{kind}:{id}` does not name one thing; help: ids without `:`, `#`, `*`, `@` and spaces"
        )));
    }
    Ok(format!("{kind}:{id}"))
}
