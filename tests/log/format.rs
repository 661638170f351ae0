//! What stands in a line, and that others can read it.

use std::{
    collections::HashSet,
    fs,
    io::Write as _,
    process::{Command, Stdio},
    time::Duration,
};

use failclosed::{
    Decision, Denial, Guard, NoDecision, Request, Subject,
    approval::Approver,
    audit::{Kind, RECORD_SCHEMA, Record, Writer, WriterOptions, verify_each},
    authority::Answer,
    authority_fn, danger,
    decision::Ask,
    guarded,
};
use serde_json::Value;
use uuid::Uuid;

use crate::common::{Scratch, buy};

struct Yes;

impl Approver for Yes {
    fn approve<'a>(&'a self, request: &'a Request<'a>, ask: &'a Ask) -> Answer<'a> {
        ask.approved(request).into()
    }
}

/// A log with a record of each kind and of each sort of decision, as text.
async fn of_all_kinds() -> (Scratch, String) {
    let scratch = Scratch::new();
    for round in 0..2 {
        let authority = authority_fn(async |request| {
            let decision = match request.argument::<u64>("amount")? {
                1 => Decision::allow(),
                2 => Decision::deny("no \u{1b}[2J \"really\" not"),
                3 => Decision::ask("really?"),
                _ => return Err(NoDecision::unavailable("gone")),
            };
            Ok(decision.rule("limit").decision_id("d-7").version("policies a"))
        });
        let writer = WriterOptions::default().program("shop 1.4.2 \"beta\"");
        let writer = writer.open(scratch.store()).unwrap();
        let shopper = Subject::agent("shopper").unwrap().on_behalf_of("alice").unwrap();
        let guard = Guard::builder(shopper.clone(), authority, writer.clone());
        let guard = guard.approver(Yes, Duration::from_secs(5));
        let guard = danger::unchecked(guard, "a test").unwrap();
        for amount in 1..=4 {
            drop(buy(&guard, "dos \u{202e} caf\u{e9}s", amount).await);
        }
        drop(buy(&guard, &"long ".repeat(40_000), 1).await);
        drop(guard.self_check().await);
        let everybody = danger::AllowEverything::because("a test").unwrap();
        let careless = Guard::builder(shopper, everybody, writer.clone());
        let careless = danger::unchecked(careless, "a test").unwrap();
        drop(buy(&careless, "lunch", 1).await);
        writer.close().await.unwrap();
        if round == 0 {
            let last = scratch.segments().pop().unwrap();
            let mut file = fs::OpenOptions::new().append(true).open(last).unwrap();
            file.write_all(b"{\"v\":1,\"se").unwrap();
        }
    }
    let text = fs::read_to_string(&scratch.segments()[0]).unwrap();
    (scratch, text)
}

/// The schema, and one that takes no member that it does not describe.
fn schemas() -> [jsonschema::Validator; 2] {
    let mut schema: Value = serde_json::from_str(RECORD_SCHEMA).unwrap();
    let open = jsonschema::validator_for(&schema).unwrap();
    schema["additionalProperties"] = false.into();
    schema["properties"]["approval"]["additionalProperties"] = false.into();
    [open, jsonschema::validator_for(&schema).unwrap()]
}

#[tokio::test]
async fn each_line_is_what_the_schema_says_and_the_schema_says_all_of_it() {
    let (scratch, text) = of_all_kinds().await;
    let [open, closed] = schemas();
    for line in text.lines() {
        let value: Value = serde_json::from_str(line).unwrap();
        let faults: Vec<_> = closed.iter_errors(&value).map(|fault| fault.to_string()).collect();
        assert!(faults.is_empty(), "{faults:?} in {line}");
        // What is not that record is none to the schema: each of these breaks one of its rules.
        let breaks: [fn(&mut Value); 4] = [
            |value| value["hash"] = "0".into(),
            |value| value["seq"] = (-1).into(),
            |value| value["record"] = "note".into(),
            |value| drop(value.as_object_mut().unwrap().remove("prev")),
        ];
        for breaks in breaks {
            let mut broken = value.clone();
            breaks(&mut broken);
            assert!(!open.is_valid(&broken), "{broken}");
        }
        if value["record"] == "decision" {
            let mut broken = value.clone();
            broken["verdict"] = if value["verdict"] == "allow" { "deny" } else { "allow" }.into();
            assert!(!open.is_valid(&broken), "{broken}");
        }
    }
    // The log had everything to show.
    let records = scratch.records();
    let count = |what: fn(&Record) -> bool| records.iter().filter(|record| what(record)).count();
    assert_eq!(count(|record| record.record == Kind::Repaired), 1);
    assert!(count(|record| record.record == Kind::Outcome) >= 6);
    assert_eq!(count(|record| record.approval.is_some()), 2);
    assert_eq!(count(|record| record.danger.is_some()), 2);
    assert!(count(|record| record.self_check) >= 2);
    assert_eq!(count(|record| record.question_bytes.is_some() && record.question.is_none()), 2);
}

