//! A program that answers by its exit status: two answers, and every way of giving neither.
#![cfg(all(unix, feature = "exit-code"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops at what it does not expect"
)]

use std::{
    fs,
    path::{Path, PathBuf},
    process,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use failclosed_runtime::{
    Action, Arguments, Cause, ConfigError, Denial, ExitCode, Guard, NamedArgument, Subject,
    audit::{DecisionEntry, Entry, MemoryLog},
};
use rustix::process::{Pid, test_kill_process_group};

const SHELL: &str = "/bin/sh";

struct Pay {
    note: String,
}

impl Arguments for Pay {
    fn argument(&self, index: usize) -> Option<NamedArgument<'_>> {
        (index == 0).then_some(("note", &self.note))
    }
}

impl Action for Pay {
    const NAME: &'static str = "pay";
    type Key = Self;
}

/// What is asserted of every call: see `denied`.
struct Shop {
    guard: Guard,
    log: MemoryLog,
    bodies: AtomicUsize,
}

impl Shop {
    fn new(authority: ExitCode, deadline: Duration) -> Self {
        let log = MemoryLog::new();
        let guard = Guard::builder(Subject::agent("shopper").unwrap(), authority, log.clone());
        let guard = failclosed_runtime::danger::unchecked(guard.deadline(deadline), "a test");
        let guard = guard.unwrap();
        Self { guard, log, bodies: AtomicUsize::new(0) }
    }

    async fn pay(&self, note: &str) -> Result<(), Denial> {
        let body = async |_: failclosed_runtime::Permit<'_, Pay>| {
            self.bodies.fetch_add(1, Ordering::SeqCst);
            Ok(())
        };
        self.guard.run(Pay { note: note.to_owned() }, body).await
    }

    fn decisions(&self) -> Vec<DecisionEntry> {
        let entries = self.log.entries().into_iter();
        entries
            .filter_map(|entry| match entry {
                Entry::Decision(decision) => Some(*decision),
                _ => None,
            })
            .collect()
    }

    /// The body ran 0 times, the denial has its cause, and it is on record. Gives what the operator
    /// is told.
    fn denied(&self, result: Result<(), Denial>, cause: Cause, what: &str) -> String {
        let denial = result.expect_err(what);
        assert_eq!(denial.cause(), cause, "{what}: {denial:?}");
        assert_eq!(self.bodies.load(Ordering::SeqCst), 0, "{what}: a body ran");
        let decisions = self.decisions();
        assert_eq!(decisions.len(), 1, "{what}");
        assert_eq!(decisions[0].cause, Some(cause), "{what}");
        assert_eq!(decisions[0].call, denial.call_id().to_string(), "{what}");
        denial.operator().to_string()
    }
}

