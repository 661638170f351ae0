//! A receiver behind TLS: who it is has to be known before it is told anything.

use std::{
    fs,
    io::{Write as _, copy},
    net::{TcpListener, TcpStream},
    path::PathBuf,
    sync::Arc,
    thread,
};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer},
};

use super::{OK, Server, TOKEN, bodies, lines, long_log, push, server::read, whole_and_in_order};
use crate::Scratch;

/// One that signs certificates.
struct Root(Issuer<'static, KeyPair>, String);

impl Root {
    fn new() -> Self {
        let mut params = CertificateParams::new([]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        Self(Issuer::new(params, key), pem)
    }

    /// As a file.
    fn file(&self, scratch: &Scratch, name: &str) -> PathBuf {
        let file = scratch.0.join(name);
        fs::write(&file, &self.1).unwrap();
        file
    }

    /// What stands before a server, under that name. Gives its port.
    fn stands_before(&self, server: &Server, name: &str) -> u16 {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new([name.to_owned()]).unwrap();
        let chain = vec![CertificateDer::from(params.signed_by(&key, &self.0).unwrap())];
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .unwrap();
        let (config, behind) = (Arc::new(config), server.port);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let tls = ServerConnection::new(Arc::clone(&config)).unwrap();
                let mut stream = StreamOwned::new(tls, stream.unwrap());
                let Some(request) = read(&mut stream) else { continue };
                let mut plain = TcpStream::connect(("127.0.0.1", behind)).unwrap();
                let text = format!("{}\r\n{}", request.head, request.body);
                plain.write_all(text.as_bytes()).unwrap();
                copy(&mut plain, &mut stream).unwrap();
                stream.conn.send_close_notify();
                stream.flush().unwrap();
            }
        });
        port
    }
}

#[test]
fn only_who_is_known_is_told_anything() {
    let (ours, other) = (Root::new(), Root::new());
    for (name, ca, arrives) in [
        ("localhost", Some(&ours), true),
        ("localhost", Some(&other), false),
        ("localhost", None, false),
        ("collector.example", Some(&ours), false),
    ] {
        let (scratch, files) = (long_log(4), long_log(1));
        let server = Server::that(vec![OK]);
        let to = format!("https://localhost:{}/v1/logs", ours.stands_before(&server, name));
        let token = files.0.join("token");
        fs::write(&token, TOKEN).unwrap();
        let ca = ca.map(|root| root.file(&files, "ca.pem"));
        let mut rest = vec!["--as", "ndjson", "--token", token.to_str().unwrap()];
        rest.extend(ca.iter().flat_map(|file| ["--ca", file.to_str().unwrap()]));
        let (code, _, err) = push(&scratch.0, &to, &rest);
        let seen = server.seen();
        if arrives {
            assert_eq!(code, Some(0), "{err}");
            whole_and_in_order(&bodies(&seen), &lines(&scratch));
            assert!(seen.iter().all(|request| request.head.contains(&format!("Bearer {TOKEN}"))));
            continue;
        }
        assert!(code != Some(0) && seen.is_empty(), "{name}: {code:?}, and {} arrived", seen.len());
        assert!(err.contains("certificate"), "{name}: {err}");
        assert!(!err.contains(TOKEN), "it tells the token");
    }
}
