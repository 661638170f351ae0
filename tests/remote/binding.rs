//! Answers that are tied to their questions, where the authority can echo.

use std::time::{SystemTime, UNIX_EPOCH};

use failclosed::{
    Authority, Cause, Decision, NoDecision, Request,
    authority::Answer,
    http::{AuthZen, Dialect, Object, Opa},
};
use failclosed_tests::Rig;
use serde_json::{Value, json};

/// An authority that echoes the binding of its question, after something was done to it.
struct Echo<D> {
    dialect: D,
    /// Where the binding stands in the question.
    at: &'static str,
    /// The reply, given the binding.
    reply: fn(Value) -> Value,
    spoil: fn(&mut Value),
}

impl<D: Dialect> Echo<D> {
    fn decide(&self, request: &Request<'_>) -> Result<Decision, NoDecision> {
        let question: Value = serde_json::from_slice(&self.dialect.question(request)?)?;
        let mut binding = question.pointer(self.at).expect("the question is bound").clone();
        binding["expires_at"] = (now() + 60).into();
        (self.spoil)(&mut binding);
        let reply = Object::parse((self.reply)(binding).to_string().as_bytes())?;
        self.dialect.decision(request, &reply)
    }
}

impl<D: Dialect> Authority for Echo<D> {
    fn decide<'a>(&'a self, request: &'a Request<'a>) -> Answer<'a> {
        Answer::ready(self.decide(request))
    }
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

fn authzen(spoil: fn(&mut Value)) -> Echo<AuthZen> {
    Echo {
        dialect: AuthZen::new().resource_type("vendor").bound(),
        at: "/context/binding",
        reply: |binding| json!({"decision": true, "context": {"binding": binding}}),
        spoil,
    }
}

fn opa(spoil: fn(&mut Value)) -> Echo<Opa> {
    Echo {
        dialect: Opa::rule("shop/decision").unwrap().bound(),
        at: "/input/binding",
        reply: |binding| json!({"result": {"allow": true, "binding": binding}}),
        spoil,
    }
}

#[tokio::test]
async fn an_answer_to_this_question_allows() {
    for rig in [Rig::with(authzen(|_| ())), Rig::with(opa(|_| ()))] {
        let running = rig.build();
        running.shop.charge("coachella.com", 742).await.unwrap();
        assert_eq!(running.shop.bodies(), 1);
    }
}

/// An answer to another call, about another action or other arguments, from another time, or to
/// nobody in particular.
#[tokio::test]
async fn any_other_answer_is_malformed() {
    type Spoil = fn(&mut Value);
    let spoils: [(Spoil, &str); 10] = [
        (|binding| binding["request_id"] = "0000000000000000-1".into(), "another `request_id`"),
        (|binding| binding["action"] = "refund".into(), "another `action`"),
        (|binding| binding["digest"] = "0".repeat(64).into(), "another `digest`"),
        (|binding| binding["digest"] = true.into(), "`digest` in the reply is a boolean"),
        (|binding| drop(binding.as_object_mut().unwrap().remove("request_id")), "no `request_id`"),
        (|binding| binding["expires_at"] = now().into(), "the reply has expired"),
        (|binding| binding["expires_at"] = (now() - 3600).into(), "the reply has expired"),
        (|binding| binding["expires_at"] = "tomorrow".into(), "does not say when it expires"),
        (|binding| drop(binding.as_object_mut().unwrap().remove("expires_at")), "does not say"),
        (|binding| *binding = Value::Null, "the reply carries no binding"),
    ];
    for (spoil, why) in spoils {
        for rig in [Rig::with(authzen(spoil)), Rig::with(opa(spoil))] {
            let proof = rig.denies(Cause::Malformed).await;
            let detail = proof.denial.detail().unwrap();
            assert!(detail.contains(why), "{detail}, not {why}");
        }
    }
}

/// An authority that was asked for no binding is not believed to have given one.
#[tokio::test]
async fn a_binding_that_nobody_asked_for_is_not_understood() {
    let reply = r#"{"decision":true,"context":{"binding":{"request_id":"1"}}}"#;
    crate::canned::denies(AuthZen::new().resource_type("vendor"), reply, Cause::Malformed).await;
    let reply = r#"{"result":{"allow":true,"binding":{}}}"#;
    crate::canned::denies(Opa::rule("shop/decision").unwrap(), reply, Cause::Malformed).await;
}
