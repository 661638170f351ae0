//! OpenID AuthZEN Authorization API 1.0: Cerbos, Topaz, Keycloak, decern and others.
//!
//! What an AuthZEN server cannot be asked here is a batch: servers merge evaluations, reorder and
//! shorten them. One call is one question.

use super::{
    Description, Dialect, Discover, Repeat, binding,
    json::{Object, Value},
    question, verdict,
};
use crate::{
    decision::{Ask, Decision, NoDecision},
    request::Request,
};

/// Members of `context` in a reply that do not bear on the decision: of those that the description's
/// examples have (`decision-base.json`; `context` itself is free), the reasons, and the decision's id.
const UNDERSTOOD: [&str; 4] = ["id", "reason", "reason_admin", "reason_user"];

/// `POST access/v1/evaluation`, and an allow is `{"decision":true}`.
///
/// | on the wire | from |
/// | --- | --- |
/// | `subject` | the user on whose behalf the agent acts, else the agent |
/// | `action.name` | the action |
/// | `resource` | the resource; the tool of the action's name where the call names none |
/// | `resource.properties` | the arguments |
/// | `context` | the guard's context, and `agent`: the agent's id (COAZ) |
///
/// # Denies
/// Everything but `"decision":true` without an obligation, an error, or a member of `context` that
/// is not understood. An obligation that a client does not know has to be a no, says the
/// Obligations profile.
#[derive(Debug, Clone)]
pub struct AuthZen {
    user_type: String,
    agent_type: String,
    kinds: question::Kinds,
    understood: verdict::Understood,
    bound: bool,
}

impl Default for AuthZen {
    fn default() -> Self {
        Self::new()
    }
}

impl AuthZen {
    /// The paths and names of the specification and its profile for agents.
    pub fn new() -> Self {
        Self {
            user_type: "user".into(),
            agent_type: "agent".into(),
            kinds: question::Kinds::default(),
            understood: verdict::Understood::default(),
            bound: false,
        }
    }

    /// The type of users. `user` unless set. Cerbos takes it for the principal's role.
    pub fn user_type(mut self, name: impl Into<String>) -> Self {
        self.user_type = name.into();
        self
    }

    /// The type of agents that act for nobody. `agent` unless set.
    pub fn agent_type(mut self, name: impl Into<String>) -> Self {
        self.agent_type = name.into();
        self
    }

    /// The type of a resource that an executor gives by its id alone.
    pub fn resource_type(mut self, kind: impl Into<String>) -> Self {
        self.kinds.kind = Some(kind.into());
        self
    }

    /// What is acted on where an executor names nothing. Unless set, the tool of the action's name,
    /// as in the MCP binding of AuthZEN.
    pub fn default_resource(mut self, kind: impl Into<String>, id: impl Into<String>) -> Self {
        self.kinds.default = Some((kind.into(), id.into()));
        self
    }

    /// A member beside an allow, in the reply or in its `context`, known to change nothing about it.
    /// **Each one named here is no longer looked at**: name none that could be a condition, or take
    /// the allow back. Any other denies, though AuthZEN would have it ignored.
    pub fn understands(mut self, member: impl Into<String>) -> Self {
        self.understood.add(member);
        self
    }

    /// Demands that each answer echo `context.binding` and say when it expires: see the guide.
    pub fn bound(mut self) -> Self {
        self.bound = true;
        self
    }

    /// FAIL CLOSED: a yes with something beside it that nobody here understands may be a yes with a
    /// condition.
    fn unconditional(&self, context: &Object) -> Result<Option<Decision>, NoDecision> {
        for (member, value) in context.iter().filter(|(_, value)| !value.is_empty()) {
            match member {
                "obligations" => {
                    let no = "the permission authority asks for something that cannot be done here";
                    return Ok(Some(Decision::deny(no)));
                }
                "error" | "errors" => return Err(failed(value)),
                binding::MEMBER if self.bound => {}
                known if UNDERSTOOD.contains(&known) => {}
                known if self.understood.has(known) => {}
                other => return Err(verdict::not_understood(&format!("context.{other}"))),
            }
        }
        Ok(None)
    }
}

