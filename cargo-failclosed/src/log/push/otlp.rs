//! Log records of OpenTelemetry, in the JSON encoding of OTLP. Each member of a record is an attribute by
//! its own name; the body is the record's own line, so that the chain can be verified there, too.

use std::time::{SystemTime, UNIX_EPOCH};

use failclosed_runtime::audit::{Kind, Record};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{http::Reply, receiver::Fault};

/// What is called by a tool's name: `tool:git.push`.
const TOOL: &str = "tool:";

/// One record.
///
/// # Errors
/// A line that is not JSON.
pub(super) fn record(record: &Record, line: &[u8]) -> Result<Vec<u8>, String> {
    let text = str::from_utf8(line).map_err(|error| error.to_string())?;
    let members: Map<String, Value> =
        serde_json::from_str(text).map_err(|error| error.to_string())?;
    let id = |name: &str, digits: usize| {
        let text = members.get(name).and_then(Value::as_str)?;
        let is_one = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_one.then(|| text.to_owned())
    };
    let (severity, word) = severity(record);
    let mut log = json!({
        "timeUnixNano": nanos(record.at_ms),
        "observedTimeUnixNano": nanos(now_ms()),
        "severityNumber": severity,
        "severityText": word,
        "eventName": format!("failclosed.{}", kind(record)),
        "body": { "stringValue": text },
        "attributes": attributes(record, &members),
    });
    if let Some(trace) = id("trace_id", 32) {
        log["traceId"] = trace.into();
        if let Some(span) = id("span_id", 16) {
            log["spanId"] = span.into();
        }
    }
    serde_json::to_vec(&log).map_err(|error| error.to_string())
}

/// What is posted: the records, and whose they are.
pub(super) fn request(service: &str, records: &[Vec<u8>]) -> Vec<u8> {
    let resource = json!({ "attributes": [attribute("service.name", service.into())] });
    let scope = json!({ "name": "failclosed.log", "version": env!("CARGO_PKG_VERSION") });
    let head = format!(
        r#"{{"resourceLogs":[{{"resource":{resource},"scopeLogs":[{{"scope":{scope},"logRecords":["#
    );
    [head.as_bytes(), &records.join(&b','), b"]}]}]}"].concat()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Response {
    partial_success: Option<PartialSuccess>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct PartialSuccess {
    rejected_log_records: Option<Value>,
    error_message: Option<String>,
}

/// Whether a reply acknowledges all of a batch.
pub(super) fn acknowledged(reply: &Reply) -> Result<(), Fault> {
    let response = serde_json::from_slice(&reply.body).ok().filter(|_| reply.is_json);
    let Some(Response { partial_success }) = response else {
        // FAIL CLOSED: any server says 200; a collector says more.
        return Err(Fault::later("a reply that is no acknowledgement of OTLP"));
    };
    let Some(PartialSuccess { rejected_log_records, error_message }) = partial_success else {
        return Ok(());
    };
    // A number of 64 bits is a text in this encoding, and most write a number all the same.
    let rejected = match &rejected_log_records {
        None => Some(0),
        Some(Value::String(text)) => text.parse().ok(),
        Some(number) => number.as_u64(),
    };
    match rejected {
        Some(0) => Ok(()),
        // FAIL CLOSED: a part of it is not all of it, and which part nobody says.
        Some(rejected) => Err(Fault::Unfit {
            why: format!("{rejected} rejected: {}", error_message.unwrap_or_default()),
        }),
        None => Err(Fault::later("an acknowledgement without a number of what was rejected")),
    }
}

fn attributes(record: &Record, members: &Map<String, Value>) -> Value {
    let mut all = Vec::new();
    if let Some(agent) = &record.agent {
        all.push(attribute("gen_ai.agent.name", agent.as_str().into()));
    }
    if let Some(tool) = record.action.as_deref().and_then(|action| action.strip_prefix(TOOL)) {
        all.push(attribute("gen_ai.operation.name", "execute_tool".into()));
        all.push(attribute("gen_ai.tool.name", tool.into()));
    }
    if let Some(person) = &record.person {
        all.push(attribute("user.id", person.as_str().into()));
    }
    for (name, value) in members {
        let value = match &record.question {
            // As it was asked, byte for byte: `digest` is over exactly this.
            Some(question) if name == "question" => question.get().into(),
            _ => value.clone(),
        };
        if !value.is_null() {
            all.push(attribute(&format!("failclosed.{name}"), value));
        }
    }
    all.into()
}

fn attribute(name: &str, value: Value) -> Value {
    json!({ "key": name, "value": any(value) })
}

/// A value as OTLP has it.
fn any(value: Value) -> Value {
    match value {
        Value::Null => json!({}),
        Value::Bool(value) => json!({ "boolValue": value }),
        Value::String(text) => json!({ "stringValue": text }),
        Value::Number(number) => match (number.as_i64(), number.as_u64()) {
            // 64 bits are a text in this encoding: most readers of JSON have floats.
            (Some(number), _) => json!({ "intValue": number.to_string() }),
            // Too large for it, and a float would be another number.
            (None, Some(number)) => json!({ "stringValue": number.to_string() }),
            (None, None) => json!({ "doubleValue": number }),
        },
        Value::Array(values) => {
            json!({ "arrayValue": { "values": values.into_iter().map(any).collect::<Vec<_>>() } })
        }
        Value::Object(members) => {
            let pairs = members.into_iter().map(|(name, value)| attribute(&name, value));
            json!({ "kvlistValue": { "values": pairs.collect::<Vec<_>>() } })
        }
    }
}

pub(super) fn kind(record: &Record) -> &'static str {
    match record.record {
        Kind::Decision => "decision",
        Kind::Outcome => "outcome",
        Kind::Lost => "lost",
        Kind::Repaired => "repaired",
        _ => "record",
    }
}

/// How much somebody should look at it: a number of OpenTelemetry's, and its word.
pub(super) fn severity(record: &Record) -> (u8, &'static str) {
    const INFO: (u8, &str) = (9, "INFO");
    const WARN: (u8, &str) = (13, "WARN");
    const ERROR: (u8, &str) = (17, "ERROR");
    match record.record {
        _ if record.danger.is_some() => ERROR,
        Kind::Decision => match record.cause.as_deref() {
            // Nobody is ever allowed what a self check asks for.
            None if record.self_check => ERROR,
            None => INFO,
            Some(_) if record.self_check => INFO,
            Some("denied" | "needs_approval" | "cancelled") => WARN,
            Some(_) => ERROR,
        },
        Kind::Outcome => match record.outcome.as_deref() {
            Some("completed") => INFO,
            Some("failed" | "abandoned") => WARN,
            _ => ERROR,
        },
        Kind::Lost => ERROR,
        Kind::Repaired | _ => WARN,
    }
}

fn nanos(ms: u64) -> String {
    ms.saturating_mul(1_000_000).to_string()
}

fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
