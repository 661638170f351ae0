//! A record as an event of the Open Cybersecurity Schema Framework: "API Activity" (6003), with the
//! profiles for controls and for agents. What OCSF has no word for is in `raw_data`, which is the
//! record's own line, so that a chain can be verified there, too.

use std::error::Error;

use failclosed_runtime::audit::{Kind, Record};
use serde_json::{Map, Value, json};

use crate::log::text::Question;

/// The version that this mapping was written for.
const VERSION: &str = "1.9.0-dev";

/// What has no class of its own: a log that lost something.
const BASE_EVENT: u32 = 0;
const API_ACTIVITY: u32 = 6003;
/// A purchase is none of create, read, update and delete.
const OTHER: u32 = 99;

pub(super) fn event(record: &Record, line: &str) -> Result<Value, Box<dyn Error>> {
    let (class, category) = match record.record {
        Kind::Decision | Kind::Outcome => (API_ACTIVITY, 6),
        // Whatever comes later is at least an event.
        Kind::Lost | Kind::Repaired | _ => (BASE_EVENT, 0),
    };
    let kind = format!("{:?}", record.record).to_lowercase();
    let action = record.action.as_deref().unwrap_or(&kind);
    let mut event = json!({
        "class_uid": class,
        "category_uid": category,
        "activity_id": OTHER,
        "activity_name": action,
        "type_uid": class * 100 + OTHER,
        "time": record.at_ms,
        "severity_id": severity(record),
        "metadata": {
            "version": VERSION,
            "product": {
                "name": "failclosed",
                "vendor_name": "failclosed",
                "version": env!("CARGO_PKG_VERSION"),
            },
            "log_name": format!("failclosed.{kind}"),
            "log_version": record.v.to_string(),
            "uid": record.id.as_ref().unwrap_or(&record.hash),
            "sequence": record.seq,
        },
        "raw_data": line,
    });
    if class == API_ACTIVITY {
        event["metadata"]["profiles"] = json!(["security_control", "ai_operation"]);
        event["metadata"]["correlation_uid"] = json!(record.call);
        let mut api = json!({
            "operation": action,
            "request": without_null(json!({ "uid": record.call, "data": asked(record)? })),
        });
        if record.record == Kind::Outcome {
            let error = record.outcome.as_ref().filter(|outcome| *outcome != "completed");
            api["response"] = without_null(json!({ "error": error }));
            event["duration"] = json!(record.elapsed_us.unwrap_or(0) / 1_000);
        }
        event["api"] = api;
        let agent = record.agent.as_deref();
        if let Some(program) = &record.program {
            event["api"]["service"] = json!({ "name": program });
        }
        // An outcome has neither: `correlation_uid` leads to the decision, which does.
        event["actor"] = match (&record.person, agent) {
            (Some(person), _) => json!({ "user": { "name": person, "uid": person } }),
            (None, agent) => json!({ "app_uid": agent.unwrap_or("failclosed") }),
        };
        if let Some(pid) = record.pid {
            event["actor"]["process"] = json!({ "pid": pid });
        }
        event["src_endpoint"] = without_null(json!({
            "svc_name": agent.unwrap_or("failclosed"),
            "hostname": record.host,
        }));
        if let Some(agent) = agent {
            event["ai_agent"] = json!({ "name": agent, "uid": agent });
        }
    }
    if record.record == Kind::Decision {
        decided(record, &mut event);
    }
    let (status, code) = status(record);
    event["status_id"] = json!(status);
    event["status_code"] = json!(code);
    event["status_detail"] = json!(record.reason);
    Ok(without_null(event))
}

fn decided(record: &Record, event: &mut Value) {
    let allowed = record.verdict.as_deref() == Some("allow");
    event["action_id"] = json!(if allowed { 1 } else { 2 });
    event["disposition_id"] = json!(match record.cause.as_deref() {
        // Allowed by a policy; approved by a person.
        None if allowed =>
            if record.approval.is_some() {
                8
            } else {
                1
            },
        Some("denied" | "needs_approval") => 2,
        Some("cancelled") => 6,
        Some("not_configured") => 26,
        // Error: there was no answer.
        _ => 27,
    });
    event["is_alert"] = json!(record.danger.is_some());
    if let Some(rule) = &record.rule {
        let policy = json!({ "name": rule, "version": record.version, "is_applied": true });
        event["policy"] = without_null(policy);
    }
    let question = Question::of(record);
    if let Some((kind, id)) = question.as_ref().and_then(Question::kind_and_id) {
        event["resources"] = json!([{ "type": kind, "uid": id, "name": id }]);
    }
    let approval = record.approval.as_ref().map(|approval| {
        json!({ "by": approval.by, "through": approval.through, "question": approval.question })
    });
    event["unmapped"] = without_null(json!({
        "detail": record.detail,
        "danger": record.danger,
        "unsynced": record.unsynced,
        "decision_id": record.decision_id,
        "digest": record.digest,
        "site": record.site,
        "function": record.function,
        "policies": (!record.policies.is_empty()).then_some(&record.policies),
        "took_us": record.took_us,
        "approver_us": record.approver_us,
        "self_check": record.self_check.then_some(true),
        "approval": approval.map(without_null),
    }));
}

/// What the executor would do, as it was asked.
fn asked(record: &Record) -> Result<Option<Value>, serde_json::Error> {
    let question = Question::of(record);
    let arguments = question.as_ref().and_then(|question| question.arguments.as_ref());
    arguments.map(|arguments| serde_json::from_str(arguments.get())).transpose()
}

/// Informational, unless somebody should look at it.
fn severity(record: &Record) -> u32 {
    match (record.record, record.cause.as_deref(), record.outcome.as_deref()) {
        _ if record.danger.is_some() => 4,
        (Kind::Decision, None | Some("denied" | "needs_approval" | "cancelled"), _)
        | (Kind::Outcome, _, Some("completed" | "failed")) => 1,
        _ => 3,
    }
}

/// Success, failure or unknown, and our word for it.
fn status(record: &Record) -> (u32, Option<&str>) {
    let said = record.cause.as_deref().or(record.outcome.as_deref()).or(record.verdict.as_deref());
    let status = match said {
        Some("allow" | "completed") => 1,
        // What an abandoned body did is not known.
        None | Some("abandoned") => 0,
        Some(_) => 2,
    };
    (status, said)
}

/// OCSF knows no `null`: what is not known is not there.
fn without_null(value: Value) -> Value {
    let Value::Object(members) = value else { return value };
    let known = members.into_iter().filter(|(_, value)| !value.is_null());
    Value::Object(known.collect::<Map<_, _>>())
}
