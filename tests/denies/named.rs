//! Authorities that a guard was meant to have: without one of them it does not start.

use std::sync::Arc;

use failclosed::{
    Authority, Cause, Guard, Request, Subject,
    acp::Turn,
    all_of,
    audit::MemoryLog,
    authority::{Answer, first_match, named, spare_questions},
    danger,
    error::{ConfigError, StartError},
    guard::GuardBuilder,
    mcp::hinted,
};
use failclosed_tests::{
    Rig,
    authorities::{Says, allow, deny, error},
};

fn builder(authority: impl Authority + 'static) -> GuardBuilder {
    Guard::builder(Subject::agent("shopper").unwrap(), authority, MemoryLog::new())
}

/// It starts, and so does not for the same authority with one name more.
async fn has(authority: impl Authority + 'static, names: &[&str]) {
    let authority = Arc::new(authority);
    let wanted = names.iter().copied();
    builder(Arc::clone(&authority)).expecting(wanted.clone()).start().await.unwrap();
    let refused = builder(authority).expecting(wanted).expecting(["other"]).start().await;
    let Err(StartError::Config(ConfigError::Authorities { name, fault, found })) = refused else {
        panic!("{refused:?}")
    };
    assert_eq!((name.as_str(), fault), ("other", "is missing"));
    for name in names {
        assert!(found.contains(&format!("`{name}`")), "{found}");
    }
}

async fn lacks(authority: impl Authority + 'static, names: &[&str], why: &str) {
    let authority = Arc::new(authority);
    let wanted = names.iter().copied();
    let refused = builder(Arc::clone(&authority)).expecting(wanted.clone()).start().await;
    let text = refused.expect_err("it started").to_string();
    assert!(text.starts_with(why), "{text}");
    assert!(text.contains("\nhelp: `named("), "{text}");
    // Nor unstarted.
    assert!(danger::unchecked(builder(authority).expecting(wanted), "a test").is_err());
}

#[tokio::test]
async fn names_pass_through_whatever_is_composed() {
    let no = || Says(deny);
    has(named("base", no()), &["base"]).await;
    has(
        all_of(named("base", no()), named("egress", no())).and(named("third", no())),
        &["base", "egress", "third"],
    )
    .await;
    has(
        first_match(["a"], named("a", no())).unwrap().on(["b"], named("b", no())).unwrap(),
        &["a", "b"],
    )
    .await;
    has(spare_questions(named("small", no()), named("base", no())), &["small", "base"]).await;
    has(named("all", all_of(Box::new(named("inner", no())), no())), &["all", "inner"]).await;
    let deep =
        all_of(no(), spare_questions(no(), first_match(["a"], named("deep", no())).unwrap()));
    has(deep, &["deep"]).await;
    has(Turn::new().until_cancelled(named("base", no())), &["base"]).await;
    has(hinted(named("base", no()), None), &["base"]).await;
}

/// What a feature, a setting or a slip of the pen left out.
#[tokio::test]
async fn a_guard_without_an_authority_it_was_meant_to_have_does_not_start() {
    let no = || Says(deny);
    let base = || named("base", no());
    lacks(base(), &["base", "egress"], "the authority `egress` is missing; there are `base`").await;
    lacks(no(), &["base"], "the authority `base` is missing; none has a name").await;
    lacks(all_of(base(), no()), &["Base"], "the authority `Base` is missing").await;
    lacks(all_of(base(), base()), &["base"], "the authority `base` is there more than once").await;
    lacks(named(" ", no()), &[" "], "the authority ` ` has a blank name").await;
    // An authority of one's own, in which nobody can look.
    struct Around<A>(A);
    impl<A: Authority> Authority for Around<A> {
        fn decide<'a>(&'a self, request: &'a Request<'a>) -> Answer<'a> {
            self.0.decide(request)
        }
    }
    lacks(Around(base()), &["base"], "the authority `base` is missing").await;
    struct Panics;
    impl Authority for Panics {
        fn decide<'a>(&'a self, _: &'a Request<'a>) -> Answer<'a> {
            deny()
        }
        fn names(&self, found: &mut dyn FnMut(&str)) {
            found("base");
            panic!("boom");
        }
    }
    lacks(Panics, &["base"], "the authority `base` panicked when it was asked for names").await;
}

/// A name changes nothing of what is decided.
#[tokio::test]
async fn a_named_authority_decides_as_it_does() {
    Rig::with(named("base", Says(deny))).denies(Cause::Denied).await;
    Rig::with(named("base", Says(error))).denies(Cause::Unavailable).await;
    let running = Rig::with(named("base", Says(allow))).build();
    running.shop.charge("coachella.com", 742).await.unwrap();
    assert_eq!(running.shop.bodies(), 1);
}
