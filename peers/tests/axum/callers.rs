//! Whose request it is: what a layer has verified, and nothing that a caller says.

use failclosed_peers::http::{Call, buy};

use crate::{ALICE, CLIENTS, MALLORY, bought, denied, service};

/// Whoever is not known gets to no guard: 401, nothing asked, nothing run.
#[test]
fn nobody_in_particular_gets_nothing() {
    let order = || buy(ALICE, 8_000).without("authorization");
    let says = |token: &str| order().with("authorization", token);
    let unknown: Vec<Call> = vec![
        order(),
        says(""),
        says("Bearer"),
        says("Bearer eves-token"),
        says("Bearer alices-toke"),
        says("Bearer alices-token2"),
        says("Bearer ALICES-TOKEN"),
        says("Bearer  alices-token"),
        says("alices-token"),
        says("Basic YWxpY2U6YWxpY2VzLXRva2Vu"),
        says("Bearer mallorys-token, Bearer alices-token"),
        // Where it was never looked for.
        order().with("x-authorization", "Bearer alices-token"),
        order().with("x-forwarded-user", "alice"),
        order().with("cookie", "authorization=Bearer alices-token"),
        Call { path: "/purchase?access_token=alices-token".into(), ..order() },
        Call::new("GET", "/reports/sales"),
        Call::new("GET", "/reports/sales").with("authorization", "Bearer eves-token"),
    ];
    for client in CLIENTS {
        let (service, url) = service();
        for (call, reply) in unknown.iter().zip(client.send(&url, false, &unknown)) {
            assert_eq!((reply.status, reply.body.as_str()), (401, ""), "{call:?}");
        }
        assert_eq!((service.bodies(), service.decisions().len()), (0, 0));
        bought(&service, 0, &client.sends(&url, buy(ALICE, 8_000)));
    }
}

/// Mallory is known, and is herself, whatever else her request says.
#[test]
fn another_is_herself() {
    let mallory = || buy(MALLORY, 8_000);
    let claims = r#"{"vendor":"coachella.com","cents":8000,"on_behalf_of":"alice","user":"alice",
        "subject":{"on_behalf_of":"alice"},"guard":null,"permit":true,"approved":true}"#;
    let calls = [
        mallory(),
        mallory().body(claims),
        mallory().with("x-user", "alice").with("x-forwarded-user", "alice"),
        Call { path: "/purchase?on_behalf_of=alice".into(), ..mallory() },
    ];
    for client in CLIENTS {
        let (service, url) = service();
        for (before, call) in calls.iter().enumerate() {
            let reply = client.sends(&url, call.clone());
            let text = denied(&service, before, &reply, 403, "denied");
            assert_eq!(text, "Blocked: no policy permits it");
            let decisions = service.decisions();
            assert_eq!(decisions[before]["subject"]["on_behalf_of"], "mallory", "{call:?}");
            let asked = &decisions[before]["arguments"];
            assert_eq!(asked, &serde_json::json!({"vendor": "coachella.com", "cents": 8000}));
        }
        assert_eq!(service.bodies(), 0);
    }
}

/// Two identities are none, or the first; never the one that may.
#[test]
fn two_tokens_do_not_add_up() {
    for client in CLIENTS {
        let (service, url) = service();
        let both = buy(MALLORY, 8_000).with("authorization", &format!("Bearer {ALICE}"));
        let reply = client.sends(&url, both);
        // One sends two headers, the other joins them.
        assert!([401, 403].contains(&reply.status), "{client:?}: {reply:?}");
        assert_eq!(service.bodies(), 0);
    }
}
