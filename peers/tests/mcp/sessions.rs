//! Up to 2025-11-25 over HTTP: whoever has a session's id answers for its person, unless it is bound
//! to them. A client by hand, because no SDK steals one.

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpStream,
};

use failclosed_peers::mcp::Server;
use serde_json::{Value, json};

use crate::SHOP;

/// One request, and the reply as far as it was read.
struct Reply {
    status: u16,
    session: Option<String>,
    body: BufReader<TcpStream>,
}

impl Reply {
    /// The next message of the stream.
    fn message(&mut self, is_it: impl Fn(&Value) -> bool) -> Value {
        let mut line = String::new();
        loop {
            line.clear();
            assert_ne!(self.body.read_line(&mut line).unwrap(), 0, "the stream ended");
            let message = line.strip_prefix("data:").map(str::trim);
            let message = message.and_then(|text| serde_json::from_str::<Value>(text).ok());
            if let Some(message) = message.filter(|message| is_it(message)) {
                return message;
            }
        }
    }
}

struct Caller<'s> {
    server: &'s Server,
    token: &'s str,
}

impl Caller<'_> {
    fn posts(&self, session: Option<&str>, message: &Value) -> Reply {
        self.sends("POST", session, &message.to_string())
    }

    fn sends(&self, method: &str, session: Option<&str>, body: &str) -> Reply {
        let address = self.server.address();
        let session = session.map(|id| format!("mcp-session-id: {id}\r\n")).unwrap_or_default();
        let token = self.token;
        let mut stream = TcpStream::connect(&address).unwrap();
        write!(
            stream,
            "{method} /mcp HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\n{session}\
             accept: application/json, text/event-stream\r\ncontent-type: application/json\r\n\
             mcp-protocol-version: 2025-06-18\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut body = BufReader::new(stream);
        let (mut status, mut session, mut line) = (0, None, String::new());
        loop {
            line.clear();
            body.read_line(&mut line).unwrap();
            let text = line.trim_end();
            if text.is_empty() {
                return Reply { status, session, body };
            } else if let Some(rest) = text.strip_prefix("HTTP/1.1 ") {
                status = rest[..3].parse().unwrap();
            } else if let Some((name, value)) = text.split_once(": ")
                && name.eq_ignore_ascii_case("mcp-session-id")
            {
                session = Some(value.to_owned());
            }
        }
    }

    fn opens(&self) -> String {
        let hello = json!({
            "protocolVersion": "2025-06-18", "capabilities": {"elicitation": {}},
            "clientInfo": {"name": "raw", "version": "1"},
        });
        let hello = json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello});
        let mut reply = self.posts(None, &hello);
        reply.message(|message| message["id"] == 1);
        let session = reply.session.expect("a session");
        let ready = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
        assert_eq!(self.posts(Some(&session), &ready).status, 202);
        session
    }

    fn calls(&self, session: &str, cents: u64) -> Reply {
        let params = json!({"name": "buy", "arguments": {"cents": cents}});
        let call = json!({"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": params});
        self.posts(Some(session), &call)
    }

    fn answers(&self, session: &str, id: &Value, action: &str) -> u16 {
        let result = json!({"action": action, "content": {"approve": action == "accept"}});
        let answer = json!({"jsonrpc": "2.0", "id": id, "result": result});
        self.posts(Some(session), &answer).status
    }
}

fn asks(message: &Value) -> bool {
    message["method"] == "elicitation/create"
}

/// Mallory is known, has alice's session, and knows what the next question's id will be.
#[test]
fn another_caller_cannot_answer_for_the_owner_of_a_session() {
    let server = Server::http(SHOP, &[]);
    let (alice, mallory) =
        (Caller { server: &server, token: "alice" }, Caller { server: &server, token: "mallory" });
    let eve = Caller { server: &server, token: "nobody knows" };
    let session = alice.opens();
    let mut call = alice.calls(&session, 800);
    let question = call.message(asks);
    for other in [&mallory, &eve] {
        for id in 0..20 {
            assert_eq!(other.answers(&session, &json!(id), "accept"), 404);
        }
        assert_eq!(other.answers(&session, &question["id"], "accept"), 404);
        assert_eq!(other.calls(&session, 801).status, 404, "nor is alice asked for them");
        assert_eq!(other.sends("GET", Some(&session), "").status, 404, "nor do they listen in");
        // To end what is not there is no error; alice's goes on.
        assert_eq!(other.sends("DELETE", Some(&session), "").status, 202);
    }
    assert_eq!(server.log.bodies(800) + server.log.bodies(801), 0);
    assert_eq!(alice.answers(&session, &question["id"], "decline"), 202);
    let result = call.message(|message| message["id"] == 2);
    assert_eq!(result["result"]["isError"], true, "{result}");
    assert_eq!(server.log.decisions(800), ["denied"]);
    // Alice goes on in her session.
    let mut call = alice.calls(&session, 802);
    let question = call.message(asks);
    assert_eq!(alice.answers(&session, &question["id"], "accept"), 202);
    let result = call.message(|message| message["id"] == 2);
    assert_eq!((&result["result"]["isError"], server.log.bodies(802)), (&json!(false), 1));
}

