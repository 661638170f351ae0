//! What `examples/README.md` says one sees.

use failclosed_peers::http::{Call, buy};

use crate::{ALICE, CLIENTS, bought, denied, service};

#[test]
fn a_purchase_within_the_limit_is_made_once() {
    for client in CLIENTS {
        let (service, url) = service();
        bought(&service, 0, &client.sends(&url, buy(ALICE, 8_000)));
        assert_eq!(service.bodies(), 1);
        let records = service.records();
        let [decision, outcome] = &records[records.len() - 2..] else { panic!("{records:?}") };
        assert_eq!(decision["rule"], "small-purchases", "{decision}");
        assert_eq!(decision["subject"]["on_behalf_of"], "alice", "{decision}");
        assert_eq!(
            (&outcome["outcome"], &outcome["call"]),
            (&"completed".into(), &decision["call"])
        );
    }
}

/// Somebody said no: 403. Nobody said yes: 503.
#[test]
fn a_denial_is_a_problem_document() {
    for client in CLIENTS {
        let (service, url) = service();
        let refused = client.sends(&url, buy(ALICE, 74_200));
        let text = denied(&service, 0, &refused, 403, "denied");
        assert_eq!(text, "Blocked: purchases over 500.00 EUR are not allowed");
        let asked = client.sends(&url, buy(ALICE, 12_000));
        let text = denied(&service, 1, &asked, 503, "needs_approval");
        let question = "(may the agent spend more than 100.00 EUR at once?)";
        assert_eq!(text, format!("Blocked: a person must approve this. {question}"));
        let negative = client.sends(&url, buy(ALICE, -8_000));
        let text = denied(&service, 2, &negative, 403, "denied");
        assert_eq!(text, "Blocked: an amount is at least 0.01 EUR");
        assert_eq!(service.bodies(), 0);
        // And it goes on.
        bought(&service, 3, &client.sends(&url, buy(ALICE, 8_000)));
        assert_eq!(service.bodies(), 1);
    }
}

/// What the handler cannot read is turned away before anybody is asked.
#[test]
fn an_order_that_is_none_is_not_asked_about() {
    let orders = [
        "",
        "null",
        "[]",
        r#"{"vendor":"coachella.com"}"#,
        r#"{"vendor":"coachella.com","cents":"8000"}"#,
        r#"{"vendor":"coachella.com","cents":80.5}"#,
        r#"{"vendor":"coachella.com","cents":99999999999999999999}"#,
        r#"{"vendor":"coachella.com","cents":74200,"cents":8000}"#,
        r#"{"vendor":"coachella.com","cents":8000"#,
    ];
    for client in CLIENTS {
        let (service, url) = service();
        for order in orders {
            let reply = client.sends(&url, buy(ALICE, 0).body(order));
            assert!((400..500).contains(&reply.status), "{order}: {reply:?}");
        }
        let plain = buy(ALICE, 8_000).without("content-type").with("content-type", "text/plain");
        assert_eq!(client.sends(&url, plain).status, 415);
        assert_eq!((service.bodies(), service.decisions().len()), (0, 0));
    }
}

/// A service whose code is somebody else's is called for the one report that is permitted. Nobody is
/// asked about a path that can be read in two ways.
#[test]
fn a_foreign_service_is_called_for_what_is_permitted() {
    let report =
        |path: &str| Call::new("GET", path).with("authorization", &format!("Bearer {ALICE}"));
    for client in CLIENTS {
        let (service, url) = service();
        let reply = client.sends(&url, report("/reports/sales"));
        assert_eq!((reply.status, reply.body.as_str()), (200, "1,024 tickets"));
        for (before, path) in (1..).zip(["/reports/salaries", "/reports/Sales"]) {
            let reply = client.sends(&url, report(path));
            let text = denied(&service, before, &reply, 403, "denied");
            assert_eq!(text, "Blocked: this report is not for agents", "{path}");
        }
        let reply = client.sends(&url, report("/reports/sales%2f..%2fsalaries"));
        denied(&service, 3, &reply, 400, "malformed");
    }
}
