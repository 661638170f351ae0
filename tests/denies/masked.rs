//! What is marked `mask` is known to the authority and the body: people and logs see a keyed hash.

use std::sync::{Arc, Mutex, mpsc::Sender};

use failclosed::{
    Action, Cause, Decision, Denial, Guard, NoDecision, Permit, Request, Subject, all_of,
    approval::{Approver, Presentation},
    audit::{AuditSink, DecisionRecord, MaskKey, MemoryLog, OutcomeRecord, Recording},
    authority::{Answer, answer_fn},
    authority_fn,
    danger::ObserveOnly,
    decision::Ask,
    guard::Observer,
    guarded, requires_permission,
};
use failclosed_tests::{Events, Rig, Shop, block_on};
use serde_json::{Value, json};

const TOKEN: &str = "sk_live_zq42zq42";

#[requires_permission(action = "fetch", guard = shop.guard(), skip(shop), mask(token))]
async fn fetch(shop: &Shop, url: &str, token: &str) -> Result<usize, Denial> {
    shop.ran();
    Ok(url.len() + token.len())
}

struct Header {
    token: String,
    trace: u8,
}

#[requires_permission(
    action = "fetch", guard = shop.guard(), args(token = header.token), skip(shop, header), mask(token)
)]
async fn named(shop: &Shop, url: &str, header: Header) -> Result<usize, Denial> {
    shop.ran();
    Ok(url.len() + header.token.len() + usize::from(header.trace))
}

#[derive(Action)]
#[action(name = "fetch", resource = url)]
struct Fetch<'a> {
    url: &'a str,
    #[action(mask)]
    token: &'a str,
}

#[requires_permission(action = Fetch { url, token }, guard = shop.guard(), skip(shop))]
async fn carried(
    #[permit] permit: Permit<'_, Fetch<'_>>,
    shop: &Shop,
    url: &str,
    token: &str,
) -> Result<usize, Denial> {
    shop.ran();
    assert_eq!(permit.token, TOKEN);
    Ok(url.len() + token.len())
}

#[guarded]
trait Web {
    #[requires_permission(action = "fetch", mask(token))]
    async fn fetch(&self, url: &str, token: &str) -> Result<usize, Denial>;
}

struct Client(Shop);

#[guarded]
impl Web for Client {
    async fn fetch(&self, url: &str, token: &str) -> Result<usize, Denial> {
        self.0.ran();
        Ok(url.len() + token.len())
    }
}

const FORMS: [&str; 4] = ["named", "parameter", "carried", "trait"];

async fn call(form: &str, shop: &Shop) -> Result<usize, Denial> {
    match form {
        "parameter" => fetch(shop, "/a", TOKEN).await,
        "named" => named(shop, "/a", Header { token: TOKEN.into(), trace: 0 }).await,
        "carried" => carried(shop, "/a", TOKEN).await,
        "trait" => shop.guard().wrap(Client(shop.clone())).fetch("/a", TOKEN).await,
        _ => panic!("no such form: {form}"),
    }
}

/// Everything that somebody but the authority is given to see of a request.
fn seen(request: &Request<'_>) -> String {
    let question = String::from_utf8(request.question().to_vec()).unwrap();
    let arguments = serde_json::to_string(&request.arguments()).unwrap();
    let token = request.argument::<String>("token").unwrap();
    assert!(token.starts_with("masked:") && token.len() == 39, "{token}");
    format!("{question} {arguments} {token} {request:?} {:?}", request.digest().unwrap())
}

#[derive(Clone)]
struct Nosy(Sender<String>);

impl Approver for Nosy {
    fn approve<'a>(&'a self, request: &'a Request<'a>, ask: &'a Ask) -> Answer<'a> {
        let screen = Presentation::of(request, ask).unwrap().to_string();
        assert!(screen.contains("Argument token = \"masked:"), "{screen}");
        assert!(screen.contains("Note     a masked value is known to the authority"), "{screen}");
        self.0.send(format!("{screen} {}", seen(request))).unwrap();
        ask.approved(request).into()
    }
}

