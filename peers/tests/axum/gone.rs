//! A client that goes away while the authority is being asked.

use std::{thread, time::Duration};

use failclosed_peers::{http::buy, servers::cerbos};

use crate::{ALICE, CLIENTS, asking, bought};

#[test]
fn nothing_is_bought_for_a_client_that_is_gone() {
    for client in CLIENTS {
        let server = cerbos("cerbos_shop", &[]);
        let (mut service, url) = asking(&server);
        bought(&service, 0, &client.sends(&url, buy(ALICE, 8_000)));
        // It is there, and does not answer.
        server.stop();
        let mut gone = client.command(&url, false, &[buy(ALICE, 8_000)]);
        let mut gone = gone.stdout(std::process::Stdio::null()).spawn().unwrap();
        // Until its request is surely there; the authority has two seconds.
        thread::sleep(Duration::from_millis(1_200));
        assert_eq!(service.decisions().len(), 1, "{client:?}: decided before it was asked");
        gone.kill().unwrap();
        gone.wait().unwrap();
        service.wait_for(|service| (service.decisions().len() > 1).then_some(()));
        // The yes comes too late.
        server.go_on();
        thread::sleep(Duration::from_millis(500));
        assert_eq!(service.verdicts(), ["allow", "cancelled"], "{client:?}");
        assert_eq!(service.bodies(), 1, "{client:?}: only the first");
        bought(&service, 2, &client.sends(&url, buy(ALICE, 8_000)));
        assert_eq!(service.bodies(), 2);
    }
}