impl Dialect for AuthZen {
    fn name(&self) -> &'static str {
        "authzen"
    }

    fn path(&self) -> &str {
        "access/v1/evaluation"
    }

    fn repeat(&self) -> Repeat {
        Repeat::Safe
    }

    fn is_bound(&self) -> bool {
        self.bound
    }

    fn question(&self, request: &Request<'_>) -> Result<Vec<u8>, NoDecision> {
        let agent = request.subject().agent_id();
        let resource = request.resource();
        let (kind, id) = match (&resource, &self.kinds.default) {
            (None, None) => ("tool", request.action()),
            (resource, _) => self.kinds.of(resource.as_ref())?,
        };
        let chain = question::delegated_by(request);
        let mut body = question::Body::new();
        body.open("subject")?;
        match request.subject().user_id() {
            Some(user) => {
                body.text("type", question::said("type of users", &self.user_type)?)?;
                body.text("id", user)?;
                // Also among the properties: some servers show policies no context.
                body.open("properties")?;
                body.text("agent", agent)?;
                if let Some(chain) = &chain {
                    body.member(question::DELEGATED_BY, chain)?;
                }
                body.close();
            }
            None => {
                body.text("type", question::said("type of agents", &self.agent_type)?)?;
                body.text("id", agent)?;
            }
        }
        body.close();
        body.open("action")?;
        body.text("name", request.action())?;
        body.close();
        body.open("resource")?;
        body.text("type", kind)?;
        body.text("id", id)?;
        body.open("properties")?;
        body.arguments(request)?;
        body.close();
        body.close();
        body.open("context")?;
        // `agent` where there is nothing else: it is there in any case.
        let own = [
            "agent",
            if self.bound { binding::MEMBER } else { "agent" },
            chain.as_ref().map_or("agent", |_| question::DELEGATED_BY),
        ];
        body.context(request, &own)?;
        body.text("agent", agent)?;
        if let Some(chain) = &chain {
            body.member(question::DELEGATED_BY, chain)?;
        }
        if self.bound {
            body.member(binding::MEMBER, &binding::of(request)?)?;
        }
        body.close();
        Ok(body.finish())
    }

    fn decision(&self, request: &Request<'_>, reply: &Object) -> Result<Decision, NoDecision> {
        let allowed = reply.boolean("decision")?;
        if allowed {
            self.understood.alone(reply, &["decision", "context"])?;
        }
        let context = reply.optional_object("context")?;
        if self.bound {
            binding::check(request, context.and_then(|context| context.get(binding::MEMBER)))?;
        }
        let id = context.map(|context| context.optional_text("id")).transpose()?.flatten();
        let decision = if allowed {
            match context.map(|context| self.unconditional(context)).transpose()?.flatten() {
                Some(denied) => denied,
                None => Decision::allow(),
            }
        } else {
            denied(context)?
        };
        Ok(match id {
            Some(id) => decision.decision_id(id),
            None => decision,
        })
    }
}

/// The metadata of the specification's chapter 9.
impl Discover for AuthZen {
    fn well_known(&self) -> &'static str {
        "authzen-configuration"
    }

    fn describe(&self, metadata: &Object) -> Result<Description, NoDecision> {
        Ok(Description {
            authority: metadata.text("policy_decision_point")?.into(),
            evaluation: metadata.text("access_evaluation_endpoint")?.into(),
        })
    }
}

fn denied(context: Option<&Object>) -> Result<Decision, NoDecision> {
    let Some(context) = context else { return Ok(verdict::no(None)) };
    let mut errors = ["error", "errors"].into_iter().filter_map(|key| context.get(key));
    if let Some(error) = errors.find(|error| !error.is_empty()) {
        return Err(failed(error));
    }
    if let Some(asked) = context.optional_object("access_request")? {
        // Approval is the server's to give: it evaluates again after it (Access Request profile).
        let ask = Ask::new("the permission authority wants an approval").settled_by_authority();
        return Ok(match asked.optional_text("id")? {
            Some(id) => ask.with_approval_id(id).into(),
            None => ask.into(),
        });
    }
    let reason = ["reason_user", "reason"].into_iter().find_map(|key| context.get(key));
    let detail = context.get("reason_admin").and_then(words);
    Ok(match (verdict::no(reason.and_then(words)), detail) {
        (Decision::Deny(deny), Some(detail)) => deny.with_detail(verdict::readable(detail)).into(),
        (decision, _) => decision,
    })
}

/// A reason: a text, or texts by language, of which the first.
fn words(reason: &Value) -> Option<&str> {
    if let Value::Object(by_language) = reason {
        return by_language.iter().find_map(|(_, text)| text.as_text());
    }
    reason.as_text()
}

/// FAIL CLOSED: an evaluation that failed decided nothing, whatever stands beside its error.
fn failed(error: &Value) -> NoDecision {
    let error = verdict::readable(&format!("{error:?}"));
    NoDecision::malformed(format_args!("the authority reports an error: {error}"))
}
