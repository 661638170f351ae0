#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::*;
use crate::{audit::line::hex, subject::MOST_DELEGATIONS};

const CHAIN: &str =
    r#""delegated_by":[{"agent":"shopper","person":null},{"agent":"buyer","person":"alice"}]"#;

/// A sealed line with this chain, of a question with that one.
fn line(chain: &str, asked: &str) -> String {
    let question = format!(r#"{{"subject":{{"agent":"clerk"{asked}}},"action":"pay"}}"#);
    let digest = hex(question.as_bytes());
    sealed(&format!(
        r#""record":"decision","at_ms":1,"call":"c","agent":"clerk","person":null,{chain},"action":"pay","verdict":"allow","digest":"{digest}","question":{question}"#
    ))
}

fn sealed(members: &str) -> String {
    let hashed = format!(r#"{{"v":1,"seq":0,"prev":"0",{members}"#);
    format!(r#"{hashed},"hash":"{}"}}"#, hex(hashed.as_bytes()))
}

const ASKED: &str = r#","delegated_by":[{"agent":"shopper","on_behalf_of":null},{"agent":"buyer","on_behalf_of":"alice"}]"#;

#[test]
fn a_chain_is_read_as_it_was_written() {
    let record = Record::read(line(CHAIN, ASKED).as_bytes()).unwrap();
    let agents: Vec<_> = record.delegated_by.iter().map(|by| by.agent.as_str()).collect();
    assert_eq!(agents, ["shopper", "buyer"]);
    let none = Record::read(line(r#""ignored":[]"#, "").as_bytes()).unwrap();
    assert!(none.delegated_by.is_empty());
    // An argument may be called anything.
    let argument = r#"},"arguments":{"delegated_by":["x"]"#;
    assert!(Record::read(line(r#""ignored":[]"#, argument).as_bytes()).is_ok());
}

#[test]
fn a_chain_that_no_writer_writes_is_no_record() {
    let many = [r#"{"agent":"a","person":null}"#; MOST_DELEGATIONS + 1].join(",");
    let asked_many = [r#"{"agent":"a","on_behalf_of":null}"#; MOST_DELEGATIONS + 1].join(",");
    let one = r#""delegated_by":[{"agent":"shopper","person":null}]"#;
    for (chain, asked) in [
        (r#""delegated_by":[]"#, ""),
        (r#""delegated_by":null"#, ""),
        (r#""delegated_by":"shopper""#, ASKED),
        (r#""delegated_by":[{"person":null}]"#, ASKED),
        (r#""delegated_by":[{"agent":"shopper","person":null,"role":"root"}]"#, ASKED),
        (&format!(r#""delegated_by":[{many}]"#), &format!(r#","delegated_by":[{asked_many}]"#)),
        (&format!("{CHAIN},{CHAIN}"), ASKED),
        // That of another question, or of none.
        (one, ASKED),
        (r#""ignored":[]"#, ASKED),
        (CHAIN, ""),
    ] {
        let read = Record::read(line(chain, asked).as_bytes());
        assert!(matches!(read, Err(RecordFault::Shape(_))), "{chain} {asked}: {read:?}");
    }
}

#[test]
fn a_chain_leads_to_somebody() {
    for members in [
        format!(
            r#""record":"outcome","at_ms":1,"call":"c","agent":"a",{CHAIN},"outcome":"completed""#
        ),
        format!(
            r#""record":"decision","at_ms":1,"call":"c",{CHAIN},"action":"pay","verdict":"deny""#
        ),
    ] {
        let read = Record::read(sealed(&members).as_bytes());
        assert!(matches!(read, Err(RecordFault::Shape(_))), "{members}: {read:?}");
    }
}
