//! What is refused when a remote authority is built, and how it is said.
#![cfg(feature = "http")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops at what it does not expect"
)]

mod http_common;

use std::{fs, path::PathBuf, time::Duration};

use failclosed_runtime::{
    Decision, NoDecision, Request,
    http::{AuthZen, Behalf, Dialect, HttpAuthority, HttpBuilder, Object, Opa, Repeat, Secret},
};
use http_common::{TOKEN, authzen, certificates::Ca, token};

fn refused<D: Dialect>(builder: HttpBuilder<D>) -> String {
    let error = builder.build().expect_err("it was built").to_string();
    assert!(!error.contains("tok_"), "a secret is shown: {error}");
    error
}

#[test]
fn endpoints_that_must_not_be_asked() {
    let example = "\nhelp: write the authority's base URL: `https://pdp.example.com`";
    let rows: [(&str, &str); 60] = [
        ("", "is blank"),
        (" \t ", "is blank"),
        ("null", "is a placeholder"),
        ("undefined", "is a placeholder"),
        ("changeme", "is a placeholder"),
        ("ToDo", "is a placeholder"),
        ("<your PDP>", "is a placeholder"),
        ("https://<host>/", "is a placeholder"),
        ("https://${PDP_HOST}", "is a placeholder"),
        ("https://{{ host }}", "is a placeholder"),
        ("https://your-pdp.example.com", "is a placeholder"),
        ("https://undefined/", "is a placeholder"),
        ("https://null:8443", "is a placeholder"),
        (" https://pdp.example.com", "has white space or control characters"),
        ("https://pdp.example.com\n", "has white space or control characters"),
        ("https://pdp.exa\tmple.com", "has white space or control characters"),
        ("https://pdp.example.com/\u{a0}", "has white space or control characters"),
        ("pdp.example.com", "is not a URL"),
        ("pdp.example.com:8443", "is neither `https` nor `http`"),
        ("/access", "is not a URL"),
        ("https://", "is not a URL"),
        ("https://[::1", "is not a URL"),
        ("https://pdp.example.com:99999", "is not a URL"),
        ("https://a b", "has white space or control characters"),
        ("ftp://pdp.example.com", "is neither `https` nor `http`"),
        ("unix:/run/pdp.sock", "is neither `https` nor `http`"),
        ("file:///etc/passwd", "is neither `https` nor `http`"),
        ("https://alice@pdp.example.com", "has credentials in it"),
        ("https://alice:tok_1@pdp.example.com", "has credentials in it"),
        ("https://:tok_1@pdp.example.com", "has credentials in it"),
        ("https://@pdp.example.com", "has credentials in it"),
        ("https://pdp.example.com/?key=tok_1", "has a query or a fragment"),
        ("https://pdp.example.com\\@evil.example", "has credentials in it"),
        ("https://pdp.example.com:443@evil.example", "has credentials in it"),
        ("https://pdp.example.com%40evil.example", "is not a URL"),
        ("https://pdp.example.com%23.evil.example", "is not a URL"),
        ("https://pdp.example.com%00", "is not a URL"),
        ("https://[fe80::1%25eth0]", "is not a URL"),
        ("http://[::1%25lo]:8080", "is not a URL"),
        ("http://[::ffff:127.0.0.1]:8080", "is plain `http` to a host that is not this one"),
        ("http://127.0.0.1.:8080", "is not written the way it is read"),
        ("http://\u{2460}\u{2461}\u{2466}.0.0.1", "is not written the way it is read"),
        ("https://pdp\u{3002}example.com", "is not written the way it is read"),
        ("https://pdp.ex\u{430}mple.com", "is not written the way it is read"),
        ("https://pdp.example.com?", "has a query or a fragment"),
        ("https://pdp.example.com/#tok_1", "has a query or a fragment"),
        ("https://pdp.example.com:0", "has port 0, which is nobody's"),
        ("http://pdp.example.com", "is plain `http` to a host that is not this one"),
        ("http://10.0.0.7:8080", "is plain `http` to a host that is not this one"),
        ("http://0.0.0.0:8080", "is plain `http` to a host that is not this one"),
        ("http://128.0.0.1", "is plain `http` to a host that is not this one"),
        ("http://[::2]", "is plain `http` to a host that is not this one"),
        ("http://localhost.example.com", "is plain `http` to a host that is not this one"),
        ("http://127.0.0.1.example.com", "is plain `http` to a host that is not this one"),
        ("http://pdp.localhost", "is plain `http` to a host that is not this one"),
        ("http://localhost./", "is plain `http` to a host that is not this one"),
        ("https://pdp.example.com//", "has an empty segment in its path"),
        ("https://pdp.example.com/a//b", "has an empty segment in its path"),
        ("https://pdp.example.com/a/../b", "is not written the way it is read"),
        ("https://pdp.example.com\\a", "is not written the way it is read"),
    ];
    for (endpoint, fault) in rows {
        let error = refused(authzen(endpoint));
        assert!(error.starts_with(&format!("the endpoint {fault}\nhelp: ")), "{endpoint}: {error}");
    }
    assert_eq!(refused(authzen("")), format!("the endpoint is blank{example}"));
    assert_eq!(
        refused(HttpAuthority::builder(AuthZen::new())),
        format!("the endpoint is blank{example}")
    );
}

