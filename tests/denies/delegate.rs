//! Sub-agents: whatever is denied to who delegated is denied to the delegate, on record with its chain.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use failclosed::{
    Authority, Cause, Decision, Denial, Guard, NoDecision, Request, Subject,
    approval::{Approver, Presentation, declined},
    audit::{DecisionEntry, MemoryLog},
    authority::{Answer, answer_fn},
    danger,
    decision::{Ask, Deny},
    error::ConfigError,
    requires_permission,
};
use failclosed_tests::{Shop, authorities, decisions};

const PATIENCE: Duration = Duration::from_secs(60);

fn agent(id: &str) -> Subject {
    Subject::agent(id).unwrap()
}

fn shopper() -> Subject {
    agent("shopper").on_behalf_of("alice").unwrap()
}

fn guard(authority: impl Authority + 'static, log: &MemoryLog) -> Guard {
    danger::unchecked(Guard::builder(shopper(), authority, log.clone()), "a test").unwrap()
}

/// The agents of a record, the one that acted last.
fn chain(entry: &DecisionEntry) -> Vec<String> {
    let subject = &entry.subject;
    subject.delegated_by().chain([subject]).map(|by| by.agent_id().to_owned()).collect()
}

/// One call: no body, the cause, and a record of the sub-agent that has the whole chain.
async fn denied(guard: &Guard, log: &MemoryLog, cause: Cause, expected: &[&str]) -> Told {
    let shop = Shop::new(guard.clone());
    let denial = shop.charge("coachella.com", 742).await.expect_err("the call went through");
    assert_eq!((denial.cause(), shop.bodies()), (cause, 0), "{denial:?}");
    let record = decisions(log).pop().expect("nothing was recorded");
    assert_eq!((record.verdict, record.cause), ("deny", Some(cause)));
    assert_eq!(record.call, denial.call_id().to_string());
    assert_eq!(chain(&record), expected);
    Told {
        reason: denial.reason().to_owned(),
        detail: denial.detail().unwrap_or_default().to_owned(),
    }
}

/// What a denial says.
#[derive(Debug)]
struct Told {
    reason: String,
    detail: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Says {
    Allow,
    Abstain,
    Ask,
    Deny,
    Error,
    Panic,
}

const ALL: [Says; 6] =
    [Says::Allow, Says::Abstain, Says::Ask, Says::Deny, Says::Error, Says::Panic];

impl Says {
    fn answer(self) -> Answer<'static> {
        match self {
            Self::Allow => authorities::allow(),
            Self::Abstain => NoDecision::abstained("not about purchases").into(),
            Self::Ask => authorities::ask(),
            Self::Deny => authorities::deny(),
            Self::Error => authorities::error(),
            Self::Panic => authorities::panics(),
        }
    }
}

