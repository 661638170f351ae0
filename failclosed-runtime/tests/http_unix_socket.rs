//! An authority on a Unix domain socket, and each way in which it is none or somebody else's.
#![cfg(all(feature = "http", unix))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops at what it does not expect"
)]
#![allow(clippy::disallowed_methods, reason = "the server's threads are no task's")]

mod http_common;

use std::{
    fs,
    io::{Read, Write},
    os::unix::{
        fs::{MetadataExt, PermissionsExt, chown, symlink},
        net::{UnixListener, UnixStream},
    },
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use failclosed_runtime::{
    Cause,
    http::{HttpAuthority, HttpBuilder, Opa},
};
use http_common::{Shop, json};

struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path =
            std::env::temp_dir().join(format!("failclosed-unix-{name}-{}", std::process::id()));
        drop(fs::remove_dir_all(&path));
        fs::create_dir_all(&path).unwrap();
        mode(&path, 0o755);
        Self(path)
    }

    fn socket(&self) -> PathBuf {
        self.0.join("opa.sock")
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn yes() -> Vec<u8> {
    json(r#"{"result":true}"#)
}

/// Answers each question on a socket in one way. Counts those that were heard.
fn listen(path: &Path, answer: impl Fn(UnixStream) + Send + 'static) -> Arc<AtomicUsize> {
    let listener = UnixListener::bind(path).unwrap();
    let heard = Arc::new(AtomicUsize::new(0));
    let counted = heard.clone();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut asked = Vec::new();
            let mut piece = [0; 4096];
            while !asked.ends_with(b"}") {
                match stream.read(&mut piece) {
                    Ok(count @ 1..) => asked.extend_from_slice(&piece[..count]),
                    _ => break,
                }
            }
            if asked.starts_with(b"POST /v1/data/shop/allow?") {
                counted.fetch_add(1, Ordering::SeqCst);
                answer(stream);
            }
        }
    });
    heard
}

fn says(bytes: Vec<u8>) -> impl Fn(UnixStream) + Send + 'static {
    move |mut stream| drop(stream.write_all(&bytes))
}

fn over(path: impl Into<PathBuf>) -> HttpBuilder<Opa> {
    HttpAuthority::builder(Opa::rule("shop/allow").unwrap()).unix_socket(path).retries(0)
}

fn shop(path: &Path) -> Shop {
    Shop::new(over(path).deadline(Duration::from_millis(400)).build().unwrap())
}

#[tokio::test]
async fn asks_over_a_socket() {
    for (modes, name) in [(0o666, "open"), (0o600, "shut")] {
        let scratch = Scratch::new(name);
        let heard = listen(&scratch.socket(), says(yes()));
        mode(&scratch.socket(), modes);
        let shop = shop(&scratch.socket());
        shop.allowed().await;
        shop.allowed().await;
        assert_eq!(heard.load(Ordering::SeqCst), 2);
        // A link to it is followed, to where its directory is looked at.
        let link = scratch.0.join("link");
        symlink("opa.sock", &link).unwrap();
        let builder = over(link).endpoint("http://localhost");
        Shop::new(builder.build().unwrap()).allowed().await;
    }
}

/// Each is asked first as it should be: no denial here is one for another reason.
#[tokio::test]
async fn a_socket_that_others_may_replace_is_not_asked() {
    let scratch = Scratch::new("others");
    let heard = listen(&scratch.socket(), says(yes()));
    let shop = shop(&scratch.socket());
    shop.allowed().await;
    for open in [0o777, 0o775, 0o757] {
        mode(&scratch.0, open);
        let told = shop.denied(Cause::Unavailable).await;
        assert!(told.contains("lies in a directory that can be written by others"), "{told}");
        assert!(told.contains("; help: let only root"), "{told}");
        assert_eq!(heard.load(Ordering::SeqCst), 1);
    }
    mode(&scratch.0, 0o1777);
    shop.allowed().await;
    mode(&scratch.0, 0o755);
    // Only root may give a file away; for others there is none that is somebody else's.
    for given in [scratch.socket(), scratch.0.clone()] {
        if chown(&given, Some(54_321), None).is_ok() {
            let told = shop.denied(Cause::Unavailable).await;
            assert!(told.contains("belongs to somebody else (user 54321)"), "{told}");
            chown(&given, Some(0), None).unwrap();
        }
    }
    assert_eq!(heard.load(Ordering::SeqCst), 2);
    // A link into a directory of that kind.
    let elsewhere = Scratch::new("elsewhere");
    listen(&elsewhere.socket(), says(yes()));
    mode(&elsewhere.0, 0o777);
    fs::remove_file(scratch.socket()).unwrap();
    symlink(elsewhere.socket(), scratch.socket()).unwrap();
    shop.denied(Cause::Unavailable).await;
}

