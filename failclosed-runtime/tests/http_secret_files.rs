//! A secret that is replaced on disk is replaced in the next question, and no call is lost over it.
#![cfg(all(feature = "http", unix))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops at what it does not expect"
)]
#![allow(clippy::disallowed_methods, reason = "a writer of files is no task")]

mod http_common;

use std::{
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use failclosed_runtime::{
    Cause,
    http::{AuthZen, Behalf, HttpAuthority, HttpBuilder, Secret},
};
use http_common::{Server, Shop, Step, TOKEN, json, lunch, reply};

const NEW: &str = "tok_of_the_next_hour_77d0";

/// A directory of a test's own, gone with it.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path =
            std::env::temp_dir().join(format!("failclosed-files-{name}-{}", std::process::id()));
        drop(fs::remove_dir_all(&path));
        fs::create_dir_all(&path).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        let scratch = Self(path);
        scratch.put("token", TOKEN);
        scratch
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn put(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
        mode(&self.path(name), 0o644);
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

/// Takes one token at a time, which a test can change.
fn taking(token: &str) -> (Server, Arc<Mutex<String>>) {
    let taken = Arc::new(Mutex::new(token.to_owned()));
    let now = taken.clone();
    let server = Server::start(move |_, seen| {
        let wanted = format!("Bearer {}", now.lock().unwrap());
        if seen.header("authorization") == Some(&wanted) {
            http_common::server::healthy()
        } else {
            Step::Say(reply("401 Unauthorized", "", ""))
        }
    });
    (server, taken)
}

fn by_file(server: &Server, path: &Path) -> HttpBuilder<AuthZen> {
    let secret = Secret::from_file(path).unwrap();
    HttpAuthority::builder(AuthZen::new()).endpoint(server.url()).bearer(secret).retries(0)
}

fn shop(server: &Server, path: &Path) -> Shop {
    Shop::new(by_file(server, path).build().unwrap())
}

/// Replaces a token, in one of the ways that platforms do.
type Replace = fn(&Scratch, &str);

fn in_place(scratch: &Scratch, token: &str) {
    fs::write(scratch.path("token"), token).unwrap();
}

fn renamed_over(scratch: &Scratch, token: &str) {
    scratch.put("token.new", token);
    fs::rename(scratch.path("token.new"), scratch.path("token")).unwrap();
}

/// The kubelet writes a directory of its own each time, and swaps the link to it.
fn swapped_link(scratch: &Scratch, token: &str) {
    static TIMES: AtomicUsize = AtomicUsize::new(0);
    let name = format!("..2026_{}", TIMES.fetch_add(1, Ordering::SeqCst));
    let real = scratch.path(&name);
    fs::create_dir(&real).unwrap();
    mode(&real, 0o755);
    fs::write(real.join("token"), token).unwrap();
    mode(&real.join("token"), 0o644);
    symlink(&name, scratch.path("..data_tmp")).unwrap();
    let old = fs::read_link(scratch.path("..data")).ok();
    fs::rename(scratch.path("..data_tmp"), scratch.path("..data")).unwrap();
    if let Some(old) = old {
        fs::remove_dir_all(scratch.path(old.to_str().unwrap())).unwrap();
    } else {
        fs::remove_file(scratch.path("token")).unwrap();
        symlink("..data/token", scratch.path("token")).unwrap();
    }
}

const WAYS: [(&str, Replace); 3] =
    [("in-place", in_place), ("renamed", renamed_over), ("swapped", swapped_link)];

#[tokio::test]
async fn the_next_question_has_the_new_one() {
    for (name, replace) in WAYS {
        let scratch = Scratch::new(name);
        replace(&scratch, TOKEN);
        let (server, taken) = taking(TOKEN);
        let shop = shop(&server, &scratch.path("token"));
        shop.allowed().await;
        // Of the same length too, and within one tick of the file system's clock.
        for token in [NEW, "tok_of_the_next_hour_77d1", "tok_of_the_next_hour_77d2", "tok_short_1"]
        {
            replace(&scratch, token);
            *taken.lock().unwrap() = token.into();
            let before = server.seen().len();
            shop.allowed().await;
            assert_eq!(server.seen().len(), before + 1, "{name}: asked with the old one first");
        }
    }
}

/// A file that has been left alone for a while is read no more than it changes.
#[tokio::test]
async fn a_settled_file_is_watched_too() {
    for (name, replace) in WAYS {
        let scratch = Scratch::new(&format!("settled-{name}"));
        replace(&scratch, TOKEN);
        thread::sleep(Duration::from_millis(2_100));
        let (server, taken) = taking(TOKEN);
        let shop = shop(&server, &scratch.path("token"));
        shop.allowed().await;
        // The file is as it was; who may put another in its place is not.
        let real = fs::canonicalize(scratch.path("token")).unwrap();
        mode(real.parent().unwrap(), 0o777);
        shop.denied(Cause::Unavailable).await;
        mode(real.parent().unwrap(), 0o755);
        shop.allowed().await;
        replace(&scratch, NEW);
        *taken.lock().unwrap() = NEW.into();
        shop.allowed().await;
        assert_eq!(server.seen().len(), 3, "{name}");
        // Its text is as it was; who may write it is not.
        mode(&scratch.path("token"), 0o666);
        shop.denied(Cause::Unavailable).await;
        assert_eq!(server.seen().len(), 3, "{name}");
    }
}

/// The authority takes the new one a moment before it lies in the file.
#[tokio::test]
async fn a_refused_one_is_replaced_under_way() {
    for (name, replace) in WAYS {
        let scratch = Arc::new(Scratch::new(&format!("late-{name}")));
        replace(&scratch, TOKEN);
        let there = scratch.clone();
        let server = Server::start(move |before, seen| {
            if before == 0 {
                replace(&there, NEW);
            }
            match seen.header("authorization") {
                Some(token) if token.ends_with(NEW) => http_common::server::healthy(),
                _ => Step::Say(reply("401 Unauthorized", "", "")),
            }
        });
        shop(&server, &scratch.path("token")).allowed().await;
        let bodies: Vec<_> = server.seen().into_iter().map(|seen| seen.body).collect();
        assert_eq!(bodies.len(), 2, "{name}");
        assert_eq!(bodies[0], bodies[1], "{name}: it is the same question");
    }
}

/// One that is not replaced is not tried again, and one that is replaced each time only once.
#[tokio::test]
async fn a_refused_one_is_asked_with_once() {
    let scratch = Arc::new(Scratch::new("once"));
    let (server, _) = taking(NEW);
    let told = shop(&server, &scratch.path("token")).denied(Cause::Unavailable).await;
    assert!(told.contains("status 401: the authority refused our credentials"), "{told}");
    assert_eq!(server.seen().len(), 1);

    let there = scratch.clone();
    let refusing = Server::start(move |before, _| {
        there.put("token", &format!("tok_number_{before}"));
        Step::Say(reply("401 Unauthorized", "", ""))
    });
    shop(&refusing, &scratch.path("token")).denied(Cause::Unavailable).await;
    assert_eq!(refusing.seen().len(), 2);
    // No other status is about the credentials alone.
    for status in ["400 X", "403 X", "407 X", "500 X"] {
        let there = scratch.clone();
        let answer = reply(status, "", "");
        let server = Server::start(move |before, _| {
            there.put("token", &format!("tok_number_{before}"));
            Step::Say(answer.clone())
        });
        shop(&server, &scratch.path("token")).denied(Cause::Unavailable).await;
        assert_eq!(server.seen().len(), 1, "{status}");
    }
}

/// Also where a question may not be repeated: one that was refused at the door was not decided about.
#[tokio::test]
async fn a_header_and_a_question_for_once_are_no_exception() {
    let scratch = Arc::new(Scratch::new("header"));
    let there = scratch.clone();
    let server = Server::start(move |before, seen| match (before, seen.header("x-key")) {
        (0, _) => {
            there.put("token", NEW);
            Step::Say(reply("401 Unauthorized", "", ""))
        }
        (_, Some(NEW)) => Step::Say(json(r#"{"requestId":"r","allowed":true,"reason":"ok"}"#)),
        _ => Step::Say(reply("500 X", "", "")),
    });
    let secret = Secret::from_file(scratch.path("token")).unwrap();
    let builder = HttpAuthority::builder(Behalf::new()).endpoint(server.url());
    Shop::new(builder.header("x-key", secret).build().unwrap()).allowed().await;
    assert_eq!(server.seen().len(), 2);
}

/// A file that is no secret denies, says why, asks nobody, and recovers when it is mended.
#[tokio::test]
async fn what_is_no_secret_any_more_denies_until_it_is_mended() {
    type Spoil = (&'static str, &'static str, fn(&Path));
    let spoils: [Spoil; 9] = [
        ("deleted", "cannot be read: ", |token| fs::remove_file(token).unwrap()),
        ("blank", "is blank", |token| fs::write(token, "\n").unwrap()),
        ("empty", "is blank", |token| fs::write(token, "").unwrap()),
        ("placeholder", "is a placeholder", |token| fs::write(token, "changeme").unwrap()),
        ("spaced", "would carry a token with a space", |token| fs::write(token, "a b c").unwrap()),
        ("group", "can be written by others (mode 664)", |token| mode(token, 0o664)),
        ("others", "can be written by others (mode 646)", |token| mode(token, 0o646)),
        ("directory", "lies in a directory that can be written by others", |token| {
            mode(token.parent().unwrap(), 0o777);
        }),
        ("pipe", "is no regular file", |token| {
            fs::remove_file(token).unwrap();
            assert!(std::process::Command::new("mkfifo").arg(token).status().unwrap().success());
        }),
    ];
    for (name, fault, spoil) in spoils {
        let scratch = Scratch::new(&format!("spoilt-{name}"));
        let (server, _) = taking(TOKEN);
        let token = scratch.path("token");
        let shop = shop(&server, &token);
        shop.allowed().await;
        spoil(&token);
        let told = shop.denied(Cause::Unavailable).await;
        assert!(told.contains("no credentials: ") && told.contains(fault), "{name}: {told}");
        assert!(told.contains("; help: ") && !told.contains('\n'), "{name}: {told}");
        assert_eq!(server.seen().len(), 1, "{name}: somebody was asked");
        mode(&scratch.0, 0o755);
        drop(fs::remove_file(&token));
        scratch.put("token", TOKEN);
        shop.allowed().await;
    }
}

/// A writer that begins anew leaves nothing, or a part, for a moment.
#[tokio::test]
async fn a_file_that_is_being_written_is_waited_for() {
    for meanwhile in ["", "\n"] {
        let scratch = Arc::new(Scratch::new("slow"));
        let (server, taken) = taking(NEW);
        let shop = shop(&server, &scratch.path("token"));
        scratch.put("token", meanwhile);
        let there = scratch.clone();
        let writer = thread::spawn(move || {
            thread::sleep(Duration::from_millis(60));
            there.put("token", NEW);
        });
        shop.allowed().await;
        writer.join().unwrap();
        // Not beyond the deadline, and not for ever.
        scratch.put("token", meanwhile);
        let begun = Instant::now();
        shop.denied(Cause::Unavailable).await;
        assert!(begun.elapsed() < Duration::from_millis(1_500), "{:?}", begun.elapsed());
        drop(taken);
    }
}

/// Whichever of them a reply repeats, it is not shown.
#[tokio::test]
async fn a_replaced_one_is_still_a_secret() {
    for repeated in [TOKEN, NEW] {
        let scratch = Arc::new(Scratch::new("echo"));
        let there = scratch.clone();
        let server = Server::start(move |_, _| {
            there.put("token", NEW);
            let no = format!(r#"{{"decision":false,"context":{{"reason_user":"{repeated}"}}}}"#);
            Step::Say(json(no))
        });
        let shop = shop(&server, &scratch.path("token"));
        if repeated == TOKEN {
            shop.denied(Cause::Malformed).await;
        } else {
            // Nobody here has seen it yet, so that it is a word like any other.
            shop.denied(Cause::Denied).await;
        }
        // From the second question on the new one is known, and the old one no less a secret.
        let told = shop.denied(Cause::Malformed).await;
        assert!(told.contains("its words repeat our credentials"), "{told}");
    }
}

/// Eight tasks ask while the file is replaced again and again: every call is allowed.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_call_is_lost_while_it_is_replaced() {
    for (name, replace) in WAYS {
        let scratch = Arc::new(Scratch::new(&format!("many-{name}")));
        replace(&scratch, TOKEN);
        // Takes each that it has issued, as an issuer does whose tokens overlap, and no part of one.
        let taken = Arc::new(Mutex::new(vec![TOKEN.to_owned()]));
        let now = taken.clone();
        let server = Server::start(move |_, seen| {
            let given = seen.header("authorization").unwrap_or_default().to_owned();
            let known = now.lock().unwrap().iter().any(|token| given == format!("Bearer {token}"));
            if known {
                http_common::server::healthy()
            } else {
                Step::Say(reply("401 Unauthorized", "", ""))
            }
        });
        let shop = Arc::new(shop(&server, &scratch.path("token")));
        let done = Arc::new(AtomicBool::new(false));
        let (writing, there) = (done.clone(), scratch.clone());
        let writer = thread::spawn(move || {
            for number in 0.. {
                let token = format!("tok_of_hour_{number:06}");
                taken.lock().unwrap().push(token.clone());
                replace(&there, &token);
                if writing.load(Ordering::SeqCst) {
                    return number;
                }
                thread::sleep(Duration::from_millis(30));
            }
            0
        });
        let tasks: Vec<_> = (0..8)
            .map(|_| {
                let shop = shop.clone();
                tokio::spawn(async move {
                    for _ in 0..25 {
                        shop.buy(lunch()).await.unwrap();
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        done.store(true, Ordering::SeqCst);
        assert!(writer.join().unwrap() > 1, "{name}: it was not replaced meanwhile");
        assert_eq!(shop.bodies(), 200, "{name}");
    }
}

/// A secret that keeps the owner it has outside: it is named by that one, and by no other.
#[tokio::test]
async fn a_secret_of_a_user_is_that_users_alone() {
    let scratch = Scratch::new("owner");
    let path = scratch.path("token");
    let own = fs::metadata(&path).unwrap().uid();
    Secret::from_file_of(&path, own + 1).unwrap();
    // Only root may give a file away; for others there is none that is somebody else's.
    let stranger = 54_321;
    let given = chown(&path, Some(stranger), None).is_ok();
    for (user, taken) in [(stranger, true), (stranger + 1, !given)] {
        assert_eq!(Secret::from_file_of(&path, user).is_ok(), taken, "{user}");
    }
    if given {
        let refused = Secret::from_file(&path).unwrap_err().to_string();
        assert!(refused.contains("belongs to somebody else (user 54321)"), "{refused}");
        assert!(refused.contains("`Secret::from_file_of(path, user)`"), "{refused}");
    }
    // Whose it is does not make up for who else may write it.
    for open in [0o666, 0o664, 0o646] {
        mode(&path, open);
        let refused = Secret::from_file_of(&path, stranger).unwrap_err().to_string();
        assert!(refused.contains("can be written by others"), "{refused}");
    }
    mode(&path, 0o644);
    // And it is looked at before each question.
    let (server, _) = taking(TOKEN);
    let authority = HttpAuthority::builder(AuthZen::new())
        .endpoint(server.url())
        .bearer(Secret::from_file_of(&path, stranger).unwrap())
        .retries(0);
    let shop = Shop::new(authority.build().unwrap());
    shop.allowed().await;
    mode(&path, 0o666);
    let told = shop.denied(Cause::Unavailable).await;
    assert!(told.contains("can be written by others"), "{told}");
}
