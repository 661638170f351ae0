//! What it decides, and what it does not.

use failclosed::{
    Authority, Cause, Decision, Guard, NoDecision, Request, Subject,
    error::{SelfCheckError, StartError},
    http::{AuthZen, Dialect, HttpAuthority, HttpError, Object, Repeat},
};
use failclosed_peers::servers::cerbos;
use failclosed_tests::Shop;

use crate::{authority, authzen, builder, remote};

#[tokio::test]
async fn within_the_limit_it_allows_and_above_it_denies() {
    let server = cerbos("cerbos", &[]);
    remote(authority(&server)).build().healthy().await;
    for amount in [1001, 1 << 52] {
        let above = async |shop: &Shop| shop.charge("coachella.com", amount).await;
        let proof = remote(authority(&server)).denies_call(Cause::Denied, above).await;
        assert_eq!(proof.denial.to_string(), "Blocked: the permission authority said no");
    }
    // A policy that looks at `amount` never sees another number than the body would.
    let rounded = async |shop: &Shop| shop.charge("coachella.com", u64::MAX).await;
    remote(authority(&server)).denies_call(Cause::Malformed, rounded).await;
}

/// Cerbos takes the type for a role, and no rule is about customers.
#[tokio::test]
async fn a_subject_of_another_type_is_denied() {
    let server = cerbos("cerbos", &[]);
    let endpoint = format!("http://{}", server.address);
    let dialect = |name: &str| authzen().user_type(name);
    let typed = |name| HttpAuthority::builder(dialect(name)).endpoint(&*endpoint).build().unwrap();
    remote(typed("user")).build().healthy().await;
    for name in ["customer", "User", "admin", "*"] {
        remote(typed(name)).denies(Cause::Denied).await;
    }
    // A resource of another type has no policy, and that is a no here.
    let dialect = AuthZen::new().resource_type("Vendor");
    let other = HttpAuthority::builder(dialect).endpoint(endpoint).build().unwrap();
    remote(other).denies(Cause::Denied).await;
}

/// AuthZEN, and nothing in the question.
#[derive(Debug)]
struct Mute(AuthZen);

impl Dialect for Mute {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn path(&self) -> &str {
        self.0.path()
    }

    fn repeat(&self) -> Repeat {
        self.0.repeat()
    }

    fn question(&self, _: &Request<'_>) -> Result<Vec<u8>, NoDecision> {
        Ok(b"{}".to_vec())
    }

    fn decision(&self, request: &Request<'_>, reply: &Object) -> Result<Decision, NoDecision> {
        self.0.decision(request, reply)
    }
}

/// Status 400 is about the question: it is nobody's no.
#[tokio::test]
async fn a_question_it_refuses_is_no_decision() {
    let server = cerbos("cerbos", &[]);
    let mute = HttpAuthority::builder(Mute(authzen()));
    let mute = mute.endpoint(format!("http://{}", server.address)).build().unwrap();
    let proof = remote(mute).denies(Cause::Unavailable).await;
    let detail = proof.denial.detail().unwrap();
    assert!(detail.contains("status 400") && detail.contains("subject"), "{detail}");
}

/// AuthZEN demands that the request id be repeated; Cerbos does not, and so is no server for
/// `demand_request_id`.
#[tokio::test]
async fn it_does_not_repeat_the_request_id() {
    let server = cerbos("cerbos", &[]);
    let demanding = builder(&server).demand_request_id().build().unwrap();
    let proof = remote(demanding).denies(Cause::Malformed).await;
    let detail = proof.denial.detail().unwrap();
    assert!(detail.ends_with("the reply does not repeat our `X-Request-ID`"), "{detail}");
}

/// It has no way to echo a binding either.
#[tokio::test]
async fn its_answers_cannot_be_bound() {
    let server = cerbos("cerbos", &[]);
    let bound = HttpAuthority::builder(authzen().bound());
    let bound = bound.endpoint(format!("http://{}", server.address)).build().unwrap();
    let proof = remote(bound).denies(Cause::Malformed).await;
    let detail = proof.denial.detail().unwrap();
    assert!(detail.ends_with("the reply carries no binding"), "{detail}");
}

async fn start(authority: impl Authority + 'static) -> Result<Guard, StartError> {
    Guard::builder(
        Subject::agent("shopper").unwrap(),
        authority,
        failclosed::audit::MemoryLog::new(),
    )
    .start()
    .await
}

#[tokio::test]
async fn a_guard_starts_only_over_a_server_that_can_say_no() {
    let mut server = cerbos("cerbos", &[]);
    start(authority(&server)).await.unwrap().self_check().await.unwrap();

    let gullible = cerbos("cerbos_gullible", &[]);
    let refused = start(authority(&gullible)).await.unwrap_err();
    assert!(matches!(refused, StartError::SelfCheck(SelfCheckError::CanaryAllowed)), "{refused}");

    server.kill();
    let refused = start(authority(&server)).await.unwrap_err();
    let StartError::SelfCheck(SelfCheckError::NoAnswer(denial)) = refused else {
        panic!("{refused}");
    };
    assert_eq!(denial.cause(), Cause::Unavailable);
    server.restart();
    start(authority(&server)).await.unwrap();
}

#[tokio::test]
async fn it_says_itself_where_it_is_asked() {
    let mut server = cerbos("cerbos", &[]);
    let found = builder(&server).discover().await.unwrap();
    remote(found).build().healthy().await;

    // Under another name of the same host it names itself by that: the endpoint has to match.
    let url = format!("http://{}/pdp", server.address);
    let refused = HttpAuthority::builder(authzen()).endpoint(url).discover().await.unwrap_err();
    assert!(matches!(refused, HttpError::Discovery { .. }), "{refused}");

    server.kill();
    let refused = builder(&server).discover().await.unwrap_err();
    assert!(matches!(refused, HttpError::Discovery { .. }), "{refused}");
}