#[tokio::test]
async fn a_decision_says_where_it_was_asked_and_how_long_it_took() {
    let (scratch, _) = of_all_kinds().await;
    for record in scratch.records().iter().filter(|record| record.record == Kind::Decision) {
        assert!(record.took_us.is_some_and(|took| took < 60_000_000), "{record:?}");
        let site = record.site.as_deref();
        let expected = if record.self_check { None } else { Some(charge_stands_at()) };
        assert_eq!(site.map(file_and_line), expected.as_deref().map(file_and_line));
    }
}

/// Who wrote it, in which process, and which record it is among all that there are.
#[tokio::test]
async fn a_record_says_who_wrote_it() {
    let (scratch, _) = of_all_kinds().await;
    let records = scratch.records();
    let mut ids = HashSet::new();
    for record in &records {
        assert_eq!(record.program.as_deref(), Some("shop 1.4.2 \"beta\""));
        assert_eq!(record.pid, Some(std::process::id()));
        assert_eq!(record.host.as_deref(), Some(&*host()));
        let id = record.id.clone().unwrap();
        let id: Uuid = id.parse().unwrap();
        assert_eq!(id.get_version_num(), 7);
        let (seconds, nanos) = id.get_timestamp().unwrap().to_unix();
        assert_eq!(seconds * 1_000 + u64::from(nanos / 1_000_000), record.at_ms);
        assert!(ids.insert(id), "{id} was given twice");
    }
    let decision = |record: &&Record| record.record == Kind::Decision && !record.self_check;
    let asked: Vec<_> = records.iter().filter(decision).collect();
    assert!(asked.iter().all(|record| record.function.as_deref() == Some("log::common::charge")));
    // The person took some of the time, in the calls that were put to them.
    for record in &asked {
        let of_person = record.approver_us.is_some();
        assert_eq!(of_person, record.approval.is_some(), "{record:?}");
        assert!(record.approver_us <= record.took_us);
    }
    // And the permit came after the answer.
    for ended in records.iter().filter(|record| record.record == Kind::Outcome) {
        let of_call = |record: &&&Record| record.call == ended.call;
        let decided = asked.iter().find(of_call).and_then(|record| record.took_us);
        assert!(ended.permit_us > decided, "{ended:?}");
    }
}

fn host() -> String {
    let name = Command::new("uname").arg("-n").output().unwrap();
    String::from_utf8(name.stdout).unwrap().trim().to_owned()
}

/// Without a macro: where it was called.
#[tokio::test]
async fn a_guarded_body_without_a_macro_says_where_it_is() {
    #[derive(failclosed::Action)]
    #[action(name = "purchase")]
    struct Purchase;

    let scratch = Scratch::new();
    let writer = Writer::open(scratch.store()).unwrap();
    let guard = crate::common::guard(&writer);
    let line = line!() + 1;
    guard.run(Purchase, async |_| Ok::<_, Denial>(())).await.unwrap();
    writer.close().await.unwrap();
    let record = &scratch.records()[0];
    let site = record.site.as_deref().map(file_and_line);
    assert_eq!(site, Some(&*format!("tests/log/format.rs:{line}")));
    let function = record.function.as_deref();
    assert_eq!(function, Some("log::format::a_guarded_body_without_a_macro_says_where_it_is"));
}

