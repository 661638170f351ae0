//! Policies that say when a person must be asked.
#![cfg(feature = "cedar")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at what it does not expect")]

mod cedar_common;

use cedar_common::{Asked, Purchase, SCHEMA, Shop, authority};
use failclosed_runtime::{
    Answer, Ask, Cause, Request,
    approval::Approver,
    cedar::{CedarAuthority, CedarError},
};

const POLICIES: &str = r#"
    @id("small") permit(principal, action == Action::"purchase", resource)
    when { context.amount <= 10000 };

    @id("large") @ask("may the agent spend more than 100.00 at once?")
    permit(principal, action == Action::"purchase", resource) when { context.amount > 10000 };

    @id("limit") @reason("above the limit of 500.00")
    forbid(principal, action, resource) when { context has amount && context.amount > 50000 };
"#;

/// A person who says yes, after which the schema may be another.
struct Yes {
    authority: Option<CedarAuthority>,
    schema: String,
}

const ASKING: &str = r#"@id("asked") @ask("sure?") permit(principal, action, resource);"#;

impl Approver for Yes {
    fn approve<'a>(&'a self, request: &'a Request<'a>, ask: &'a Ask) -> Answer<'a> {
        assert_eq!(ask.question(), "sure?");
        if let Some(authority) = &self.authority {
            authority.reload(&*self.schema, ASKING).unwrap();
        }
        Answer::ready(Ok(ask.approved(request)))
    }
}

fn purchase(amount: i64) -> Purchase {
    Purchase(Asked::default().with("amount", amount).on_id("deli.example"))
}

#[tokio::test]
async fn a_permit_with_a_question_needs_approval() {
    let policies = POLICIES.replace("context has amount && ", "").replace(
        "forbid(principal, action, resource)",
        r#"forbid(principal, action == Action::"purchase", resource)"#,
    );
    let shop = Shop::new(authority(&policies));
    assert_eq!(shop.allowed(purchase(10_000)).await.rule.as_deref(), Some("small"));
    let record = shop.denied(purchase(10_001), Cause::NeedsApproval).await;
    assert_eq!(record.rule.as_deref(), Some("large"));
    assert_eq!(record.reason.as_deref(), Some("may the agent spend more than 100.00 at once?"));
    assert!(record.version.unwrap().starts_with("policies "));
    // No person is asked for what no person may allow.
    let record = shop.denied(purchase(50_001), Cause::Denied).await;
    assert_eq!(record.rule.as_deref(), Some("limit"));
}

#[tokio::test]
async fn a_plain_permit_does_not_silence_a_question() {
    for policies in [
        r#"@id("all") permit(principal, action, resource);
           @id("asked") @ask("sure?") permit(principal, action == Action::"purchase", resource);"#,
        r#"@id("asked") @ask("sure?") permit(principal, action == Action::"purchase", resource);
           @id("all") permit(principal, action, resource);"#,
    ] {
        let shop = Shop::new(authority(policies));
        let record = shop.denied(purchase(1), Cause::NeedsApproval).await;
        assert_eq!(record.reason.as_deref(), Some("sure?"));
        let rule = record.rule.unwrap();
        assert!(rule.contains("all") && rule.contains("asked"), "{rule}");
    }
}

#[tokio::test]
async fn every_question_is_asked_in_order() {
    let policies = r#"
        @ask("one?") permit(principal, action, resource);
        @ask("two?") permit(principal, action, resource);
    "#;
    let record = Shop::new(authority(policies)).denied(purchase(1), Cause::NeedsApproval).await;
    assert_eq!(record.reason.as_deref(), Some("one?; two?"));
}

#[tokio::test]
async fn a_question_beside_a_failing_policy_denies() {
    let policies = r#"
        @ask("sure?") permit(principal, action == Action::"purchase", resource);
        @id("limit") forbid(principal, action == Action::"purchase", resource)
        when { context.amount * 2 > 50000 };
    "#;
    let record = Shop::new(authority(policies)).denied(purchase(i64::MAX), Cause::Malformed).await;
    assert!(record.detail.unwrap().contains("`limit`"));
}

#[tokio::test]
async fn a_persons_yes_is_to_the_version_they_were_asked_by() {
    let schema = SCHEMA.replace("budget?: Long", "budget?: Long, plan?: Long");
    for (replaced, cause) in [(false, None), (true, Some(Cause::NeedsApproval))] {
        let authority = authority(ASKING);
        let mut shop = Shop::new(authority.clone());
        let approver =
            Yes { authority: replaced.then(|| authority.clone()), schema: schema.clone() };
        let builder = failclosed_runtime::Guard::builder(
            failclosed_runtime::Subject::agent("shopper").unwrap(),
            authority.clone(),
            shop.log.clone(),
        );
        let limit = std::time::Duration::from_secs(5);
        shop.guard =
            failclosed_runtime::danger::unchecked(builder.approver(approver, limit), "a test")
                .unwrap();
        match cause {
            None => {
                let record = shop.allowed(purchase(1)).await;
                assert_eq!(record.rule.as_deref(), Some("asked"));
                assert_eq!(record.version, authority.version());
            }
            Some(cause) => {
                let record = shop.denied(purchase(1), cause).await;
                assert_eq!(record.version, authority.version());
            }
        }
    }
}

fn refused(policies: &str) -> (String, String, String) {
    let error = CedarAuthority::builder(SCHEMA, policies).build().unwrap_err();
    let CedarError::Annotation { policy, place, fault } = error else { panic!("{error:?}") };
    (policy, place, fault)
}

#[test]
fn a_question_on_a_forbid_denies() {
    let policies = "permit(principal, action, resource);\n\n\
                    @id(\"no\") @ask(\"sure?\") forbid(principal, action, resource);";
    let (policy, place, fault) = refused(policies);
    assert_eq!((&*policy, &*place), ("no", "line 3"));
    assert!(fault.contains("an `@ask` on a `forbid`"), "{fault}");
}

#[test]
fn an_annotation_that_is_not_known_denies() {
    for near in ["Ask", "asks", "ASK", "aks", "ask_person", "Reason", "reasons", "ID", "Id"] {
        let (_, _, fault) =
            refused(&format!(r#"@{near}("x") permit(principal, action, resource);"#));
        assert!(fault.contains(&format!("`@{near}` has no meaning here")), "{fault}");
        assert!(fault.contains("help: write `@"), "{near}: {fault}");
    }
    for other in ["confirm", "approval", "description"] {
        let policies = format!(r#"@{other}("x") permit(principal, action, resource);"#);
        assert!(refused(&policies).2.contains("CedarBuilder::annotations"));
        let named = CedarAuthority::builder(SCHEMA, policies).annotations([other]);
        named.build().unwrap();
    }
}

#[test]
fn a_blank_question_denies() {
    for ask in [r#"@ask("")"#, r#"@ask("  ")"#, "@ask", r#"@ask("a\nb")"#] {
        let (_, _, fault) = refused(&format!("{ask} permit(principal, action, resource);"));
        assert!(fault.contains("its `@ask` is blank"), "{fault}");
    }
}