/// What a URL parser would repair is refused, with what it would have made of it.
#[test]
fn endpoints_are_written_the_way_they_are_read() {
    for (endpoint, read) in [
        ("https:pdp.example.com", "https://pdp.example.com"),
        ("https:/pdp.example.com", "https://pdp.example.com"),
        ("https:///pdp.example.com", "https://pdp.example.com"),
        ("https:\\\\pdp.example.com", "https://pdp.example.com"),
        ("http://127.1:8080", "http://127.0.0.1:8080"),
        ("http://0x7f000001", "http://127.0.0.1"),
        ("http://2130706433", "http://127.0.0.1"),
        ("http://[0:0:0:0:0:0:0:1]", "http://[::1]"),
        ("https://b\u{fc}cher.example", "https://xn--bcher-kva.example"),
        ("https://pdp%2eexample.com", "https://pdp.example.com"),
        ("https://pdp.example.com/./a", "https://pdp.example.com/a"),
        ("https://pdp.example.com/%2e%2e/a", "https://pdp.example.com/a"),
        ("https://pdp.example.com/a/..", "https://pdp.example.com"),
        ("https://pdp.example.com/\u{e9}", "https://pdp.example.com/%C3%A9"),
        ("https://pdp.example.com:08443", "https://pdp.example.com:8443"),
        ("https://pdp.example.com:", "https://pdp.example.com"),
    ] {
        let error = refused(authzen(endpoint));
        assert_eq!(
            error,
            format!(
                "the endpoint is not written the way it is read\nhelp: if this is what you mean, \
                 write it: `{read}`"
            )
        );
        authzen(read).build().unwrap();
    }
}