/// Of a guarded trait: where its attribute stands, and the type that carries the method's arguments.
#[tokio::test]
async fn a_method_of_a_guarded_trait_says_which_it_is() {
    let scratch = Scratch::new();
    let writer = Writer::open(scratch.store()).unwrap();
    let shop: Box<dyn Payments> = Box::new(crate::common::guard(&writer).wrap(Stripe));
    shop.charge(742).await.unwrap();
    writer.close().await.unwrap();
    let record = &scratch.records()[0];
    let here = include_str!("format.rs");
    let at = here.lines().position(|line| line == "#[guarded]").unwrap() + 1;
    let site = record.site.as_deref().map(file_and_line);
    assert_eq!(site, Some(&*format!("tests/log/format.rs:{at}")));
    assert_eq!(record.function.as_deref(), Some("log::format::payments::ChargeArgs"));
}

#[guarded]
trait Payments {
    #[requires_permission(action = "purchase")]
    async fn charge(&self, cents: u64) -> Result<u64, Denial>;
}

struct Stripe;

#[guarded]
impl Payments for Stripe {
    async fn charge(&self, cents: u64) -> Result<u64, Denial> {
        Ok(cents)
    }
}

fn file_and_line(site: &str) -> &str {
    site.rsplit_once(':').unwrap().0
}

/// The attribute of the function that everybody here calls.
fn charge_stands_at() -> String {
    let text = include_str!("common.rs");
    let at = text.lines().position(|line| line.starts_with("#[requires_permission")).unwrap();
    format!("tests/log/common.rs:{}:1", at + 1)
}

/// Hash and digest, without us and without a parser.
const ONE_LINER: &str = r#"import sys,hashlib as h
for l in sys.stdin.buffer:
    body,_,seal=l.rpartition(b',"hash":"');_,asked,ask=body.partition(b'"question":{')
    print(h.sha256(body).hexdigest()==seal[:64].decode(),h.sha256(b'{'+ask).hexdigest().encode() in body if asked else None)"#;

#[tokio::test]
async fn python_recomputes_hash_and_digest_from_a_line() {
    let (_scratch, text) = of_all_kinds().await;
    let changed = text.replace("caf\u{e9}s", "cafes");
    for (text, hash, digest) in [(&text, "True", "True"), (&changed, "False", "False")] {
        let mut python = Command::new("python3");
        let python = python.args(["-c", ONE_LINER]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut python = python.spawn().unwrap();
        python.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        let said = String::from_utf8(python.wait_with_output().unwrap().stdout).unwrap();
        assert_eq!(said.lines().count(), text.lines().count());
        for (line, said) in text.lines().zip(said.lines()) {
            let whole = !line.contains("cafes");
            let asked = line.contains("\"question\":{");
            let expected = [
                if whole { "True" } else { hash },
                if !asked {
                    "None"
                } else if whole {
                    "True"
                } else {
                    digest
                },
            ];
            assert_eq!(said, expected.join(" "), "{line}");
        }
    }
}

/// What an earlier program wrote.
#[test]
fn a_log_of_each_version_is_read() {
    let scratch = Scratch::new();
    fs::create_dir(scratch.path()).unwrap();
    fs::write(scratch.path().join("00000000000000000000.jsonl"), include_str!("versions/1.jsonl"))
        .unwrap();
    let mut told = Vec::new();
    let whole = verify_each(scratch.path(), |record| {
        let said = [&record.verdict, &record.outcome, &record.cause, &record.rule];
        told.push(said.map(|part| part.clone().unwrap_or_else(|| "-".to_owned())).join(" "));
    });
    assert_eq!(whole.unwrap().unwrap().records, 5);
    assert_eq!(
        told,
        [
            "deny - denied -",
            "allow - - alice-lets-the-shopper-buy; budget",
            "- completed - -",
            "deny - denied spending-limit",
            "deny - unavailable -",
        ]
    );
    let [open, _] = schemas();
    for line in include_str!("versions/1.jsonl").lines() {
        let value = serde_json::from_str(line).unwrap();
        assert!(open.is_valid(&value), "{line}");
    }
}