/// An id that this server did not seal, and that of a session which nobody could own.
#[test]
fn a_session_that_is_forged_or_nobodys_is_not_there() {
    let server = Server::http(SHOP, &[]);
    let (alice, eve) =
        (Caller { server: &server, token: "alice" }, Caller { server: &server, token: "eve" });
    let session = alice.opens();
    let mut forged = vec![session[..session.len() - 1].to_owned(), "nobodys".to_owned()];
    // What the server itself calls it can be read, and opens nothing.
    forged.extend(session.split('.').map(str::to_owned));
    forged.push(format!("{session}, {session}"));
    forged.push(format!("{session}\r\nmcp-session-id: {session}"));
    for session in forged {
        assert_eq!(alice.calls(&session, 1).status, 404, "{session}");
    }
    let hello = json!({
        "protocolVersion": "2025-06-18", "capabilities": {},
        "clientInfo": {"name": "raw", "version": "1"},
    });
    let hello = json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello});
    let theirs = eve.posts(None, &hello).session;
    assert_eq!(theirs.as_deref(), Some("nobodys"));
    assert_eq!(eve.calls("nobodys", 1).status, 404);
    assert_eq!(server.log.bodies(1), 0);
    let mut call = alice.calls(&session, 2);
    call.message(|message| message["id"] == 2);
    assert_eq!(server.log.bodies(2), 1);
}

/// Where a session is whoever's who knows its id, nobody is asked in it. What needs no person works.
#[test]
fn nobody_is_asked_in_a_session_that_is_not_bound() {
    let server = Server::http(SHOP, &["sessions=anybodys"]);
    let alice = Caller { server: &server, token: "alice" };
    let session = alice.opens();
    let result = alice.calls(&session, 900).message(|message| asks(message) || message["id"] == 2);
    assert_eq!(result["result"]["_meta"]["failclosed/cause"], "not_configured", "{result}");
    assert_eq!(
        (server.log.decisions(900), server.log.bodies(900)),
        (vec!["not_configured".into()], 0)
    );
    assert!(server.log.details().iter().any(|detail| detail.contains("`SessionLayer`")));
    alice.calls(&session, 3).message(|message| message["id"] == 2);
    assert_eq!(server.log.bodies(3), 1);
}

/// Over HTTP nobody is the guard's own subject, unless it is said so.
#[test]
fn a_server_that_does_not_say_who_calls_denies() {
    let server = Server::http(SHOP, &["callers=anybody"]);
    let alice = Caller { server: &server, token: "alice" };
    let session = alice.opens();
    for cents in [4, 904] {
        let result = alice.calls(&session, cents).message(|m| asks(m) || m["id"] == 2);
        assert_eq!(result["result"]["_meta"]["failclosed/cause"], "not_configured", "{result}");
        let (decisions, bodies) = (server.log.decisions(cents), server.log.bodies(cents));
        assert_eq!((decisions, bodies), (vec!["not_configured".into()], 0));
    }
    assert!(server.log.details().iter().any(|detail| detail.contains("`identified_by`")));
}

/// The bytes of an answer, as no SDK writes them: read before rmcp reads them, which would take them.
#[test]
fn an_answer_that_contradicts_itself_is_none() {
    let server = Server::http(SHOP, &[]);
    let alice = Caller { server: &server, token: "alice" };
    let session = alice.opens();
    let odd = [
        r#"{"action":"decline","action":"accept","content":{"approve":true}}"#,
        r#"{"action":"accept","content":{"approve":false},"content":{"approve":true}}"#,
        r#"{"action":"accept","content":{"approve":false,"approve":true}}"#,
        r#"{"action":"accept","content":{"approve":true},"decision":"deny"}"#,
        r#"{"action":"accept","content":{"approve":true},"model":"x","role":"user"}"#,
        r#"["accept",{"approve":true},null]"#,
    ];
    for (cents, result) in (810..).zip(odd) {
        let mut call = alice.calls(&session, cents);
        let id = &call.message(asks)["id"];
        let answer = format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{result}}}"#);
        assert_eq!(alice.sends("POST", Some(&session), &answer).status, 202, "{result}");
        let denial = call.message(|message| message["id"] == 2);
        assert_eq!(denial["result"]["_meta"]["failclosed/cause"], "malformed", "{result}");
        assert_eq!(server.log.bodies(cents), 0, "{result}");
        assert_eq!(server.log.decisions(cents), ["malformed"], "{result}");
    }
    let mut call = alice.calls(&session, 820);
    let question = call.message(asks);
    assert_eq!(alice.answers(&session, &question["id"], "accept"), 202);
    call.message(|message| message["id"] == 2);
    assert_eq!(server.log.bodies(820), 1);
}