impl AuditSink for Nosy {
    fn decision(&self, record: &DecisionRecord<'_>) -> Recording<'_> {
        self.0.send(format!("{record:?} {}", seen(record.request))).unwrap();
        Recording::ready(Ok(()))
    }

    fn outcome(&self, record: &OutcomeRecord<'_>) {
        self.0.send(format!("{record:?}")).unwrap();
    }
}

impl Observer for Nosy {
    fn denied(&self, request: &Request<'_>, denial: &Denial) {
        self.0.send(format!("{} {denial:?} {}", seen(request), denial.operator())).unwrap();
    }
}

/// What the authority does, and with what it ends. Each time it was shown the token.
type Row = (fn(&str) -> Result<Decision, NoDecision>, Option<Cause>);

const ROWS: [Row; 6] = [
    (|_| Ok(Decision::allow()), None),
    (|token| Ok(Decision::allow().rule(format!("tokens/{token}")).decision_id(token)), None),
    (|_| Ok(Decision::ask("may it?")), None),
    (|token| Ok(Decision::deny(format!("{token} is revoked"))), Some(Cause::Denied)),
    (|token| Err(NoDecision::malformed(format!("bad `{token:?}`"))), Some(Cause::Malformed)),
    (|token| panic!("no such token: {token}"), Some(Cause::Unavailable)),
];

#[test]
fn a_masked_argument_is_shown_to_the_authority_alone() {
    for (says, cause) in ROWS {
        for form in FORMS {
            let (sender, told) = std::sync::mpsc::channel();
            let nosy = Nosy(sender);
            let authority = answer_fn(move |request| {
                let token = request.argument::<String>("token").unwrap();
                assert_eq!(token, TOKEN);
                assert!(String::from_utf8_lossy(request.question()).contains(TOKEN));
                // The error of a wrong type quotes the value, but for a masked one.
                let wrong = request.value("token").unwrap().read::<u64>().unwrap_err();
                assert!(!wrong.to_string().contains("zq42"), "{wrong}");
                Answer::ready(says(&token))
            });
            let rig = Rig::with(authority)
                .approver(nosy.clone(), std::time::Duration::from_secs(5))
                .sink(nosy.clone())
                .more(|builder| builder.observer(nosy));
            let running = rig.build();
            let (result, mut all) = Events::during(|| block_on(call(form, &running.shop)));
            assert_eq!(result.as_ref().err().map(Denial::cause), cause, "{form}");
            assert_eq!(running.shop.bodies(), usize::from(cause.is_none()), "{form}");
            if let Err(denial) = result {
                all.push(format!("{denial} {denial:?} {}", denial.operator()));
                all.push(denial.detail().unwrap_or_default().to_owned());
            }
            all.extend(told.try_iter());
            let entries = running.log.entries();
            let record = serde_json::to_value(&entries[0]).unwrap();
            let token = record["arguments"]["token"].as_str().unwrap();
            assert!(token.starts_with("masked:"), "{record}");
            all.push(format!("{} {entries:?}", serde_json::to_string(&entries).unwrap()));
            let all = all.join("\n");
            assert!(all.contains(token) && all.contains("/a"), "nothing was looked at: {all}");
            assert!(!all.contains("zq42"), "{form}: {all}");
        }
    }
}

/// What an authority says, and where it says it.
type Says = fn(&str) -> Result<Decision, NoDecision>;

const QUOTING: [Says; 8] = [
    |token| Ok(Decision::deny(format!("bad token {token}"))),
    |token| Ok(Decision::deny(format!("bad token {token:?}"))),
    |token| match Decision::deny("no") {
        Decision::Deny(no) => Ok(no.with_detail(format!("it is {token}")).into()),
        Decision::Allow(_) | Decision::Ask(_) => panic!("a no is a no"),
    },
    |token| Err(NoDecision::unavailable(format!("for {token}: refused"))),
    |token| Err(NoDecision::malformed(format!("for {token:.20}: refused"))),
    |token| Err(NoDecision::malformed(serde_json::json!({ "bad": token }))),
    |token| Ok(Decision::allow().rule(format!("tokens/{token}"))),
    |token| Ok(Decision::ask(format!("may {token} be used?")).rule(format!("ask/{token}"))),
];

/// In several lines, with a line break behind it, longer than what is told, or in need of escapes.
fn odd_tokens() -> [String; 5] {
    [
        "-----BEGIN KEY-----\nzq42\nzq42\n-----END KEY-----\n".into(),
        "sk_live_zq42\n".into(),
        format!("ey{}", "Jzq42".repeat(1000)),
        "zq42\"\u{1}\\zq42'\t\u{7f}zq42".into(),
        format!("  {}", "\u{e9}zq42".repeat(100)),
    ]
}

/// A reason is one line of bounded length by the time that anybody looks for a value in it.
#[tokio::test]
async fn a_masked_value_is_found_however_it_is_quoted() {
    for (token, says) in odd_tokens().iter().flat_map(|token| QUOTING.map(|says| (token, says))) {
        for observing in [false, true] {
            let (sender, told) = std::sync::mpsc::channel();
            let nosy = Nosy(sender);
            let quoting = answer_fn(move |request| {
                let token = request.argument::<String>("token").unwrap();
                Answer::ready(says(&token))
            });
            let rig = if observing {
                let hour = std::time::Duration::from_secs(3600);
                Rig::with(ObserveOnly::new(quoting, "a test", hour).unwrap())
            } else {
                Rig::with(all_of(quoting, authority_fn(async |_| Ok(Decision::allow()))))
            };
            let rig = rig
                .approver(nosy.clone(), std::time::Duration::from_secs(5))
                .sink(nosy.clone())
                .more(|builder| builder.observer(nosy));
            let running = rig.build();
            let result = fetch(&running.shop, "/a", token).await;
            let mut all: Vec<_> = told.try_iter().collect();
            if let Err(denial) = result {
                all.push(format!("{denial} {denial:?} {}", denial.operator()));
            }
            all.push(serde_json::to_string(&running.log.entries()).unwrap());
            let all = all.join("\n");
            // An observed no is told without its detail.
            assert!(observing || all.contains("[masked]"), "nothing was quoted: {all}");
            assert!(!all.contains("zq42"), "{observing}, {token:?}: {all}");
        }
    }
}

/// Where nobody is there to be asked, the question goes to whoever called.
#[tokio::test]
async fn a_question_that_nobody_is_asked_quotes_no_masked_value() {
    let asks = || {
        answer_fn(|request: &Request<'_>| {
            let token = request.argument::<String>("token").unwrap();
            Decision::ask(format!("may {token} be used?")).rule(token).into()
        })
    };
    let running = Rig::with(all_of(asks(), asks())).build();
    let denial = fetch(&running.shop, "/a", TOKEN).await.unwrap_err();
    running.denied(&denial, Cause::NeedsApproval);
    let ask = denial.ask().unwrap();
    assert_eq!(ask.question(), "may [masked] be used?");
    assert!(!format!("{ask:?} {denial:?}").contains("zq42"), "{ask:?}");
}