/// An engine that knows agents by their ids, and has never heard of delegation.
fn blind(of: [(&'static str, Says); 3], later: bool) -> impl Authority {
    answer_fn(move |request| {
        let who = request.subject().agent_id();
        let says = of.iter().find(|(agent, _)| *agent == who).map(|(_, says)| *says);
        match says {
            Some(says) if later => Answer::pending(async move {
                tokio::task::yield_now().await;
                says.answer().await
            }),
            Some(says) => says.answer(),
            None => Decision::deny("unknown agent").into(),
        }
    })
}

/// Every answer to each of three, at hand and later: an allow if and only if all three are allowed, and
/// never one where somebody above is denied.
#[tokio::test]
async fn nobody_is_allowed_what_is_denied_above() {
    for (a, b, c) in
        ALL.iter().flat_map(|a| ALL.iter().flat_map(move |b| ALL.iter().map(move |c| (*a, *b, *c))))
    {
        for later in [false, true] {
            let log = MemoryLog::new();
            let top = guard(blind([("shopper", a), ("buyer", b), ("clerk", c)], later), &log);
            let middle = top.delegate(agent("buyer"));
            let low = middle.delegate(agent("clerk"));
            let mut above = true;
            for (guard, says, agents) in [
                (&top, vec![a], vec!["shopper"]),
                (&middle, vec![a, b], vec!["shopper", "buyer"]),
                (&low, vec![a, b, c], vec!["shopper", "buyer", "clerk"]),
            ] {
                let shop = Shop::new(guard.clone());
                let answered = shop.charge("coachella.com", 742).await;
                let expected = says.iter().all(|says| *says == Says::Allow);
                assert_eq!(answered.is_ok(), expected, "{says:?} {answered:?}");
                assert_eq!(shop.bodies(), usize::from(expected));
                assert!(above || answered.is_err(), "{says:?}: allowed what is denied above");
                above = answered.is_ok();
                let record = decisions(&log).pop().unwrap();
                assert_eq!(record.verdict, if expected { "allow" } else { "deny" });
                assert_eq!(chain(&record), agents);
            }
        }
    }
}

/// Each is asked about as if it made the call, with all its arguments; the operator reads whose no it was.
#[tokio::test]
async fn each_of_the_chain_is_asked_about_as_itself() {
    let asked: Arc<Mutex<Vec<String>>> = Arc::default();
    let seen = Arc::clone(&asked);
    let log = MemoryLog::new();
    let top = guard(
        answer_fn(move |request| {
            let question = String::from_utf8(request.question().to_vec()).unwrap();
            assert_eq!(request.argument::<u64>("amount").unwrap(), 742);
            assert_eq!(request.resource().unwrap().id(), "coachella.com");
            assert_eq!(request.context().map(|(name, _)| name).collect::<Vec<_>>(), ["session"]);
            seen.lock().unwrap().push(question);
            match request.subject().agent_id() {
                "shopper" => Decision::deny("over the shopper's limit").into(),
                _ => Decision::allow().into(),
            }
        }),
        &log,
    )
    .with_context("session", "s-1")
    .unwrap();
    let low = top.delegate(agent("buyer")).delegate(agent("clerk"));
    // The middle one is gone, and the low one with it.
    denied(&low, &log, Cause::NotConfigured, &["shopper", "buyer", "clerk"]).await;
    assert!(asked.lock().unwrap().is_empty());
    let middle = top.delegate(agent("buyer"));
    let low = middle.delegate(agent("clerk"));
    let denial = denied(&low, &log, Cause::Denied, &["shopper", "buyer", "clerk"]).await;
    assert_eq!(denial.reason, "over the shopper's limit");
    assert_eq!(denial.detail, "asked for \"shopper\", which delegated this");
    let alone = denied(&top, &log, Cause::Denied, &["shopper"]).await;
    assert_eq!(alone.detail, "");
    let asked = asked.lock().unwrap();
    let begins = [
        r#"{"subject":{"agent":"clerk","on_behalf_of":"alice","delegated_by":[{"agent":"shopper","on_behalf_of":"alice"},{"agent":"buyer","on_behalf_of":"alice"}]},"action":"purchase","#,
        r#"{"subject":{"agent":"buyer","on_behalf_of":"alice","delegated_by":[{"agent":"shopper","on_behalf_of":"alice"}]},"action":"purchase","#,
        r#"{"subject":{"agent":"shopper","on_behalf_of":"alice"},"action":"purchase","#,
    ];
    for (question, begin) in asked.iter().zip(begins) {
        assert!(question.starts_with(begin), "{question}");
    }
    // To the letter what is asked when it makes the call itself.
    assert_eq!((asked.len(), &asked[2]), (4, &asked[3]));
}

/// Nobody but those who built the guard may change it; a delegate cannot get out of its chain.
#[tokio::test]
async fn a_delegate_cannot_be_made_more_than_it_is() {
    let log = MemoryLog::new();
    let top = guard(authorities::Says(authorities::allow), &log);
    let low = top.delegate(agent("clerk"));
    assert!(matches!(
        low.asking(authorities::Says(authorities::allow), PATIENCE),
        Err(ConfigError::Lent)
    ));
    assert!(matches!(low.with_context("role", "admin"), Err(ConfigError::Lent)));
    let root = low.for_subject(agent("root"));
    let denial = denied(&root, &log, Cause::NotConfigured, &["unknown"]).await;
    assert!(denial.detail.contains("or `delegate`"), "{denial:?}");
    let again = root.for_subject(agent("root"));
    denied(&again, &log, Cause::NotConfigured, &["unknown"]).await;
    // Its user is its parent's, and its chain is its parent's, whatever it brings.
    assert_eq!(low.subject().user_id(), Some("alice"));
    assert!(low.subject().clone().on_behalf_of("root").is_err());
    for other in [agent("clerk").on_behalf_of("root"), agent("x").on_behalf_of("Alice")] {
        let denial =
            denied(&top.delegate(other.unwrap()), &log, Cause::NotConfigured, &["unknown"]).await;
        assert!(denial.detail.contains("for another user"), "{denial:?}");
    }
    let nobodys = top.for_subject(agent("shopper"));
    denied(&nobodys.delegate(shopper()), &log, Cause::NotConfigured, &["unknown"]).await;
    let sideways = top.delegate(low.subject().clone());
    let shop = Shop::new(sideways);
    shop.charge("coachella.com", 742).await.unwrap();
    assert_eq!(chain(&decisions(&log).pop().unwrap()), ["shopper", "clerk"]);
    // Built by whoever holds the authority, a subject keeps its chain, and is asked about with it.
    let elsewhere = top.for_subject(low.subject().clone());
    Shop::new(elsewhere).charge("coachella.com", 742).await.unwrap();
    assert_eq!(chain(&decisions(&log).pop().unwrap()), ["shopper", "clerk"]);
}

#[tokio::test]
async fn a_chain_is_bounded() {
    let log = MemoryLog::new();
    let mut guards = vec![guard(authorities::Says(authorities::allow), &log)];
    for n in 0..Guard::MOST_DELEGATIONS {
        let next = guards.last().unwrap().delegate(agent(&format!("a{n}")));
        Shop::new(next.clone()).charge("coachella.com", 742).await.unwrap();
        guards.push(next);
    }
    let allowed = decisions(&log).len();
    let over = guards.last().unwrap().delegate(agent("one-more"));
    let denial = denied(&over, &log, Cause::NotConfigured, &["unknown"]).await;
    assert_eq!(denial.detail, "\"one-more\" would stand behind more than 8 that delegated");
    denied(&over.delegate(agent("and-one")), &log, Cause::NotConfigured, &["unknown", "and-one"])
        .await;
    assert_eq!(decisions(&log).len(), allowed + 2);
}

/// Shows what it is shown, and can take its yes back.
#[derive(Clone, Default)]
struct Person {
    shown: Arc<Mutex<Vec<String>>>,
    no: bool,
    takes_back: bool,
}

impl Approver for Person {
    fn approve<'a>(&'a self, request: &'a Request<'a>, ask: &'a Ask) -> Answer<'a> {
        let shown = Presentation::of(request, ask).unwrap().to_string();
        self.shown.lock().unwrap().push(shown);
        if self.no { declined(None).into() } else { ask.approved(request).into() }
    }

    fn withdrawn(&self) -> Option<Deny> {
        self.takes_back.then(failclosed::approval::taken_back)
    }
}

fn asking(person: &Person, log: &MemoryLog) -> Guard {
    let builder = Guard::builder(shopper(), authorities::Says(authorities::ask), log.clone());
    danger::unchecked(builder.approver(person.clone(), PATIENCE), "a test").unwrap()
}

#[tokio::test]
async fn a_person_is_shown_the_chain_and_asked_once() {
    let (person, log) = (Person::default(), MemoryLog::new());
    let top = asking(&person, &log);
    let middle = top.delegate(agent("buyer"));
    let shop = Shop::new(middle.delegate(agent("clerk")));
    shop.charge("coachella.com", 742).await.unwrap();
    let shown = person.shown.lock().unwrap().clone();
    assert_eq!((shown.len(), shop.bodies()), (1, 1));
    let expected = "Question really buy it?\n\
                    Action   purchase\n\
                    Agent    clerk\n\
                    User     alice\n\
                    Via      shopper\n\
                    Via      buyer\n";
    assert!(shown[0].starts_with(expected), "{}", shown[0]);
    let record = decisions(&log).pop().unwrap();
    assert!(record.approval.is_some() && shown[0].contains(&record.digest.unwrap()));
}

/// A no is not worn down, and a person not flooded, by sub-agents with names of their own.
#[tokio::test]
async fn a_no_to_one_pauses_the_whole_family() {
    let (person, log) = (Person { no: true, ..Person::default() }, MemoryLog::new());
    let top = asking(&person, &log);
    let first = top.delegate(agent("first"));
    denied(&first, &log, Cause::Denied, &["shopper", "first"]).await;
    for name in ["second", "third"] {
        let next = top.delegate(agent(name));
        denied(&next, &log, Cause::NeedsApproval, &["shopper", name]).await;
    }
    denied(&top, &log, Cause::NeedsApproval, &["shopper"]).await;
    assert_eq!(person.shown.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_yes_that_was_taken_back_is_none_for_a_delegate() {
    let (person, log) = (Person { takes_back: true, ..Person::default() }, MemoryLog::new());
    let top = asking(&person, &log);
    let shop = Shop::new(top.delegate(agent("clerk")));
    let denial = shop.charge("coachella.com", 742).await.unwrap_err();
    assert_eq!((denial.cause(), shop.bodies()), (Cause::Denied, 0));
    let record = decisions(&log).pop().unwrap();
    assert_eq!((record.verdict, chain(&record)), ("deny", vec!["shopper".into(), "clerk".into()]));
}

#[requires_permission(action = "pay", guard = shop.guard(), mask(card), skip(shop))]
async fn pay(shop: &Shop, card: &str, cents: u64) -> Result<(), Denial> {
    shop.ran();
    let _: (&str, u64) = (card, cents);
    Ok(())
}

/// The authority reads what is masked, for each of the chain; people and logs do not.
#[tokio::test]
async fn masks_hold_for_the_whole_chain() {
    let log = MemoryLog::new();
    let top = guard(
        answer_fn(|request| {
            let shown = Presentation::of(request, &Ask::new("may it?")).unwrap().to_string();
            assert!(!shown.contains("4242424242424242"), "{shown}");
            match (request.argument::<&str>("card"), request.argument::<u64>("cents")) {
                (Ok("4242424242424242"), Ok(7)) if request.subject().agent_id() == "shopper" => {
                    Decision::deny("not with 4242424242424242").into()
                }
                (Ok("4242424242424242"), Ok(7)) => Decision::allow().into(),
                _ => Decision::deny("it was not shown").into(),
            }
        }),
        &log,
    );
    let shop = Shop::new(top.delegate(agent("clerk")));
    let denial = pay(&shop, "4242424242424242", 7).await.unwrap_err();
    assert_eq!((denial.reason(), shop.bodies()), ("not with [masked]", 0));
    let record = serde_json::to_string(&decisions(&log).pop().unwrap()).unwrap();
    assert!(!record.contains("4242424242424242"), "{record}");
}
