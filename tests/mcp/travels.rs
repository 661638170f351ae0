//! From 2026-07-28 on an approval is in the client's hands between the question and the answer.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use failclosed::{NoDecision, approval::pending, mcp::SealedApprovals};
use serde_json::json;

use crate::raw::{Desk, Era, Raw, accepted, answering, asked, blocked, order};

async fn connected() -> (Desk, Raw) {
    let desk = Desk::with(SealedApprovals::in_process().unwrap());
    let raw = Raw::connect(&desk, Era::Travels).await;
    (desk, raw)
}

/// Each character of it changed, each end of it cut off, another format, another key's name: nothing
/// of it opens, and nothing of it uses the true one up.
#[tokio::test]
async fn a_state_that_is_not_whole_does_not_open() {
    let (desk, mut raw) = connected().await;
    let open = asked(&mut raw, order()).await;
    let mut forged: Vec<String> = Vec::new();
    for (at, c) in open.state.char_indices() {
        for other in ["A", "B", "-", ".", "=", ""] {
            if other != c.to_string() {
                forged.push(format!("{}{other}{}", &open.state[..at], &open.state[at + 1..]));
            }
        }
        forged.push(open.state[..at].to_owned());
    }
    let parts: Vec<&str> = open.state.split('.').collect();
    let [version, kid, body, tag] = parts.as_slice() else { panic!("{}", open.state) };
    assert_eq!(*version, "rs2");
    forged.extend([
        // The older format, which has no key's name in it.
        format!("rs1.{body}.{tag}"),
        format!("rs1.{kid}.{body}.{tag}"),
        format!("rs2.{body}.{tag}"),
        format!("rs2..{body}.{tag}"),
        format!("rs2.{kid}.{body}."),
        format!("none.{kid}.{body}."),
        format!("rs3.{kid}.{body}.{tag}"),
        format!("RS2.{kid}.{body}.{tag}"),
        format!("{}.{tag}", open.state),
        format!(" {}", open.state),
        format!("{}\n", open.state),
        format!("rs2.{kid}.{body}.{}", "A".repeat(43)),
        "A".repeat(1 << 16),
    ]);
    for state in &forged {
        blocked(&raw.call(order(), answering(state, &open.key)).await, "malformed");
    }
    assert_eq!(desk.shop.bodies(), 0);
    let bought = raw.call(order(), answering(&open.state, &open.key)).await;
    assert_eq!((bought["isError"].as_bool(), desk.shop.bodies()), (Some(false), 1), "{bought}");
}

/// Two questions are open, about the same thing, and a client that mixes its answers up has answered
/// neither.
#[tokio::test]
async fn an_answer_is_to_its_own_question() {
    let (desk, mut raw) = connected().await;
    let (one, two) = (asked(&mut raw, order()).await, asked(&mut raw, order()).await);
    assert_ne!(one.key, two.key);
    blocked(&raw.call(order(), answering(&one.state, &two.key)).await, "malformed");
    blocked(&raw.call(order(), answering(&two.state, &one.key)).await, "malformed");
    // A name that was never asked under.
    let three = asked(&mut raw, order()).await;
    blocked(&raw.call(order(), answering(&three.state, "approval")).await, "malformed");
    let both = asked(&mut raw, order()).await;
    let more = json!({"requestState": both.state, "inputResponses": {
        both.key.clone(): accepted(), one.key.clone(): accepted(),
    }});
    blocked(&raw.call(order(), more).await, "malformed");
    assert_eq!(desk.shop.bodies(), 0);
}

/// What the person is not shown is bound too: another card, another spelling of the same letters.
#[tokio::test]
async fn an_argument_cannot_change_behind_the_yes() {
    let (desk, mut raw) = connected().await;
    for (asked_about, called_with) in [
        (order(), json!({"vendor": "coachella.com", "cents": 742, "card": "6666"})),
        (order(), json!({"vendor": "coachella.com", "cents": 742})),
        (order(), json!({"vendor": "coachella.com", "cents": 743, "card": "4242"})),
        (order(), json!({"vendor": "coachella.com ", "cents": 742, "card": "4242"})),
        (order(), json!({"vendor": "сoachella.com", "cents": 742, "card": "4242"})),
        (json!({"vendor": "caf\u{e9}", "cents": 1}), json!({"vendor": "cafe\u{301}", "cents": 1})),
        (order(), json!({"vendor": "coachella.com", "cents": 742, "card": "4242", "to": "me"})),
    ] {
        let open = asked(&mut raw, asked_about).await;
        let result = raw.call(called_with.clone(), answering(&open.state, &open.key)).await;
        blocked(&result, "malformed");
        assert_eq!(desk.shop.bodies(), 0, "{called_with}");
    }
}

/// Replicas share a store: this one is the database.
#[derive(Clone, Default)]
pub(crate) struct Shared(Arc<pending::MemoryStore>);

impl pending::Store for Shared {
    fn open<'a>(&'a self, opening: pending::Opening<'a>) -> pending::Storing<'a, ()> {
        self.0.open(opening)
    }