/// Two questions that are told alike are two all the same.
#[tokio::test]
async fn a_yes_to_a_question_is_to_its_clear_text() {
    let asked = std::sync::atomic::AtomicBool::new(false);
    let (sender, told) = std::sync::mpsc::channel();
    let running = Rig::with(answer_fn(move |request: &Request<'_>| {
        let token = request.argument::<String>("token").unwrap();
        let again = asked.swap(true, std::sync::atomic::Ordering::Relaxed);
        let what = if again { "[masked]" } else { &token };
        Decision::ask(format!("may {what} be used?")).into()
    }))
    .approver(Nosy(sender), std::time::Duration::from_secs(5))
    .build();
    let denial = fetch(&running.shop, "/a", TOKEN).await.unwrap_err();
    running.denied(&denial, Cause::NeedsApproval);
    assert!(told.recv().unwrap().contains("may [masked] be used?"));
}

/// A digest of the clear text would give a short secret to whoever tries them all.
#[tokio::test]
async fn no_digest_of_the_clear_text_is_on_record() {
    let clear = Arc::new(Mutex::new(String::new()));
    let seen = clear.clone();
    let running = Rig::with(answer_fn(move |request| {
        *seen.lock().unwrap() = request.digest().unwrap().to_string();
        Decision::allow().into()
    }))
    .build();
    fetch(&running.shop, "/a", TOKEN).await.unwrap();
    let record = serde_json::to_string(&running.log.entries()).unwrap();
    let clear = clear.lock().unwrap().clone();
    assert_eq!(clear.len(), 64);
    assert!(record.contains("\"digest\":") && !record.contains(&clear), "{record}");
}