#[tokio::test]
async fn a_socket_that_is_none_denies_until_it_is_one() {
    let scratch = Scratch::new("none");
    let path = scratch.socket();
    let shop = shop(&path);
    shop.denied(Cause::Unavailable).await;
    fs::write(&path, yes()).unwrap();
    let told = shop.denied(Cause::Unavailable).await;
    assert!(told.contains("is no socket"), "{told}");
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    shop.denied(Cause::Unavailable).await;
    fs::remove_dir(&path).unwrap();
    // Its listener is gone.
    drop(UnixListener::bind(&path).unwrap());
    let told = shop.denied(Cause::Unavailable).await;
    assert!(told.contains("refused"), "{told}");
    fs::remove_file(&path).unwrap();
    listen(&path, says(yes()));
    shop.allowed().await;
}

#[tokio::test]
async fn a_peer_that_fails_denies() {
    let whole = yes();
    let half = whole[..whole.len() - 3].to_vec();
    let no = json(r#"{"result":false}"#);
    let list = json("[true]");
    type Peer = Box<dyn Fn(UnixStream) + Send>;
    let rows: [(&str, Cause, Peer); 6] = [
        ("closes", Cause::Unavailable, Box::new(drop)),
        ("half", Cause::Unavailable, Box::new(says(half.clone()))),
        ("hangs", Cause::TimedOut, Box::new(std::mem::forget)),
        (
            "half-hangs",
            Cause::TimedOut,
            Box::new(move |mut stream| {
                stream.write_all(&half).unwrap();
                std::mem::forget(stream);
            }),
        ),
        ("no", Cause::Denied, Box::new(says(no))),
        ("list", Cause::Malformed, Box::new(says(list))),
    ];
    for (name, cause, peer) in rows {
        println!("{name}");
        let scratch = Scratch::new(name);
        let heard = listen(&scratch.socket(), peer);
        shop(&scratch.socket()).denied(cause).await;
        assert_eq!(heard.load(Ordering::SeqCst), 1, "{name}");
    }
}

/// A sidecar in a directory that everybody may write: who listens is what the system says.
#[tokio::test]
async fn a_socket_of_a_user_is_that_users_alone() {
    let scratch = Scratch::new("sidecar");
    mode(&scratch.0, 0o777);
    let heard = listen(&scratch.socket(), says(yes()));
    // What we make is ours.
    let own = fs::metadata(&scratch.0).unwrap().uid();
    let of = |user| {
        let builder = HttpAuthority::builder(Opa::rule("shop/allow").unwrap()).retries(0);
        Shop::new(builder.unix_socket_of(scratch.socket(), user).build().unwrap())
    };
    of(own).allowed().await;
    for another in [own + 1, u32::MAX] {
        let told = of(another).denied(Cause::Unavailable).await;
        assert!(told.contains("is somebody else's"), "{told}");
        assert!(told.contains("; help: name the user"), "{told}");
    }
    assert_eq!(heard.load(Ordering::SeqCst), 1);
}

#[test]
fn paths_that_are_no_sockets_are_refused() {
    for (path, fault) in [
        ("", "is blank"),
        ("\0opa", "is abstract: it has no owner"),
        ("@opa", "is abstract: it has no owner"),
        ("opa.sock", "is not absolute"),
        ("unix:///run/opa.sock", "is a URL and not a path"),
        ("unix:/run/opa.sock", "is a URL and not a path"),
    ] {
        let error = over(path).build().unwrap_err().to_string();
        assert!(error.contains(fault) && error.contains("\nhelp: "), "{path:?}: {error}");
        assert!(!error.contains('\0'), "{error:?}");
    }
    for endpoint in ["https://pdp.example.com", "https://localhost", "http://pdp.example.com"] {
        over("/run/opa.sock").endpoint(endpoint).build().unwrap_err();
    }
}