#[test]
fn endpoints_that_may_be_asked() {
    for (endpoint, url) in [
        ("https://pdp.example.com", "https://pdp.example.com/access/v1/evaluation"),
        ("https://pdp.example.com/", "https://pdp.example.com/access/v1/evaluation"),
        ("HTTPS://PDP.example.COM:443/", "https://pdp.example.com/access/v1/evaluation"),
        (
            "https://pdp.example.com:8443/a/b/",
            "https://pdp.example.com:8443/a/b/access/v1/evaluation",
        ),
        ("https://10.0.0.7", "https://10.0.0.7/access/v1/evaluation"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080/access/v1/evaluation"),
        ("http://127.200.0.9", "http://127.200.0.9/access/v1/evaluation"),
        ("http://[::1]:8080", "http://[::1]:8080/access/v1/evaluation"),
        ("http://localhost:8080/pdp", "http://localhost:8080/pdp/access/v1/evaluation"),
        ("http://LOCALHOST:80", "http://localhost/access/v1/evaluation"),
    ] {
        let shown = format!("{:?}", authzen(endpoint).build().unwrap());
        assert!(shown.contains(&format!("url: \"{url}\"")), "{endpoint}: {shown}");
    }
    let opa = HttpAuthority::builder(Opa::rule("shop/allow").unwrap());
    let shown = format!("{:?}", opa.endpoint("http://127.0.0.1:8181").build().unwrap());
    let url = "http://127.0.0.1:8181/v1/data/shop/allow?strict-builtin-errors=true";
    assert!(shown.contains(url), "{shown}");
}

#[derive(Debug)]
struct At(&'static str);

impl Dialect for At {
    fn name(&self) -> &'static str {
        "at"
    }
    fn path(&self) -> &str {
        self.0
    }
    fn repeat(&self) -> Repeat {
        Repeat::Safe
    }
    fn question(&self, _: &Request<'_>) -> Result<Vec<u8>, NoDecision> {
        Ok(Vec::new())
    }
    fn decision(&self, _: &Request<'_>, _: &Object) -> Result<Decision, NoDecision> {
        Err(NoDecision::malformed("no"))
    }
}

#[test]
fn paths_stay_below_the_endpoint() {
    let at = |path| HttpAuthority::builder(At(path)).endpoint("https://pdp.example.com/base");
    for (path, fault) in [
        ("/etc", "starts with a slash"),
        ("//other.example/x", "starts with a slash"),
        ("a#b", "has a fragment"),
        ("..", "is not written the way it is read"),
        ("../x", "is not written the way it is read"),
        ("a/../../x", "is not written the way it is read"),
        ("a/%2e%2e/x", "is not written the way it is read"),
        ("a b", "is not written the way it is read"),
        ("a\\b", "is not written the way it is read"),
        ("a//b", "is not written the way it is read"),
        ("a?q=\"", "is not written the way it is read"),
    ] {
        let error = refused(at(path));
        assert!(error.starts_with(&format!("the path of `at` {fault}\nhelp: ")), "{path}: {error}");
    }
    for (path, url) in [
        ("", "https://pdp.example.com/base"),
        ("a", "https://pdp.example.com/base/a"),
        ("a/b?c=d", "https://pdp.example.com/base/a/b?c=d"),
        ("a/..b", "https://pdp.example.com/base/a/..b"),
    ] {
        let shown = format!("{:?}", at(path).build().unwrap());
        assert!(shown.contains(&format!("url: \"{url}\"")), "{path}: {shown}");
    }
}

#[test]
fn secrets_that_are_none() {
    for (secret, fault) in [
        ("", "is blank"),
        ("  \n", "is blank"),
        (" tok_1", "has white space around it"),
        ("tok_1\n", "has white space around it"),
        ("null", "is a placeholder"),
        ("None", "is a placeholder"),
        ("undefined", "is a placeholder"),
        ("ChangeMe", "is a placeholder"),
        ("todo", "is a placeholder"),
        ("<token>", "is a placeholder"),
        ("your-token-here", "is a placeholder"),
        ("YOUR_TOKEN", "is a placeholder"),
        ("${PDP_TOKEN}", "is a placeholder"),
        ("xxxxxxxx", "is a placeholder"),
        ("$TOKEN", "is a placeholder"),
        ("%TOKEN%", "is a placeholder"),
        ("TOKEN", "is a placeholder"),
        ("REPLACE_ME", "is a placeholder"),
        ("dummy", "is a placeholder"),
        ("test", "is a placeholder"),
        ("********", "is a placeholder"),
        ("tok_1\u{7}2", "has characters other than visible ASCII"),
        ("tok_1\r\nX-Admin: 1", "has characters other than visible ASCII"),
        ("tok_\u{e9}", "has characters other than visible ASCII"),
        ("tok_\u{202e}1", "has characters other than visible ASCII"),
    ] {
        let error = Secret::new(secret).unwrap_err().to_string();
        assert_eq!(error, format!("the secret {fault}\nhelp: give the value itself"), "{secret}");
    }
    for fine in ["tok_1", "Zm9v+/==", "a b", "<a>b", "x", "xx", "nullable"] {
        Secret::new(fine).unwrap();
    }
}

/// The test runner's environment has variables enough; none is set here, which other tests'
/// threads would see.
#[test]
fn secrets_from_the_environment() {
    let help = "\nhelp: set it where this program is started, and nowhere an agent can write";
    let error = Secret::from_env("FAILCLOSED_NOT_SET").unwrap_err().to_string();
    assert_eq!(error, format!("the variable `FAILCLOSED_NOT_SET` is not set{help}"));
    for name in ["", "A=B", "A\0B"] {
        let error = Secret::from_env(name).unwrap_err().to_string();
        assert!(error.contains("is no name of a variable"), "{error}");
    }
    let set = Secret::from_env("CARGO_PKG_NAME").unwrap();
    assert_eq!(format!("{set:?}"), "Secret(..)");
}

struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let directory = std::env::temp_dir().join(format!("failclosed-{}", std::process::id()));
        let directory = directory.join(name);
        fs::create_dir_all(&directory).unwrap();
        Self(directory)
    }

    fn file(&self, text: &[u8], mode: u32) -> PathBuf {
        use std::os::unix::fs::PermissionsExt;
        let path = self.0.join("secret");
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

#[cfg(unix)]
#[test]
fn secrets_from_files() {
    let scratch = Scratch::new("secrets");
    let refused = |text: &[u8], mode| {
        let path = scratch.file(text, mode);
        let error = Secret::from_file(&path).unwrap_err().to_string();
        assert!(!error.contains("tok_"), "{error}");
        let start = format!("the file `{}` ", path.display());
        error.strip_prefix(&start).unwrap().to_owned()
    };
    let help = "\nhelp: let only root or the user of this program write it: `chmod go-w`, and its \
                directory too";
    for mode in [0o620, 0o602, 0o664, 0o666] {
        let told = refused(b"tok_1", mode);
        assert_eq!(told, format!("can be written by others (mode {mode:03o}){help}"));
    }
    assert_eq!(refused(b"", 0o600), format!("is blank{help}"));
    assert_eq!(refused(b"\n", 0o600), format!("is blank{help}"));
    assert_eq!(refused(b"tok_1\n\n", 0o600), format!("has white space around it{help}"));
    assert_eq!(refused(b"changeme\n", 0o600), format!("is a placeholder{help}"));
    assert!(refused(b"tok_\xff", 0o600).starts_with("cannot be read: "));
    let long = vec![b'a'; 16 * 1024 + 1];
    assert_eq!(refused(&long, 0o600), format!("is longer than 16 KiB{help}"));
    for fine in [b"tok_1".as_slice(), b"tok_1\n", b"tok_1\r\n", &long[1..]] {
        // The last four as Compose and Kubernetes mount them.
        for mode in [0o600, 0o400, 0o640, 0o444, 0o644, 0o440] {
            drop(fs::remove_file(scratch.0.join("secret")));
            Secret::from_file(scratch.file(fine, mode)).unwrap();
        }
    }
    let error = Secret::from_file(&scratch.0).unwrap_err().to_string();
    assert!(error.contains("is no regular file"), "{error}");
    let error = Secret::from_file(scratch.0.join("none")).unwrap_err().to_string();
    assert!(error.contains("cannot be read: "), "{error}");
}

/// Whoever can put another file in its place can write it; and what counts is where it really lies.
#[cfg(unix)]
#[test]
fn secrets_from_directories() {
    use std::os::unix::fs::{PermissionsExt, chown, symlink};
    let scratch = Scratch::new("mounted");
    let mode = |path: &std::path::Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    // As Kubernetes mounts it: the file behind two links, which are swapped for a new one.
    let real = scratch.0.join("..2026_01");
    fs::create_dir_all(&real).unwrap();
    fs::write(real.join("token"), "tok_1\n").unwrap();
    mode(&real.join("token"), 0o644);
    symlink("..2026_01", scratch.0.join("..data")).unwrap();
    let token = scratch.0.join("token");
    symlink("..data/token", &token).unwrap();
    let refused = || Secret::from_file(&token).unwrap_err().to_string();

    mode(&scratch.0, 0o1777);
    Secret::from_file(&token).unwrap();
    for open in [0o777, 0o775, 0o757] {
        mode(&real, open);
        let fault = format!("lies in a directory that can be written by others (mode {open:03o})");
        assert!(refused().contains(&fault), "{}", refused());
    }
    for kept in [0o1777, 0o755, 0o2755] {
        mode(&real, kept);
        Secret::from_file(&token).unwrap();
    }
    // Only root may give a file away; for others there is none that is somebody else's.
    if chown(real.join("token"), Some(54_321), None).is_ok() {
        assert!(refused().contains("` belongs to somebody else (user 54321)"), "{}", refused());
        chown(real.join("token"), Some(0), None).unwrap();
        Secret::from_file(&token).unwrap();
        chown(&real, Some(54_321), None).unwrap();
        let fault = "lies in a directory that belongs to somebody else (user 54321)";
        assert!(refused().contains(fault), "{}", refused());
    }
}

#[test]
fn headers_that_are_not_the_callers() {
    let with = |name: &str| authzen("https://pdp.example.com").header(name, token());
    for name in [
        "Content-Type",
        "accept",
        "host",
        "Content-Length",
        "transfer-encoding",
        "connection",
        "X-Request-ID",
        "accept-encoding",
        "user-agent",
        "te",
        "trailer",
        "upgrade",
        "expect",
        "proxy-authorization",
        "range",
        "If-None-Match",
        "cache-control",
    ] {
        let error = refused(with(name));
        assert_eq!(
            error,
            format!("the header `{name}` is not yours to set\nhelp: leave it to the client")
        );
    }
    for name in ["", "a b", "a:b", "a\r\nb", "\u{fc}"] {
        assert!(refused(with(name)).contains("has no valid name"), "{name}");
    }
    assert!(refused(with("Authorization")).contains("is given twice"));
    assert!(refused(with("x-key").header("X-KEY", token())).contains("is given twice"));
    let bearer = authzen("https://pdp.example.com").bearer(Secret::new("Bearer tok_1").unwrap());
    assert_eq!(
        refused(bearer),
        "the header `authorization` would carry a token with a space in it\n\
         help: give the token alone, without `Bearer`"
    );
    with("x-developer-token").build().unwrap();
    let basic = Secret::new("Basic dG9rXzE6").unwrap();
    let keyless = HttpAuthority::builder(AuthZen::new()).endpoint("https://pdp.example.com");
    keyless.header("authorization", basic).build().unwrap();
}

#[test]
fn limits_have_ranges() {
    let authority = || authzen("https://pdp.example.com");
    let deadline = "`deadline` must be more than zero and at most one day";
    assert_eq!(refused(authority().deadline(Duration::ZERO)), deadline);
    assert_eq!(refused(authority().deadline(Duration::from_secs(86_401))), deadline);
    assert_eq!(refused(authority().deadline(Duration::MAX)), deadline);
    assert_eq!(refused(authority().retries(4)), "`retries` must be at most 3");
    authority().deadline(Duration::from_secs(86_400)).retries(3).build().unwrap();
}

#[test]
fn certificates_that_are_none() {
    let authority = || authzen("https://pdp.example.com");
    let ca = Ca::new("ours");
    let ours = ca.client("shopper");
    let other = ca.client("other");
    let key_in_place = ours.key.clone();
    for (builder, fault) in [
        (authority().ca_certificate(""), "the CA certificate is not in the text given"),
        (authority().ca_certificate("tok_"), "the CA certificate is not in the text given"),
        (authority().ca_certificate(&ours.key), "the CA certificate is not in the text given"),
        (
            authority().ca_certificate(ca.pem()).ca_certificate(""),
            "the CA certificate is not in the text given",
        ),
        (
            authority()
                .ca_certificate("-----BEGIN CERTIFICATE-----\n?\n-----END CERTIFICATE-----\n"),
            "the CA certificate does not parse",
        ),
        (
            authority()
                .ca_certificate("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
            "the CA certificate is refused",
        ),
        (
            authority().client_identity("", &ours.key),
            "the client certificate is not in the text given",
        ),
        (authority().client_identity(&ours.certificate, ""), "the client's private key is not PEM"),
        (
            authority().client_identity(&ours.certificate, "tok_"),
            "the client's private key is not PEM",
        ),
        (
            authority().client_identity(&ours.certificate, &other.key),
            "the client certificate and its key are refused",
        ),
        (
            authzen("http://127.0.0.1:1").ca_certificate(ca.pem()),
            "certificates are given for an endpoint without TLS",
        ),
        (
            authzen("http://127.0.0.1:1").client_identity(&ours.certificate, &ours.key),
            "certificates are given for an endpoint without TLS",
        ),
    ] {
        let error = refused(builder);
        assert!(error.starts_with(fault) && error.contains("\nhelp: "), "{fault}: {error}");
        assert!(!error.contains(key_in_place.lines().nth(1).unwrap()), "{error}");
    }
    let authority = authority().ca_certificate(ca.pem());
    authority.client_identity(&ours.certificate, &ours.key).build().unwrap();
}

#[test]
fn nothing_prints_a_secret() {
    let ca = Ca::new("ours");
    let ours = ca.client("shopper");
    let builder = authzen("https://pdp.example.com")
        .header("x-developer-token", token())
        .ca_certificate(ca.pem())
        .client_identity(&ours.certificate, &ours.key);
    let key = ours.key.lines().nth(1).unwrap();
    let shown = format!("{builder:?} {builder:#?}");
    let authority = builder.build().unwrap();
    for shown in [shown, format!("{authority:?} {authority:#?}")] {
        assert!(shown.contains("x-developer-token"), "{shown}");
        assert!(!shown.contains(TOKEN) && !shown.contains("tok_"), "{shown}");
        assert!(!shown.contains(key), "{shown}");
    }
    // Not even one that stands where it should not.
    let builder = authzen("https://alice:tok_1@pdp.example.com/?key=tok_2");
    assert!(!format!("{builder:?}").contains("tok_"));
}

#[test]
fn a_dialect_that_uses_something_up_has_no_retries() {
    let never = HttpAuthority::builder(Behalf::new()).endpoint("https://behalfid.com").retries(3);
    assert!(format!("{:?}", never.build().unwrap()).contains("retries: 0"));
    let safe = authzen("https://pdp.example.com").build().unwrap();
    assert!(format!("{safe:?}").contains("retries: 1"));
}
