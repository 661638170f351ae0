//! What each dialect asks: everything the authority has to see, and nothing that it could misread.

use failclosed::{
    Cause, Denial, Guard, Subject,
    http::{AuthZen, Behalf, Dialect, Opa, OpenFga, SpiceDb},
    request::Resource,
    requires_permission,
};
use serde_json::{Value, json};

use crate::canned::{asks, question};

#[tokio::test]
async fn each_asks_about_the_whole_call() {
    assert_eq!(
        question(Behalf::new()).await,
        json!({
            "agentId": "shopper", "action": "purchase", "amount": 742, "vendor": "coachella.com",
            "metadata": {"channel": "chat", "onBehalfOf": "alice"},
        })
    );
    assert_eq!(
        question(AuthZen::new().resource_type("vendor")).await,
        json!({
            "subject": {"type": "user", "id": "alice", "properties": {"agent": "shopper"}},
            "action": {"name": "purchase"},
            "resource": {
                "type": "vendor", "id": "coachella.com",
                "properties": {"vendor": "coachella.com", "amount": 742},
            },
            "context": {"channel": "chat", "agent": "shopper"},
        })
    );
    assert_eq!(
        question(Opa::rule("shop/allow").unwrap()).await,
        json!({"input": {
            "subject": {"agent": "shopper", "on_behalf_of": "alice"},
            "action": {"name": "purchase"},
            "resource": {"id": "coachella.com"},
            "arguments": {"vendor": "coachella.com", "amount": 742},
            "context": {"channel": "chat"},
        }})
    );
    let context =
        json!({"channel": "chat", "vendor": "coachella.com", "amount": 742, "agent": "shopper"});
    assert_eq!(
        question(OpenFga::new("s", "m").unwrap().resource_type("vendor")).await,
        json!({
            "tuple_key":
                {"user": "user:alice", "relation": "purchase", "object": "vendor:coachella.com"},
            "context": context,
            "authorization_model_id": "m",
            "consistency": "HIGHER_CONSISTENCY",
        })
    );
    assert_eq!(
        question(SpiceDb::new().resource_type("vendor")).await,
        json!({
            "consistency": {"fullyConsistent": true},
            "resource": {"objectType": "vendor", "objectId": "coachella.com"},
            "permission": "purchase",
            "subject": {"object": {"objectType": "user", "objectId": "alice"}},
            "context": context,
        })
    );
}

/// OPA's default makes a deny rule vanish whose builtin fails; OpenFGA's and SpiceDB's may be stale.
#[test]
fn each_asks_at_its_own_address() {
    assert_eq!(Behalf::new().path(), "api/verify");
    assert_eq!(AuthZen::new().path(), "access/v1/evaluation");
    let opa = Opa::rule("shop/authz/allow").unwrap();
    assert_eq!(opa.path(), "v1/data/shop/authz/allow?strict-builtin-errors=true");
    assert_eq!(OpenFga::new("s", "m").unwrap().path(), "stores/s/check");
    assert_eq!(SpiceDb::new().path(), "v1/permissions/check");
}

fn shopper() -> Subject {
    Subject::agent("shopper").unwrap()
}

#[requires_permission(action = "send", guard = &guard, skip(guard))]
async fn send(guard: Guard, count: Value) -> Result<(), Denial> {
    let _ = (guard, count);
    Ok(())
}

/// A number that the authority's reader would round is another number.
#[tokio::test]
async fn a_number_beyond_two_to_the_53rd_is_not_asked_about() {
    for count in [json!(1_u64 << 53), json!(u64::MAX), json!(i64::MIN), json!({"a": [1_u64 << 60]})]
    {
        let shown = count.to_string();
        let (asked, outcome) =
            asks(AuthZen::new(), shopper(), async |guard| send(guard, count).await).await;
        assert_eq!(asked, None, "{shown}");
        assert_eq!(outcome.unwrap_err().cause(), Cause::Malformed, "{shown}");
    }
    let exact = json!((1_u64 << 53) - 1);
    let (asked, _) = asks(AuthZen::new(), shopper(), async |guard| send(guard, exact).await).await;
    assert_eq!(asked.unwrap()["resource"]["properties"]["count"], json!(9_007_199_254_740_991_u64));
}

/// `null` is less than any limit in Rego; a missing attribute is not.
#[tokio::test]
async fn an_argument_that_is_none_is_left_out() {
    let (asked, _) =
        asks(AuthZen::new(), shopper(), async |guard| send(guard, Value::Null).await).await;
    let asked = asked.unwrap();
    assert_eq!(asked["resource"], json!({"type": "tool", "id": "send", "properties": {}}));
    assert_eq!(asked["subject"], json!({"type": "agent", "id": "shopper"}));
}