    fn take<'a>(&'a self, id: &'a pending::Id) -> pending::Storing<'a, pending::Taken> {
        // Somewhere else, and not at once.
        Box::pin(async move {
            tokio::task::yield_now().await;
            self.0.take(id).await
        })
    }
}

pub(crate) fn replica(store: impl pending::Store + 'static) -> SealedApprovals {
    let key = [7; 32];
    SealedApprovals::shared("desk", "a", [("a", key.as_slice())], store).unwrap()
}

/// One yes, sent to both replicas at once, many times over.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_replicas_one_takes_the_yes() {
    let store = Shared::default();
    let (here, there) = (Desk::with(replica(store.clone())), Desk::with(replica(store)));
    let mut at_here = Raw::connect(&here, Era::Travels).await;
    let mut at_there = Raw::connect(&there, Era::Travels).await;
    for round in 1..=64 {
        let open = asked(&mut at_here, order()).await;
        let answer = answering(&open.state, &open.key);
        let (one, two) = tokio::join!(
            at_here.call(order(), answer.clone()),
            at_there.call(order(), answer.clone())
        );
        let bought = [&one, &two].iter().filter(|result| result["isError"] == false).count();
        assert_eq!(bought, 1, "{one} {two}");
        assert_eq!(here.shop.bodies() + there.shop.bodies(), round);
        // And never again, at either.
        blocked(&at_there.call(order(), answer.clone()).await, "malformed");
        blocked(&at_here.call(order(), answer).await, "malformed");
    }
    assert_eq!(here.shop.bodies() + there.shop.bodies(), 64);
}

/// What a store does when it is broken; and it is broken until it is repaired.
struct Broken {
    fault: fn() -> Result<(), NoDecision>,
    at: At,
    repaired: Arc<AtomicBool>,
    inner: Shared,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    Open,
    Take,
    Hang,
}

impl pending::Store for Broken {
    fn open<'a>(&'a self, opening: pending::Opening<'a>) -> pending::Storing<'a, ()> {
        Box::pin(async move {
            if self.at == At::Open && !self.repaired.load(Ordering::SeqCst) {
                (self.fault)()?;
            }
            self.inner.open(opening).await
        })
    }

    fn take<'a>(&'a self, id: &'a pending::Id) -> pending::Storing<'a, pending::Taken> {
        Box::pin(async move {
            match (self.at, self.repaired.load(Ordering::SeqCst)) {
                (At::Take, false) => (self.fault)()?,
                (At::Hang, false) => std::future::pending().await,
                _ => {}
            }
            self.inner.take(id).await
        })
    }
}

#[tokio::test]
async fn a_store_that_fails_panics_or_hangs_denies() {
    let fails: fn() -> Result<(), NoDecision> =
        || Err(NoDecision::unavailable("the database is down"));
    let panics: fn() -> Result<(), NoDecision> = || panic!("boom in the store");
    for (fault, at, cause) in [
        (fails, At::Open, "unavailable"),
        (panics, At::Open, "unavailable"),
        (fails, At::Take, "unavailable"),
        (panics, At::Take, "unavailable"),
        (fails, At::Hang, "timed_out"),
    ] {
        let repaired = Arc::new(AtomicBool::new(false));
        let store = Broken { fault, at, repaired: Arc::clone(&repaired), inner: Shared::default() };
        let desk = Desk::with(replica(store).patience(Duration::from_millis(300)));
        let mut raw = Raw::connect(&desk, Era::Travels).await;
        if at == At::Open {
            blocked(&raw.call(order(), json!({})).await, cause);
        } else {
            let open = asked(&mut raw, order()).await;
            blocked(&raw.call(order(), answering(&open.state, &open.key)).await, cause);
        }
        assert_eq!(desk.shop.bodies(), 0);
        repaired.store(true, Ordering::SeqCst);
        let open = asked(&mut raw, order()).await;
        let bought = raw.call(order(), answering(&open.state, &open.key)).await;
        assert_eq!((bought["isError"].as_bool(), desk.shop.bodies()), (Some(false), 1), "{bought}");
    }
}

/// Whatever the wall clock says, a question is over when the store's own has run out.
#[tokio::test]
async fn a_question_is_over_when_its_store_says_so() {
    /// Keeps everything for a millisecond.
    struct Brief(pending::MemoryStore);
    impl pending::Store for Brief {
        fn open<'a>(&'a self, mut opening: pending::Opening<'a>) -> pending::Storing<'a, ()> {
            opening.lasting = Duration::from_millis(1);
            self.0.open(opening)
        }
        fn take<'a>(&'a self, id: &'a pending::Id) -> pending::Storing<'a, pending::Taken> {
            self.0.take(id)
        }
    }
    let desk = Desk::with(replica(Brief(pending::MemoryStore::default())));
    let mut raw = Raw::connect(&desk, Era::Travels).await;
    let open = asked(&mut raw, order()).await;
    tokio::time::sleep(Duration::from_millis(5)).await;
    blocked(&raw.call(order(), answering(&open.state, &open.key)).await, "malformed");
    assert_eq!(desk.shop.bodies(), 0);
}
