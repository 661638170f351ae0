//! The AuthZEN working group's certification scenario for the Access Evaluation API: the eight
//! decisions that it mandates, and what it says of questions that lack something.
//!
//! Each decision is asked for in two ways, by the same engine: as the scenario writes it, and as our
//! dialect does. They differ where the scenario wants properties that we do not send:
//!
//! * of the *subject*: who is an admin is for the authority to know, and not for an agent to say;
//! * of the *action*: an argument is a property of the resource, because some servers, Cerbos among
//!   them, show their policies nothing else.
//!
//! Rule 7 cannot pass with Cerbos as it is written, and rule 8 passes for the wrong reason.

use failclosed::{
    Cause, Decision, Denial, NoDecision, Request,
    http::{AuthZen, Dialect, HttpAuthority, Object, Repeat},
    requires_permission,
};
use failclosed_peers::{server::Server, servers::cerbos};
use failclosed_tests::{Rig, Shop};
use serde_json::{Value, json};

use crate::remote;

/// AuthZEN, with something else in its questions.
#[derive(Debug)]
struct Edited(AuthZen, fn(&mut Value));

impl Dialect for Edited {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn path(&self) -> &str {
        self.0.path()
    }

    fn repeat(&self) -> Repeat {
        self.0.repeat()
    }

    fn question(&self, request: &Request<'_>) -> Result<Vec<u8>, NoDecision> {
        let mut question = serde_json::from_slice(&self.0.question(request)?)?;
        (self.1)(&mut question);
        Ok(serde_json::to_vec(&question)?)
    }

    fn decision(&self, request: &Request<'_>, reply: &Object) -> Result<Decision, NoDecision> {
        self.0.decision(request, reply)
    }
}

fn authority(server: &Server, edit: fn(&mut Value)) -> HttpAuthority<Edited> {
    let builder = HttpAuthority::builder(Edited(AuthZen::new(), edit));
    builder.endpoint(format!("http://{}", server.address)).build().unwrap()
}

fn unedited(_: &mut Value) {}

/// `soft` is a property of the action.
fn as_written(question: &mut Value) {
    let properties = question["resource"]["properties"].as_object_mut().unwrap();
    if let Some(soft) = properties.remove("soft") {
        question["action"]["properties"] = json!({ "soft": soft });
    }
}

fn as_written_of_an_admin(question: &mut Value) {
    as_written(question);
    question["subject"]["properties"]["role"] = "admin".into();
}

#[requires_permission(
    action = "read", guard = shop.guard(), resource = ("record", id), skip(shop, id)
)]
async fn read(shop: &Shop, id: &str) -> Result<(), Denial> {
    let _ = id;
    shop.ran();
    Ok(())
}

#[requires_permission(
    action = "write", guard = shop.guard(), resource = ("record", id), skip(shop, id)
)]
async fn write(shop: &Shop, id: &str, status: Option<&str>) -> Result<(), Denial> {
    let _ = (id, status);
    shop.ran();
    Ok(())
}

#[requires_permission(
    action = "delete", guard = shop.guard(), resource = ("record", id), skip(shop, id)
)]
async fn delete(shop: &Shop, id: &str, soft: bool) -> Result<(), Denial> {
    let _ = (id, soft);
    shop.ran();
    Ok(())
}