/// Of two fields with one name some readers take the first and some the last: a deletion would be
/// asked about as a reading.
#[tokio::test]
async fn a_field_that_stands_twice_is_not_asked_about() {
    #[derive(serde::Serialize)]
    #[serde(tag = "kind")]
    enum Step {
        Delete(Target),
    }
    #[derive(serde::Serialize)]
    struct Target {
        kind: &'static str,
    }
    async fn asked(dialect: impl Dialect + 'static) -> (Option<Value>, Cause) {
        let step = Step::Delete(Target { kind: "Read" });
        let (asked, outcome) =
            asks(dialect, shopper(), async |guard| take(guard, step).await).await;
        (asked, outcome.unwrap_err().cause())
    }
    #[requires_permission(action = "take", guard = &guard, skip(guard))]
    async fn take(guard: Guard, step: Step) -> Result<(), Denial> {
        let _ = (guard, step);
        Ok(())
    }
    let nothing = (None, Cause::Malformed);
    assert_eq!(asked(Behalf::new()).await, nothing);
    assert_eq!(asked(AuthZen::new()).await, nothing);
    assert_eq!(asked(Opa::rule("shop/allow").unwrap()).await, nothing);
    let openfga = OpenFga::new("s", "m").unwrap().default_resource("app", "shop");
    assert_eq!(asked(openfga).await, nothing);
    assert_eq!(asked(SpiceDb::new().default_resource("app", "shop")).await, nothing);
}

/// At any depth: a limit that is not given is no `null` that is below the limit.
#[tokio::test]
async fn nor_is_one_asked_about_that_is_none_inside() {
    let order = json!({"amount": null, "lines": [null, {"price": null, "note": "x"}], "empty": {}});
    let shown = json!({"lines": [null, {"note": "x"}], "empty": {}});
    async fn asked(dialect: impl Dialect + 'static, order: Value) -> Value {
        let (asked, _) = asks(dialect, shopper(), async |guard| send(guard, order).await).await;
        asked.unwrap()
    }
    let authzen = asked(AuthZen::new(), order.clone()).await;
    assert_eq!(authzen["resource"]["properties"], json!({"count": shown}));
    let opa = asked(Opa::rule("shop/allow").unwrap(), order.clone()).await;
    assert_eq!(opa["input"]["arguments"], json!({"count": shown}));
    let behalf = asked(Behalf::new(), order.clone()).await;
    assert_eq!(behalf["metadata"]["count"], shown);
    let spicedb = asked(SpiceDb::new().default_resource("app", "shop"), order).await;
    assert_eq!(spicedb["context"]["count"], shown);
    // A number that is rounded is found there too.
    let large = json!({"a": null, "b": u64::MAX});
    let (asked, _) = asks(AuthZen::new(), shopper(), async |guard| send(guard, large).await).await;
    assert_eq!(asked, None);
}

#[requires_permission(action = "Send.Mail", guard = &guard, skip(guard))]
async fn mail(guard: Guard) -> Result<(), Denial> {
    let _ = guard;
    Ok(())
}

#[requires_permission(
    action = "send", guard = &guard, resource = Resource::new("user", to), skip(guard, to)
)]
async fn post(guard: Guard, to: &str) -> Result<(), Denial> {
    let _ = (guard, to);
    Ok(())
}

/// Names that mean more than one thing to a relation store.
#[tokio::test]
async fn a_name_that_would_mean_something_else_is_not_asked_about() {
    let openfga = || OpenFga::new("s", "m").unwrap().default_resource("app", "shop");
    for to in ["*", "x#member", "a:b", "a b", "@x", ""] {
        let (asked, outcome) =
            asks(openfga(), shopper(), async |guard| post(guard, to).await).await;
        assert_eq!((asked, outcome.unwrap_err().cause()), (None, Cause::Malformed), "{to}");
    }
    let (asked, _) = asks(openfga(), shopper(), async |guard| post(guard, "bob").await).await;
    assert_eq!(asked.unwrap()["tuple_key"]["object"], "user:bob");
    let (asked, outcome) = asks(openfga(), shopper(), mail).await;
    assert_eq!((asked, outcome.unwrap_err().cause()), (None, Cause::Malformed));
}

/// A name that is blank names nothing, and some servers then decide about nothing in particular.
#[tokio::test]
async fn a_blank_name_is_not_asked_about() {
    async fn refused(dialect: impl Dialect + 'static, to: &str) {
        let (asked, outcome) = asks(dialect, shopper(), async |guard| post(guard, to).await).await;
        let denial = outcome.unwrap_err();
        assert_eq!((asked, denial.cause()), (None, Cause::Malformed), "{denial:?}");
    }
    for to in ["", " ", "\t"] {
        refused(Behalf::new(), to).await;
        refused(AuthZen::new(), to).await;
        refused(Opa::rule("shop/allow").unwrap(), to).await;
        refused(OpenFga::new("s", "m").unwrap(), to).await;
        refused(SpiceDb::new(), to).await;
    }
    // What a configuration left empty is no name either.
    refused(AuthZen::new().agent_type(""), "bob").await;
    refused(OpenFga::new("s", "m").unwrap().subject_types("user", ""), "bob").await;
    refused(SpiceDb::new().subject_types("user", " "), "bob").await;
    for (kind, id) in [("", "shop"), ("app", ""), (" ", " ")] {
        let authzen = AuthZen::new().default_resource(kind, id);
        let (asked, _) =
            asks(authzen, shopper(), async |guard| send(guard, Value::Null).await).await;
        assert_eq!(asked, None);
        let spicedb = SpiceDb::new().default_resource(kind, id);
        let (asked, _) =
            asks(spicedb, shopper(), async |guard| send(guard, Value::Null).await).await;
        assert_eq!(asked, None);
    }
    // Everything, in the words of a relation store.
    refused(SpiceDb::new(), "*").await;
    // Trimmed it is another one's name.
    for to in [" bob", "bob ", "bob\n"] {
        refused(Behalf::new(), to).await;
    }
}

