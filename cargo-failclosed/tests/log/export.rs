//! What other programs get: all of it, and in their words.

use std::fs;

use serde_json::Value;

use crate::{ALLOW, DENY, DONE, Scratch, log, run, segment};

const QUESTION: &str = r#""question_bytes":137,"question":{"subject":{"agent":"bot"},"action":"pay","resource":{"kind":"Vendor","id":"acme"},"arguments":{"note":"=1+1\n","cents":18446744073709551615},"context":{}}"#;

/// One of each.
fn of_all_kinds() -> (Scratch, String) {
    let question = QUESTION.split_once(r#""question":"#).unwrap().1;
    let digest = crate::hex(question);
    let asked = |decision: &str| {
        let decision = decision.replace(r#","digest":"d""#, "");
        format!(r#"{decision},"digest":"{digest}",{QUESTION}"#)
    };
    let by_a_person =
        asked(ALLOW) + r#","rule":"r","approval":{"question":"q","through":"terminal","by":null}"#;
    let written =
        r#""id":"019ab2c3-0000-7000-8000-000000000000","host":"h","pid":7,"program":"=shop 1.4","#;
    let policies = r#","policies":["aa","bb"],"function":"shop::pay","approver_us":5"#;
    let by_policy = format!("{written}{}{policies}", asked(ALLOW));
    let done = format!("{written}{},\"permit_us\":9", DONE.replace("returned", "completed"));
    let careless = asked(ALLOW) + r#","danger":"a test","person":"alice","self_check":true"#;
    let mut records = vec![
        by_policy,
        by_a_person,
        careless,
        done,
        DONE.replace("returned", "abandoned"),
        DONE.replace("returned", "failed"),
        r#""record":"lost","at_ms":1,"outcomes":3"#.to_owned(),
        r#""record":"repaired","at_ms":1,"cut_bytes":3,"cut_sha256":"x""#.to_owned(),
    ];
    for cause in ["denied", "needs_approval", "timed_out", "cancelled", "not_configured"] {
        let deny = DENY.replace("\"policy\"", &format!("\"{cause}\""));
        records.push(format!(r#"{deny},"reason":"=no","detail":"d","rule":"-r""#));
    }
    let records: Vec<_> = records.iter().map(String::as_str).collect();
    let (scratch, _) = log(&records);
    let text = fs::read_to_string(segment(&scratch)).unwrap();
    (scratch, text)
}

#[test]
fn events_are_what_ocsf_says() {
    let (scratch, text) = of_all_kinds();
    let (code, out, err) = run("export", &scratch.0, &["--as", "ocsf"]);
    assert_eq!((code, out.lines().count()), (Some(0), text.lines().count()), "{err}");
    let schema_of = |class: &str| {
        let mut schema: Value = serde_json::from_str(include_str!("ocsf.schema.json")).unwrap();
        schema["$ref"] = format!("#/$defs/{class}").into();
        jsonschema::validator_for(&schema).unwrap()
    };
    let (base, api) = (schema_of("base_event"), schema_of("api_activity"));
    let events: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for (event, line) in events.iter().zip(text.lines()) {
        let loss = line.contains("\"lost\"") || line.contains("\"repaired\"");
        let schema = if loss { &base } else { &api };
        let faults: Vec<_> = schema.iter_errors(event).map(|fault| fault.to_string()).collect();
        assert!(faults.is_empty(), "{faults:?}\n{event}");
        // Total: the record itself is in it.
        assert_eq!(event["raw_data"], *line);
        for required in ["metadata", "time", "severity_id", "type_uid"] {
            let mut broken = event.clone();
            broken.as_object_mut().unwrap().remove(required);
            assert!(!schema.is_valid(&broken), "without {required}: {broken}");
        }
        let mut broken = event.clone();
        broken["verdict"] = "allow".into();
        assert!(!schema.is_valid(&broken), "{broken}");
    }
    let column = |name: &str| events.iter().map(|event| event[name].as_u64()).collect::<Vec<_>>();
    let (no, some) = (None, Some);
    assert_eq!(
        column("disposition_id"),
        [
            some(1),
            some(8),
            some(1),
            no,
            no,
            no,
            no,
            no,
            some(2),
            some(2),
            some(27),
            some(6),
            some(26)
        ]
    );
    assert_eq!(column("action_id")[..3], [some(1); 3]);
    assert_eq!(column("action_id")[8..], [some(2); 5]);
    assert_eq!(
        column("status_id")[..8],
        [some(1), some(1), some(1), some(1), some(0), some(2), some(0), some(0)]
    );
    assert_eq!(column("severity_id")[..3], [some(1), some(1), some(4)]);
    assert_eq!(events[0]["api"]["request"]["data"]["cents"].as_u64(), Some(u64::MAX));
    assert_eq!(events[0]["resources"][0]["uid"], "acme");
    assert_eq!(events[2]["actor"]["user"]["name"], "alice");
    assert_eq!(events[0]["metadata"]["correlation_uid"], events[3]["metadata"]["correlation_uid"]);
}

/// Read by another implementation, and with no formula in it.
#[test]
fn a_table_has_every_member_of_every_record() {
    let (scratch, text) = of_all_kinds();
    let (code, out, _) = run("export", &scratch.0, &["--as", "csv"]);
    assert_eq!(code, Some(0));
    let mut table = csv::Reader::from_reader(out.as_bytes());
    let heads = table.headers().unwrap().clone();
    let rows: Vec<_> = table.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), text.lines().count());
    for (row, line) in rows.iter().zip(text.lines()) {
        let record: Value = serde_json::from_str(line).unwrap();
        let cell = |name: &str| row.get(heads.iter().position(|head| head == name).unwrap());
        for (name, value) in record.as_object().unwrap() {
            let expected = match value {
                Value::Null => String::new(),
                Value::String(text) => text.clone(),
                Value::Object(_) if name == "approval" => {
                    assert_eq!(cell("approval_through"), Some("terminal"));
                    continue;
                }
                Value::Object(_) => {
                    assert!(line.contains(cell(name).unwrap()), "{name}");
                    continue;
                }
                // The version of the line's format, which the table does not have.
                _ if name == "v" => continue,
                Value::Bool(_) | Value::Number(_) | Value::Array(_) => value.to_string(),
            };
            let formula = expected.starts_with(['=', '-']);
            let expected = if formula { format!("'{expected}") } else { expected };
            assert_eq!(cell(name), Some(expected.as_str()), "{name} of {line}");
        }
    }
}

/// What no record above has, too.
#[test]
fn a_table_has_a_column_for_each_member_there_is() {
    let (scratch, _) = of_all_kinds();
    let (_, out, _) = run("export", &scratch.0, &["--as", "csv"]);
    let heads: Vec<_> = out.lines().next().unwrap().split(',').collect();
    let schema: Value = serde_json::from_str(failclosed_runtime::audit::RECORD_SCHEMA).unwrap();
    let members = schema["properties"].as_object().unwrap();
    let missing = |name: &&String| match name.as_str() {
        // The version of the line's format, which the table does not have.
        "v" => false,
        "approval" => !heads.contains(&"approval_by"),
        name => !heads.contains(&name),
    };
    assert_eq!(members.keys().filter(missing).collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn lines_are_given_as_they_are_and_chosen() {
    let (scratch, text) = of_all_kinds();
    assert_eq!(run("export", &scratch.0, &["--as", "json"]).1, text);
    let (_, out, _) = run("export", &scratch.0, &["--as", "json", "--cause", "timed_out"]);
    assert_eq!(out.lines().count(), 1, "{out}");
}
