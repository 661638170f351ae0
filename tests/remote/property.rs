//! Whatever bytes come back, only the one shape is an allow: compared with a second reading of the
//! same bytes.
//!
//! `FAILCLOSED_CASES` sets how many replies are tried for each format; the slow lane
//! (`cargo xtask soak`) tries a million.

use std::{
    env,
    sync::{Arc, Mutex},
};

use failclosed::{
    Decision, Guard, Request, Subject,
    authority::answer_fn,
    http::{AuthZen, Behalf, Dialect, Object, Opa, OpenFga, SpiceDb},
};
use failclosed_tests::Shop;
use proptest::{
    collection::vec,
    prelude::*,
    sample::select,
    test_runner::{Config, TestRunner},
};

use crate::reading;

/// What mutations put into a reply: the words that would make or unmake an allow.
const PIECES: [&str; 46] = [
    "true",
    "false",
    "null",
    "1",
    "\"true\"",
    "\"\"",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    " ",
    "\n",
    "\u{0}",
    "\u{feff}",
    "\\u0061",
    "\\",
    "-",
    "0",
    "e9",
    "{}",
    "[]",
    "{\"allowed\":true}",
    "\"allowed\":true,",
    "\"allowed\":false,",
    "\"Allowed\":true,",
    "\"decision\":true,",
    "\"decision\":false,",
    "\"result\":true,",
    "\"result\":false,",
    "\"shadow\":true,",
    "\"shadowDecision\":{},",
    "\"approvalRequired\":true,",
    "\"approvalRequired\":false,",
    "\"approvalId\":\"apr_1\",",
    "\"context\":{},",
    "\"context\":{\"obligations\":[1]},",
    "\"context\":{\"x\":1},",
    "\"error\":1,",
    "\"warning\":{},",
    "\"partialCaveatInfo\":{},",
    "\"permissionship\":\"PERMISSIONSHIP_NO_PERMISSION\",",
    "\"reason\":\"\",",
    "\"id\":\"7\",",
];

#[derive(Debug, Clone)]
enum Mutation {
    Insert(usize, &'static str),
    Remove(usize, usize),
    Repeat(usize, usize),
    Byte(usize, u8),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    prop_oneof![
        4 => (any::<usize>(), select(PIECES.as_slice())).prop_map(|(at, piece)| Mutation::Insert(at, piece)),
        2 => (any::<usize>(), 1..12_usize).prop_map(|(at, bytes)| Mutation::Remove(at, bytes)),
        1 => (any::<usize>(), 1..40_usize).prop_map(|(at, bytes)| Mutation::Repeat(at, bytes)),
        1 => (any::<usize>(), any::<u8>()).prop_map(|(at, byte)| Mutation::Byte(at, byte)),
    ]
}

fn mutate(reply: &str, mutations: Vec<Mutation>) -> Vec<u8> {
    let mut bytes = reply.as_bytes().to_vec();
    for mutation in mutations {
        let size = bytes.len();
        let place = |at: usize| at % (size + 1);
        match mutation {
            Mutation::Insert(at, piece) => drop(bytes.splice(place(at)..place(at), piece.bytes())),
            Mutation::Remove(at, count) => {
                drop(bytes.drain(place(at)..size.min(place(at) + count)));
            }
            Mutation::Repeat(at, count) => {
                let piece = bytes[place(at)..size.min(place(at) + count)].to_vec();
                drop(bytes.splice(place(at)..place(at), piece));
            }
            Mutation::Byte(at, byte) => {
                if let Some(place) = bytes.get_mut(place(at)) {
                    *place = byte;
                }
            }
        }
    }
    bytes
}

/// Mutated replies, at times not at all, and bytes without any sense.
fn replies(valid: &'static [&'static str]) -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        19 => (select(valid), vec(mutation(), 0..5)).prop_map(|(reply, many)| mutate(reply, many)),
        1 => vec(any::<u8>(), 0..200),
    ]
}

fn cases() -> u32 {
    match env::var("FAILCLOSED_CASES") {
        Ok(cases) => cases.parse().expect("FAILCLOSED_CASES is a number"),
        Err(_) => 10_000,
    }
}