async fn masks(key: Option<&[u8]>, tokens: &[&str]) -> Vec<Value> {
    let log = MemoryLog::new();
    let authority = authority_fn(async |_| Ok(Decision::allow()));
    let builder = Guard::builder(Subject::agent("shopper").unwrap(), authority, log.clone());
    let builder = match key {
        Some(key) => builder.mask_key(MaskKey::new(key).unwrap()),
        None => builder,
    };
    let shop = Shop::new(failclosed::danger::unchecked(builder, "a test").unwrap());
    for token in tokens {
        fetch(&shop, "/a", token).await.unwrap();
    }
    let entries = log.entries().into_iter().map(|entry| serde_json::to_value(entry).unwrap());
    let decisions = entries.filter(|entry| entry["record"] == "decision");
    decisions.map(|entry| entry["arguments"]["token"].clone()).collect()
}

#[tokio::test]
async fn equal_values_have_equal_masks_under_one_key_alone() {
    for key in [None, Some([7; 32].as_slice()), Some([8; 40].as_slice())] {
        let found = masks(key, &["one", "two", "one"]).await;
        assert_eq!(found[0], found[2]);
        assert_ne!(found[0], found[1]);
        assert_eq!(found[..1], masks(key, &["one"]).await[..], "another guard of this process");
    }
    let one = ["one"];
    let under = [masks(None, &one), masks(Some(&[7; 32]), &one), masks(Some(&[8; 32]), &one)];
    let [own, seven, eight] = under;
    let (own, seven, eight) = (own.await, seven.await, eight.await);
    assert!(own != seven && seven != eight && own != eight);
    let refused = MaskKey::new(&[7; 31]).unwrap_err().to_string();
    assert!(refused.contains("32 random bytes") && refused.contains("help: "), "{refused}");
    assert_eq!(format!("{:?}", MaskKey::new(&[7; 32]).unwrap()), "MaskKey(..)");
}

/// The person said yes to another token than the body would have.
#[tokio::test]
async fn a_masked_value_that_changes_after_its_approval_denies() {
    #[requires_permission(action = "fetch", guard = shop.guard(), skip(shop), mask(token))]
    async fn shared(shop: &Shop, token: &Mutex<String>) -> Result<(), Denial> {
        shop.ran();
        let _used = token;
        Ok(())
    }
    struct Swaps(Arc<Mutex<String>>);
    impl Approver for Swaps {
        fn approve<'a>(&'a self, request: &'a Request<'a>, ask: &'a Ask) -> Answer<'a> {
            *self.0.lock().unwrap() = "another".into();
            ask.approved(request).into()
        }
    }
    let token = Arc::new(Mutex::new(TOKEN.to_owned()));
    let rig = Rig::with(authority_fn(async |_| Ok(Decision::ask("may it?"))))
        .approver(Swaps(token.clone()), std::time::Duration::from_secs(5));
    let running = rig.build();
    let denial = shared(&running.shop, &token).await.unwrap_err();
    running.denied(&denial, Cause::Malformed);
    assert_eq!(denial.detail(), Some("argument `token` is another one"));
    let record = serde_json::to_string(&running.log.entries()).unwrap();
    assert!(!record.contains("zq42") && !record.contains("another\""), "{record}");
}

/// What stands around masked values is as it was: other arguments, whatever they are made of.
#[tokio::test]
async fn what_is_not_masked_is_told_as_ever() {
    #[requires_permission(
        action = "mix", guard = shop.guard(), resource = ("Url", first), skip(shop), mask(a, b)
    )]
    async fn mix(
        shop: &Shop,
        first: &str,
        a: Vec<u8>,
        middle: (u8, Option<char>),
        b: &str,
        last: Result<u8, &str>,
    ) -> Result<(), Denial> {
        shop.ran();
        let _used = (first, a, middle, b, last);
        Ok(())
    }
    let running = Rig::with(authority_fn(async |_| Ok(Decision::allow())))
        .more(|builder| builder.context("session", "s-1"))
        .build();
    mix(&running.shop, "/a", vec![1, 2], (1, Some('x')), "", Err("no")).await.unwrap();
    let record = serde_json::to_value(&running.log.entries()[0]).unwrap();
    assert_eq!(record["resource"], json!(["Url", "/a"]));
    assert_eq!(record["context"], json!({ "session": "s-1" }));
    let arguments = record["arguments"].as_object().unwrap();
    let names: Vec<_> = arguments.keys().map(String::as_str).collect();
    assert_eq!(names.len(), 5, "{names:?}");
    assert_eq!(record["arguments"]["middle"], json!([1, "x"]));
    assert_eq!(record["arguments"]["last"], json!({ "Err": "no" }));
    for name in ["a", "b"] {
        assert!(record["arguments"][name].as_str().unwrap().starts_with("masked:"), "{record}");
    }
}