/// A folder of its own, in which a program leaves the number of its group.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let next = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("failclosed-exit-{}-{next}", process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Waits until nothing is left of the group.
    async fn group_is_gone(&self, what: &str) {
        let number = fs::read_to_string(self.file("group")).unwrap();
        let group = number.trim().parse().unwrap();
        let until = Instant::now() + Duration::from_secs(10);
        assert!(Path::new("/proc/self/stat").exists() || !cfg!(target_os = "linux"));
        while is_alive(group) {
            assert!(Instant::now() < until, "{what}: its group is still there");
            // The runtime waits for what it dropped.
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

/// Whether any process of the group is left. One that has ended and is waiting for the system's first
/// process to look at it is not.
fn is_alive(group: i32) -> bool {
    let Ok(processes) = fs::read_dir("/proc") else {
        return test_kill_process_group(Pid::from_raw(group).unwrap()).is_ok();
    };
    processes.flatten().any(|process| {
        let stat = fs::read_to_string(process.path().join("stat")).unwrap_or_default();
        // Behind the name, which may hold anything: state, parent, group.
        let fields = stat.rsplit_once(") ").map_or("", |(_, fields)| fields);
        let mut fields = fields.split(' ');
        let state = fields.next();
        fields.nth(1) == Some(&group.to_string()) && !matches!(state, Some("Z" | "X"))
    })
}

/// A shell with a script. The shell is the program that is asked: no other one is between.
fn script(scratch: &Scratch, script: &str) -> ExitCode {
    let script = format!("echo $$ > \"$scratch/group\"\n{script}");
    ExitCode::builder(SHELL)
        .argument("-c")
        .argument(script)
        .environment("scratch", &scratch.0)
        .environment("PATH", "/usr/bin:/bin")
        .build()
        .unwrap()
}

const LONG: Duration = Duration::from_secs(20);

#[tokio::test]
async fn the_two_answers_are_read() {
    for yes in ["cat > /dev/null; echo allow", "cat > /dev/null; printf allow; exit 0"] {
        let scratch = Scratch::new();
        let shop = Shop::new(script(&scratch, yes), LONG);
        shop.pay("x").await.unwrap();
        assert_eq!(shop.bodies.load(Ordering::SeqCst), 1, "{yes}");
        scratch.group_is_gone(yes).await;
    }
    for (no, reason) in [
        ("cat > /dev/null; echo 'deny: above the limit'; exit 110", "above the limit"),
        ("cat > /dev/null; echo deny; exit 110", "the program that decides said no"),
    ] {
        let scratch = Scratch::new();
        let shop = Shop::new(script(&scratch, no), LONG);
        let denial = shop.denied(shop.pay("x").await, Cause::Denied, no);
        assert!(denial.ends_with(reason), "{denial}");
        scratch.group_is_gone(no).await;
    }
}

/// It gets the bytes that are on record, its own environment, and nothing else.
#[tokio::test]
async fn a_program_is_told_the_question_and_nothing_else() {
    let scratch = Scratch::new();
    let shop = Shop::new(
        script(
            &scratch,
            "cat > \"$scratch/question\"; /usr/bin/env > \"$scratch/variables\"; pwd > \"$scratch/where\"; \
             echo allow",
        ),
        LONG,
    );
    let note = format!("{} \"quoted\"", "long ".repeat(40_000));
    shop.pay(&note).await.unwrap();
    let question = fs::read_to_string(scratch.file("question")).unwrap();
    assert!(question.starts_with(r#"{"subject":{"#) && question.ends_with('}'), "{question:.80}");
    assert!(question.contains(r#""action":"pay""#) && question.contains(r#"\"quoted\""#));
    assert!(question.len() > 200_000, "more than a pipe holds: {}", question.len());
    let variables = fs::read_to_string(scratch.file("variables")).unwrap();
    let names: Vec<_> = variables.lines().filter_map(|line| line.split('=').next()).collect();
    // What the shell sets by itself is its own.
    let names: Vec<_> =
        names.into_iter().filter(|name| !["_", "PWD", "OLDPWD", "SHLVL"].contains(name)).collect();
    assert_eq!(names.len(), 2, "{variables}");
    assert!(names.contains(&"PATH") && names.contains(&"scratch"), "{variables}");
    assert_eq!(fs::read_to_string(scratch.file("where")).unwrap(), "/\n");
}

#[tokio::test]
async fn everything_else_is_no_decision() {
    let faults = [
        // The right word with a wrong status, and the other way round.
        ("cat > /dev/null; echo allow; exit 1", Cause::Unavailable),
        ("cat > /dev/null; echo allow; exit 110", Cause::Malformed),
        ("cat > /dev/null; echo deny", Cause::Malformed),
        ("cat > /dev/null; echo 'deny: no'; exit 2", Cause::Unavailable),
        ("cat > /dev/null; echo 'deny: '; exit 110", Cause::Malformed),
        ("cat > /dev/null; exit 110", Cause::Malformed),
        // A status by accident.
        ("cat > /dev/null", Cause::Malformed),
        ("cat > /dev/null; exit 1", Cause::Unavailable),
        ("cat > /dev/null; exit 126", Cause::Unavailable),
        ("cat > /dev/null; exec /no/such/program", Cause::Unavailable),
        ("cat > /dev/null; kill -9 $$", Cause::Unavailable),
        ("cat > /dev/null; echo allow; kill -TERM $$", Cause::Unavailable),
        // Words that begin or look like the right one.
        ("cat > /dev/null; echo Allow", Cause::Malformed),
        ("cat > /dev/null; echo ' allow'", Cause::Malformed),
        ("cat > /dev/null; echo allowed", Cause::Malformed),
        ("cat > /dev/null; echo allow; echo allow", Cause::Malformed),
        ("cat > /dev/null; printf 'allow\\n\\n'", Cause::Malformed),
        ("cat > /dev/null; printf 'allow\\r\\n'", Cause::Malformed),
        ("cat > /dev/null; printf 'allow\\0'", Cause::Malformed),
        ("cat > /dev/null; printf 'allow\\377'", Cause::Malformed),
        ("cat > /dev/null; echo allow >&2", Cause::Malformed),
        ("cat > /dev/null; echo '{\"allow\":true}'", Cause::Malformed),
        // Too much, to either.
        ("cat > /dev/null; echo allow; head -c 5000 /dev/zero", Cause::Malformed),
        ("cat > /dev/null; yes", Cause::Malformed),
        ("cat > /dev/null; yes >&2", Cause::Malformed),
    ];
    for (fault, cause) in faults {
        let scratch = Scratch::new();
        let shop = Shop::new(script(&scratch, fault), LONG);
        let began = Instant::now();
        shop.denied(shop.pay("x").await, cause, fault);
        assert!(began.elapsed() < LONG / 2, "{fault}: it was waited for");
        scratch.group_is_gone(fault).await;
    }
}

/// Programs end at the same moment, and each answer is that of its own question.
#[tokio::test]
async fn answers_of_programs_that_run_side_by_side_are_not_mixed_up() {
    let scratch = Scratch::new();
    let by_note = "case $(cat) in *yes*) echo allow ;; *) echo deny; exit 110 ;; esac";
    let shop = Arc::new(Shop::new(script(&scratch, by_note), LONG));
    let mut calls = tokio::task::JoinSet::new();
    for at in 0..40 {
        let shop = Arc::clone(&shop);
        calls.spawn(async move {
            let note = if at % 2 == 0 { "yes" } else { "no" };
            (at, shop.pay(note).await)
        });
    }
    while let Some(joined) = calls.join_next().await {
        let (at, result) = joined.unwrap();
        assert_eq!(result.is_ok(), at % 2 == 0, "{at}: {result:?}");
    }
    assert_eq!(shop.bodies.load(Ordering::SeqCst), 20);
}

#[tokio::test]
async fn a_question_that_was_not_read_is_not_answered() {
    let scratch = Scratch::new();
    let shop = Shop::new(script(&scratch, "exec 0<&-; echo allow"), LONG);
    // More than a pipe holds: the program cannot have had it.
    let result = shop.pay(&"long ".repeat(40_000)).await;
    let denial = shop.denied(result, Cause::Malformed, "unread");
    assert!(denial.contains("did not read the question"), "{denial}");
    scratch.group_is_gone("unread").await;
}

/// A child that the program left behind could still write, and lives on.
#[tokio::test]
async fn processes_left_behind_take_the_answer_back_and_end() {
    let scratch = Scratch::new();
    let shop = Shop::new(script(&scratch, "cat > /dev/null; sleep 600 & echo allow"), LONG);
    let began = Instant::now();
    let denial = shop.denied(shop.pay("x").await, Cause::Unavailable, "left behind");
    assert!(denial.contains("left processes behind"), "{denial}");
    assert!(began.elapsed() < LONG / 2);
    scratch.group_is_gone("left behind").await;
    // One that let go of the output took nothing back, and ends all the same.
    let scratch = Scratch::new();
    let quiet = "cat > /dev/null; sleep 600 > /dev/null 2>&1 < /dev/null & echo allow";
    let shop = Shop::new(script(&scratch, quiet), LONG);
    shop.pay("x").await.unwrap();
    scratch.group_is_gone("let go").await;
}

#[tokio::test]
async fn at_the_deadline_the_whole_group_ends() {
    for hangs in [
        "sleep 600 & sleep 600",
        "trap '' TERM HUP INT; cat > /dev/null; echo allow; while :; do sleep 600; done",
        // It has said its word, closed everything, and is still there.
        "cat > /dev/null; echo allow; exec > /dev/null 2>&1 < /dev/null; sleep 600",
    ] {
        let scratch = Scratch::new();
        let shop = Shop::new(script(&scratch, hangs), Duration::from_millis(400));
        shop.denied(shop.pay("x").await, Cause::TimedOut, hangs);
        scratch.group_is_gone(hangs).await;
    }
}

#[tokio::test]
async fn a_caller_that_goes_away_ends_the_whole_group() {
    let scratch = Scratch::new();
    let shop = Shop::new(script(&scratch, "sleep 600 & sleep 600; echo allow"), LONG);
    {
        let mut paying = Box::pin(shop.pay("x"));
        let until = Instant::now() + Duration::from_secs(10);
        while fs::read_to_string(scratch.file("group")).unwrap_or_default().is_empty() {
            assert!(Instant::now() < until, "the program did not start");
            tokio::select! {
                _ = &mut paying => panic!("it was answered"),
                () = tokio::time::sleep(Duration::from_millis(5)) => {}
            }
        }
    }
    assert_eq!(shop.bodies.load(Ordering::SeqCst), 0);
    assert_eq!(shop.decisions()[0].cause, Some(Cause::Cancelled));
    scratch.group_is_gone("dropped").await;
}

#[tokio::test]
async fn a_program_that_is_gone_is_no_answer() {
    let scratch = Scratch::new();
    let copy = scratch.file("sh");
    fs::copy(SHELL, &copy).unwrap();
    let authority = ExitCode::builder(&copy).argument("-c").argument("echo allow").build().unwrap();
    fs::remove_file(&copy).unwrap();
    let shop = Shop::new(authority, LONG);
    let denial = shop.denied(shop.pay("x").await, Cause::Unavailable, "gone");
    assert!(denial.contains("cannot start"), "{denial}");
}

#[test]
fn without_a_runtime_nothing_is_started() {
    let scratch = Scratch::new();
    let shop = Shop::new(script(&scratch, "cat > /dev/null; echo allow"), LONG);
    let mut paying = std::pin::pin!(shop.pay("x"));
    let polled =
        paying.as_mut().poll(&mut std::task::Context::from_waker(std::task::Waker::noop()));
    match polled {
        std::task::Poll::Ready(result) => {
            shop.denied(result, Cause::Unavailable, "no runtime");
        }
        std::task::Poll::Pending => panic!("somebody is waited for"),
    }
    assert!(!scratch.file("group").exists(), "a program was started");
}

#[test]
fn what_cannot_be_asked_is_refused_when_it_is_built() {
    let folder = Scratch::new();
    let plain = folder.file("plain");
    fs::write(&plain, "echo allow").unwrap();
    let shell = || ExitCode::builder(SHELL);
    for (what, built) in [
        ("by name", ExitCode::builder("sh").build()),
        ("relative", ExitCode::builder("./sh").build()),
        ("missing", ExitCode::builder("/no/such/program").build()),
        ("a folder", ExitCode::builder(&folder.0).build()),
        ("not to be run", ExitCode::builder(&plain).build()),
        ("zero byte", shell().argument("a\0b").build()),
        ("zero byte in a value", shell().environment("A", "\0").build()),
        ("no name", shell().environment("", "x").build()),
        ("a name with =", shell().environment("A=B", "x").build()),
        ("twice", shell().environment("A", "x").environment("A", "y").build()),
        ("somewhere", shell().directory(Path::new("here")).build()),
    ] {
        assert!(matches!(built, Err(ConfigError::Program { .. })), "{what}: {built:?}");
    }
    let text = ExitCode::builder("sh").build().unwrap_err().to_string();
    assert!(text.contains("whole path") && text.contains("\nhelp: "), "{text}");
    // A name of which another one is the beginning is another name.
    assert!(shell().environment("A", "x").environment("AB", "y").build().is_ok());
}