/// Without a kind an id may be anything's.
#[tokio::test]
async fn a_resource_without_a_kind_is_not_guessed() {
    let (asked, outcome) = asks(SpiceDb::new(), shopper(), async |guard: Guard| {
        failclosed_tests::Shop::new(guard).charge("coachella.com", 1).await
    })
    .await;
    let denial = outcome.unwrap_err();
    assert_eq!((asked, denial.cause()), (None, Cause::Malformed));
    assert!(denial.detail().unwrap().contains("help: set `.resource_type"), "{denial:?}");
}

#[requires_permission(action = "purchase", guard = &guard, resource = on, skip(guard, on))]
async fn buy(guard: Guard, on: &str, vendor: &str, amount: f64) -> Result<(), Denial> {
    let _ = (guard, on, vendor, amount);
    Ok(())
}

#[requires_permission(action = "execute_command", guard = &guard, skip(guard))]
async fn run(guard: Guard, command: &str, cwd: &str) -> Result<(), Denial> {
    let _ = (guard, command, cwd);
    Ok(())
}

#[requires_permission(action = "write_file", guard = &guard, skip(guard))]
async fn write(guard: Guard, file: &str) -> Result<(), Denial> {
    let _ = (guard, file);
    Ok(())
}

/// `verify` ignores a resource beside a vendor, and has limits that it must not be asked to cut at.
#[tokio::test]
async fn verify_is_asked_nothing_that_it_would_not_look_at() {
    let cause = |outcome: Result<(), Denial>| outcome.unwrap_err().cause();
    for (on, vendor, amount) in [
        ("other", "shop", 1.0),
        ("shop", " ", 1.0),
        ("shop ", "shop ", 1.0),
        ("shop", "shop", -1.0),
    ] {
        let call = async |guard| buy(guard, on, vendor, amount).await;
        let (asked, outcome) = asks(Behalf::new(), shopper(), call).await;
        assert_eq!((asked, cause(outcome)), (None, Cause::Malformed), "{on} {vendor} {amount}");
    }
    let (asked, _) =
        asks(Behalf::new(), shopper(), async |guard| run(guard, "ls -l", "/tmp").await).await;
    assert_eq!(
        asked.unwrap(),
        json!({
            "agentId": "shopper", "action": "execute_command",
            "policyContext": {
                "source": "failclosed", "toolName": "execute_command",
                "toolInput": {"command": "ls -l"},
            },
            "metadata": {"cwd": "/tmp", "channel": "chat"},
        })
    );
    let long = "x".repeat(2048);
    let (asked, outcome) =
        asks(Behalf::new(), shopper(), async |guard| run(guard, "ls", &long).await).await;
    assert_eq!((asked, cause(outcome)), (None, Cause::Malformed));
    let long = "x".repeat(16 * 1024);
    let (asked, outcome) =
        asks(Behalf::new(), shopper(), async |guard| run(guard, &long, "/").await).await;
    assert_eq!((asked, cause(outcome)), (None, Cause::Malformed));
    // The path policy looks at `path`, which this executor calls otherwise.
    let (asked, outcome) =
        asks(Behalf::new(), shopper(), async |guard| write(guard, "/etc/passwd").await).await;
    assert_eq!((asked, cause(outcome)), (None, Cause::Malformed));
}

/// The authority has to see what people and logs must not.
#[tokio::test]
async fn a_masked_argument_is_asked_about_as_it_is() {
    #[requires_permission(action = "fetch", resource = url, mask(token))]
    async fn fetch(url: &str, token: &str) -> Result<usize, Denial> {
        Ok(url.len() + token.len())
    }
    let subject = Subject::agent("shopper").unwrap();
    let (asked, outcome) =
        asks(AuthZen::new().resource_type("page"), subject, async |guard: Guard| {
            guard.scope(fetch("/a", "sk_live_4242")).await
        })
        .await;
    assert_eq!(asked.unwrap()["resource"]["properties"]["token"], "sk_live_4242");
    let denial = outcome.unwrap_err();
    assert_eq!(denial.cause(), Cause::Malformed);
    assert!(!format!("{denial:?} {}", denial.operator()).contains("4242"), "{denial:?}");
}