/// Runs something with a real request of a real call.
async fn with_request(run: impl Fn(&Request<'_>) -> Result<(), String> + Send + Sync + 'static) {
    let result = Arc::new(Mutex::new(None));
    let kept = result.clone();
    let authority = answer_fn(move |request| {
        *kept.lock().unwrap() = Some(run(request));
        Decision::deny("only looking").into()
    });
    let guard = failclosed::danger::unchecked(
        Guard::builder(
            Subject::agent("shopper").unwrap(),
            authority,
            failclosed::audit::MemoryLog::new(),
        ),
        "a test",
    )
    .unwrap();
    drop(Shop::new(guard).charge("coachella.com", 742).await);
    if let Err(why) = result.lock().unwrap().take().expect("the authority was asked") {
        panic!("{why}");
    }
}

async fn agree(
    dialect: impl Dialect + 'static,
    valid: &'static [&'static str],
    reading: fn(&[u8]) -> bool,
) {
    with_request(move |request| {
        let config = Config { cases: cases(), failure_persistence: None, ..Config::default() };
        let (allowed, refused) = (std::cell::Cell::new(0_u32), std::cell::Cell::new(0_u32));
        let outcome = TestRunner::new(config).run(&replies(valid), |bytes| {
            let ours = Object::parse(&bytes).and_then(|reply| dialect.decision(request, &reply));
            let ours = matches!(ours, Ok(Decision::Allow(_)));
            let counter = if ours { &allowed } else { &refused };
            counter.set(counter.get() + 1);
            prop_assert_eq!(ours, reading(&bytes), "{}", String::from_utf8_lossy(&bytes));
            Ok(())
        });
        // A property that never saw an allow, or a refusal, has shown nothing.
        let (allowed, refused) = (allowed.get(), refused.get());
        assert!(outcome.is_err() || (allowed > 100 && refused > 100), "{allowed} {refused}");
        println!("{}: {allowed} allowed, {refused} refused", dialect.name());
        outcome.map_err(|failure| failure.to_string())
    })
    .await;
}

#[tokio::test]
async fn behalf() {
    let valid = [
        r#"{"requestId":"req_1","allowed":true,"approvalRequired":false,"reason":"ok","risk":"low"}"#,
        r#"{"requestId":"req_1","allowed":false,"approvalRequired":true,"approvalId":"apr_1","reason":"ask","risk":"low"}"#,
        r#"{"requestId":"r","allowed":true,"reason":"ok","shadow":true,"shadowDecision":{"allowed":false}}"#,
    ];
    agree(Behalf::new(), valid.to_vec().leak(), reading::behalf_allows).await;
}

#[tokio::test]
async fn authzen() {
    let valid = [
        r#"{"decision":true}"#,
        r#"{"decision":true,"context":{"id":"1","reason_user":{"en":"ok"},"obligations":[]}}"#,
        r#"{"decision":false,"context":{"error":{"status":500}}}"#,
        r#"{"decision":true,"context":{"obligations":["step-up"],"note":""}}"#,
    ];
    agree(AuthZen::new(), valid.to_vec().leak(), reading::authzen_allows).await;
}

#[tokio::test]
async fn opa() {
    let valid = [r#"{"result":true,"decision_id":"4ca6"}"#, r#"{"result":false}"#, "{}"];
    let opa = Opa::rule("shop/allow").unwrap();
    agree(opa, valid.to_vec().leak(), reading::opa_allows).await;
}

#[tokio::test]
async fn openfga() {
    let valid = [r#"{"allowed":true,"resolution":""}"#, r#"{"allowed":false,"resolution":""}"#];
    let openfga = OpenFga::new("s", "m").unwrap();
    agree(openfga, valid.to_vec().leak(), reading::openfga_allows).await;
}

#[tokio::test]
async fn spicedb() {
    let valid = [
        r#"{"checkedAt":{"token":"t"},"permissionship":"PERMISSIONSHIP_HAS_PERMISSION"}"#,
        r#"{"permissionship":"PERMISSIONSHIP_HAS_PERMISSION","partialCaveatInfo":null}"#,
        r#"{"permissionship":"PERMISSIONSHIP_CONDITIONAL_PERMISSION","partialCaveatInfo":{"missingRequiredContext":["x"]}}"#,
    ];
    agree(SpiceDb::new(), valid.to_vec().leak(), reading::spicedb_allows).await;
}
