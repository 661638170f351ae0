//! The permission server is stopped, killed, replaced by something else, and comes back.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use failclosed_peers::{example::Example, http::buy, servers::cerbos};

use crate::{ALICE, CLIENTS, MALLORY, SERVICE, asking, bought, denied};

#[test]
fn an_outage_is_nobodys_no() {
    for client in CLIENTS {
        let mut server = cerbos("cerbos_shop", &[]);
        let (service, url) = asking(&server);
        bought(&service, 0, &client.sends(&url, buy(ALICE, 8_000)));
        let noes = [buy(ALICE, 74_200), buy(ALICE, -8_000), buy(MALLORY, 8_000)];
        for (before, no) in (1..).zip(noes) {
            let text = denied(&service, before, &client.sends(&url, no), 403, "denied");
            assert_eq!(text, "Blocked: the permission authority said no");
        }
        let blocked = |why: &str| format!("Permission check unavailable. Action blocked. ({why})");

        server.stop();
        let text = denied(&service, 4, &client.sends(&url, buy(ALICE, 8_000)), 503, "timed_out");
        assert_eq!(text, blocked("the permission authority did not answer in time"));
        server.go_on();
        bought(&service, 5, &client.sends(&url, buy(ALICE, 8_000)));

        server.kill();
        let text = denied(&service, 6, &client.sends(&url, buy(ALICE, 8_000)), 503, "unavailable");
        assert_eq!(text, blocked("the permission authority could not be reached"));
        server.restart();
        bought(&service, 7, &client.sends(&url, buy(ALICE, 8_000)));
        assert_eq!(service.bodies(), 3, "as often as it was allowed");
    }
}

/// Status, type and body, each with a word of permission in it; and what it is taken for.
const NONSENSE: [(&str, &str, &str, &str); 6] = [
    ("200 OK", "text/html", r#"<html>Please log in. {"decision": true}</html>"#, "malformed"),
    ("200 OK", "application/json", r#"{"decision":"true"}"#, "malformed"),
    ("200 OK", "application/json", r#"{"decision":false,"decision":true}"#, "malformed"),
    ("200 OK", "application/json", r#"{"decision":true"#, "malformed"),
    ("302 Found\r\nlocation: /", "application/json", r#"{"decision":true}"#, "unavailable"),
    ("500 Internal Server Error", "application/json", r#"{"decision":true}"#, "unavailable"),
];

#[test]
fn nonsense_is_no_answer() {
    for client in CLIENTS {
        let mut server = cerbos("cerbos_shop", &[]);
        let (service, url) = asking(&server);
        bought(&service, 0, &client.sends(&url, buy(ALICE, 8_000)));
        server.kill();
        let other = Other::listen(server.address);
        for (before, (status, kind, body, cause)) in (1..).zip(NONSENSE) {
            other.say(status, kind, body);
            let reply = client.sends(&url, buy(ALICE, 8_000));
            denied(&service, before, &reply, 503, cause);
        }
        assert_eq!(service.bodies(), 1, "the first alone");
        drop(other);
        server.restart();
        bought(&service, 1 + NONSENSE.len(), &client.sends(&url, buy(ALICE, 8_000)));
    }
}

/// One that is away, and one that says yes to what nobody may do.
#[test]
fn it_does_not_start_without_a_server_that_can_say_no() {
    let mut server = cerbos("cerbos_shop", &[]);
    server.kill();
    let gullible = cerbos("cerbos_gullible", &[]);
    for server in [&server, &gullible] {
        let authority = format!("http://{}", server.address);
        let mut service = Example::start(SERVICE, &["0", "--authority", &authority]);
        assert!(!service.end().success());
        assert!(!service.text().contains("listening"), "{}", service.text());
    }
}

/// Something else where the permission server was.
struct Other {
    address: SocketAddr,
    says: Arc<Mutex<String>>,
    over: Arc<AtomicBool>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Other {
    fn listen(address: SocketAddr) -> Self {
        let listener = TcpListener::bind(address).unwrap();
        let says = Arc::<Mutex<String>>::default();
        let over = Arc::<AtomicBool>::default();
        let (say, ended) = (says.clone(), over.clone());
        let thread = thread::spawn(move || {
            for client in listener.incoming() {
                if ended.load(Ordering::SeqCst) {
                    return;
                }
                let mut client = client.unwrap();
                // To its end, because what is closed over unread bytes is reset.
                let mut question = Vec::new();
                while question.last() != Some(&b'}') {
                    let mut some = [0; 4096];
                    let read = client.read(&mut some).unwrap();
                    assert_ne!(read, 0, "the question breaks off");
                    question.extend_from_slice(&some[..read]);
                }
                client.write_all(say.lock().unwrap().as_bytes()).unwrap();
            }
        });
        Self { address, says, over, thread: Some(thread) }
    }

    fn say(&self, status: &str, kind: &str, body: &str) {
        let length = body.len();
        *self.says.lock().unwrap() = format!(
            "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n\
             connection: close\r\n\r\n{body}"
        );
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        drop(std::net::TcpStream::connect(self.address));
        drop(self.thread.take().map(thread::JoinHandle::join));
    }
}
