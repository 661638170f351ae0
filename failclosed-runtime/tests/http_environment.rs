//! Nothing in the environment chooses the judge. The test starts itself again in an environment that
//! tries to.
#![cfg(all(feature = "http", unix))]
#![allow(clippy::unwrap_used, reason = "a test stops at what it does not expect")]

mod http_common;

use std::{env, ffi::OsString, fs, os::unix::ffi::OsStringExt, process::Command, sync::Arc};

use failclosed_runtime::{Cause, http::Secret};
use http_common::{Server, Shop, Step, authzen, certificates::Ca, json, server::healthy};
use rustls::{ClientConfig, RootCertStore, crypto::ring};

const ENDPOINTS: &str = "FAILCLOSED_TEST_ENDPOINTS";

#[tokio::test]
async fn the_environment_has_no_effect() {
    match env::var(ENDPOINTS) {
        Ok(endpoints) => in_that_environment(&endpoints).await,
        Err(_) => outside().await,
    }
}

async fn outside() {
    let directory = env::temp_dir().join(format!("failclosed-environment-{}", std::process::id()));
    fs::create_dir_all(&directory).unwrap();
    let (roots, keys) = (directory.join("roots.pem"), directory.join("keys"));
    let ca = Ca::new("environment");
    fs::write(&roots, ca.pem()).unwrap();
    // Whoever is asked through the proxy is told yes; whoever asks the authority is told no.
    let proxy = Server::allowing();
    let authority = Server::start(|_, _| Step::Say(json(r#"{"decision":false}"#)));
    let tls = Server::start_tls(ca.server("localhost").config(None), |_, _| healthy());
    let mut child = Command::new(env::current_exe().unwrap());
    child
        .args(["--exact", "the_environment_has_no_effect", "--nocapture"])
        .env(ENDPOINTS, format!("{} {} {}", authority.url(), tls.named_url(), roots.display()))
        .env("SSL_CERT_FILE", &roots)
        .env("SSL_CERT_DIR", &directory)
        .env("SSLKEYLOGFILE", &keys)
        .env("NO_PROXY", "")
        .env("no_proxy", "")
        .env("FAILCLOSED_EMPTY", "")
        .env("FAILCLOSED_BLANK", " \t ")
        .env("FAILCLOSED_NULL", "null")
        .env("FAILCLOSED_PADDED", "tok_1 ")
        .env("FAILCLOSED_BYTES", OsString::from_vec(b"tok_\xff".to_vec()))
        .env("FAILCLOSED_TOKEN", "tok_1");
    for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"]
    {
        child.env(name, proxy.url());
    }
    let output = tokio::task::spawn_blocking(move || child.output().unwrap()).await.unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("1 passed"), "nothing ran: {said}");
    assert_eq!(proxy.connections(), 1, "the control's connection, and no other");
    assert_eq!(proxy.seen()[0].header("x-control"), Some("1"));
    assert_eq!(authority.seen().len(), 1);
    assert!(!keys.exists(), "the keys of the session were written down");
    fs::remove_dir_all(directory).unwrap();
}

async fn in_that_environment(endpoints: &str) {
    let mut endpoints = endpoints.split(' ');
    let (plain, tls, roots) =
        (endpoints.next().unwrap(), endpoints.next().unwrap(), endpoints.next().unwrap());

    // The control: a client as it is by default goes through the proxy, and is told yes.
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth();
    let naive = reqwest::Client::builder().tls_backend_preconfigured(config).build().unwrap();
    let told = naive.get(plain).header("x-control", "1").send().await.unwrap();
    assert_eq!(told.text().await.unwrap(), r#"{"decision":true}"#);

    Shop::new(authzen(plain).build().unwrap()).denied(Cause::Denied).await;

    let told = Shop::new(authzen(tls).build().unwrap()).denied(Cause::Unavailable).await;
    assert!(told.contains("UnknownIssuer"), "{told}");
    let pem = fs::read(roots).unwrap();
    Shop::new(authzen(tls).ca_certificate(pem).build().unwrap()).allowed().await;

    for (name, fault) in [
        ("FAILCLOSED_EMPTY", "is blank"),
        ("FAILCLOSED_BLANK", "is blank"),
        ("FAILCLOSED_NULL", "is a placeholder"),
        ("FAILCLOSED_PADDED", "has white space around it"),
        ("FAILCLOSED_BYTES", "is not text"),
    ] {
        let error = Secret::from_env(name).unwrap_err().to_string();
        assert!(error.starts_with(&format!("the variable `{name}` {fault}\nhelp: ")), "{error}");
        assert!(!error.contains("tok_"), "{error}");
    }
    Secret::from_env("FAILCLOSED_TOKEN").unwrap();
}