#[derive(Debug, Clone, Copy)]
enum Call {
    Read(&'static str),
    Write(&'static str, Option<&'static str>),
    Delete(&'static str, bool),
}

impl Call {
    async fn make(self, shop: &Shop) -> Result<(), Denial> {
        match self {
            Self::Read(id) => read(shop, id).await,
            Self::Write(id, status) => write(shop, id, status).await,
            Self::Delete(id, soft) => delete(shop, id, soft).await,
        }
    }
}

/// A decision of the fixture.
struct Row {
    rule: u8,
    user: &'static str,
    call: Call,
    /// As the scenario writes the question.
    written: fn(&mut Value),
    mandated: bool,
    /// What Cerbos says to the question as it is written.
    cerbos: bool,
    /// What Cerbos says to ours.
    ours: bool,
}

const ARCHIVED: Option<&str> = Some("archived");

/// Section "Required Policy Behaviour". Rule 6 is about any admin: bob, whom the policy knows, and
/// alice where the question makes her one.
#[rustfmt::skip]
const ROWS: [Row; 9] = {
    use Call::{Delete, Read, Write};
    [
        Row { rule: 1, user: "alice", call: Read("record-1"), written: as_written, mandated: true, cerbos: true, ours: true },
        Row { rule: 2, user: "alice", call: Write("record-1", None), written: as_written, mandated: true, cerbos: true, ours: true },
        Row { rule: 3, user: "bob", call: Read("record-1"), written: as_written, mandated: true, cerbos: true, ours: true },
        Row { rule: 4, user: "bob", call: Write("record-1", None), written: as_written, mandated: false, cerbos: false, ours: false },
        Row { rule: 5, user: "alice", call: Write("record-2", ARCHIVED), written: as_written, mandated: false, cerbos: false, ours: false },
        Row { rule: 6, user: "bob", call: Write("record-2", ARCHIVED), written: as_written_of_an_admin, mandated: true, cerbos: true, ours: true },
        // Ours carries no role.
        Row { rule: 6, user: "alice", call: Write("record-2", ARCHIVED), written: as_written_of_an_admin, mandated: true, cerbos: true, ours: false },
        // Cerbos ignores the properties of an action.
        Row { rule: 7, user: "alice", call: Delete("record-1", true), written: as_written, mandated: true, cerbos: false, ours: true },
        Row { rule: 8, user: "alice", call: Delete("record-1", false), written: as_written, mandated: false, cerbos: false, ours: false },
    ]
};

async fn decides(authority: HttpAuthority<Edited>, row: &Row, allowed: bool) {
    println!("rule {}: {} {:?}: {allowed}", row.rule, row.user, row.call);
    let rig = Rig::of(row.user, authority).keeps_connections();
    if allowed {
        let running = rig.build();
        row.call.make(&running.shop).await.unwrap();
        assert_eq!(running.shop.bodies(), 1);
    } else {
        rig.denies_call(Cause::Denied, async |shop: &Shop| row.call.make(shop).await).await;
    }
}

#[tokio::test]
async fn the_mandated_decisions() {
    let server = cerbos("cerbos", &[]);
    for row in &ROWS {
        decides(authority(&server, row.written), row, row.cerbos).await;
        decides(authority(&server, unedited), row, row.ours).await;
    }
    let missed = |said: fn(&Row) -> bool| -> Vec<u8> {
        ROWS.iter().filter(|row| said(row) != row.mandated).map(|row| row.rule).collect()
    };
    assert_eq!(missed(|row| row.cerbos), [7], "as it is written");
    assert_eq!(missed(|row| row.ours), [6], "as we ask");
}

/// Section "Idempotency", and what is in the guard's log.
#[tokio::test]
async fn the_same_question_has_the_same_answer() {
    let server = cerbos("cerbos", &[]);
    let running = remote(authority(&server, unedited)).build();
    for time in 1..=20 {
        read(&running.shop, "record-1").await.unwrap();
        assert_eq!(running.shop.bodies(), time);
    }
}

/// Section "Error Handling": status 400, which is no decision.
#[tokio::test]
async fn a_question_that_lacks_something_is_no_decision() {
    let lacking: [fn(&mut Value); 11] = [
        |question| drop(question.as_object_mut().unwrap().remove("subject")),
        |question| drop(question.as_object_mut().unwrap().remove("action")),
        |question| drop(question.as_object_mut().unwrap().remove("resource")),
        |question| drop(question["subject"].as_object_mut().unwrap().remove("type")),
        |question| drop(question["subject"].as_object_mut().unwrap().remove("id")),
        |question| drop(question["action"].as_object_mut().unwrap().remove("name")),
        |question| drop(question["resource"].as_object_mut().unwrap().remove("type")),
        |question| drop(question["resource"].as_object_mut().unwrap().remove("id")),
        |question| question["subject"] = "alice".into(),
        |question| question["action"]["name"] = 123.into(),
        |question| *question = Value::Null,
    ];
    let server = cerbos("cerbos", &[]);
    for edit in lacking {
        let lacks = async |shop: &Shop| read(shop, "record-1").await;
        let rig = remote(authority(&server, edit));
        let proof = rig.denies_call(Cause::Unavailable, lacks).await;
        let detail = proof.denial.detail().unwrap();
        assert!(detail.contains("status 400"), "{detail}");
    }
}

/// Section "Request with unknown fields": they have to be ignored. Cerbos refuses them with status
/// 400, which denies; our questions have none.
#[tokio::test]
async fn a_member_that_cerbos_does_not_know_is_refused() {
    let server = cerbos("cerbos", &[]);
    let rig = remote(authority(&server, |question| question["foo"] = "bar".into()));
    rig.denies_call(Cause::Unavailable, async |shop: &Shop| read(shop, "record-1").await).await;
}
