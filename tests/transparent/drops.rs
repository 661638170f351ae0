//! When, and in which order, arguments and locals are dropped: as without the attribute.

use std::{
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    sync::{Arc, Mutex},
    task::{Context, Waker},
};

use failclosed::{
    Decision, Denial, Guard, Subject, audit::MemoryLog, authority::answer_fn, requires_permission,
};
use serde::Serialize;

/// Whatever went wrong.
pub(crate) struct Failed;

impl From<Denial> for Failed {
    fn from(_: Denial) -> Self {
        Self
    }
}

type Lines = Arc<Mutex<Vec<&'static str>>>;

/// Tells when it is dropped.
#[derive(Serialize)]
pub(crate) struct Noisy {
    name: &'static str,
    #[serde(skip)]
    lines: Lines,
}

impl Drop for Noisy {
    fn drop(&mut self) {
        self.lines.lock().unwrap().push(self.name);
    }
}

impl Noisy {
    fn say(&self, line: &'static str) {
        self.lines.lock().unwrap().push(line);
    }

    fn local(&self, name: &'static str) -> Self {
        Self { name, lines: self.lines.clone() }
    }

    fn fails(&self) -> Result<(), Failed> {
        Err(Failed)
    }
}

#[derive(Serialize)]
pub(crate) struct Two {
    left: Noisy,
    right: Noisy,
}

/// Makes the arguments of a call.
pub(crate) struct Make(Lines);

impl Make {
    fn noisy(&self, name: &'static str) -> Noisy {
        Noisy { name, lines: self.0.clone() }
    }

    fn two(&self) -> Two {
        Two { left: self.noisy("left"), right: self.noisy("right") }
    }
}

/// How a call ends.
#[derive(Clone, Copy, PartialEq)]
enum End {
    Returns,
    Panics,
    /// It is dropped where it first waits.
    Dropped,
    /// It is dropped before it began.
    Unpolled,
}

fn guard() -> Guard {
    failclosed::danger::unchecked(
        Guard::builder(
            Subject::agent("shopper").unwrap(),
            answer_fn(|_| Decision::allow().into()),
            MemoryLog::new(),
        ),
        "a test",
    )
    .unwrap()
}

/// What happens in one call, in order.
fn happens<F: Future<Output = Result<(), Failed>>>(
    end: End,
    call: impl FnOnce(Make) -> F,
) -> Vec<&'static str> {
    let lines = Lines::default();
    let mark = |line| lines.lock().unwrap().push(line);
    let future = call(Make(lines.clone()));
    mark("called");
    if end == End::Unpolled {
        drop(future);
    } else {
        let scoped = guard().scope(future);
        let ended = catch_unwind(AssertUnwindSafe(|| {
            let mut scoped = pin!(scoped);
            let mut context = Context::from_waker(Waker::noop());
            scoped.as_mut().poll(&mut context).is_ready()
        }));
        match ended {
            Ok(ready) => assert_eq!(ready, end == End::Returns),
            Err(_) => assert!(end == End::Panics),
        }
    }
    mark("ended");
    lines.lock().unwrap().clone()
}

/// The function as it is, and with the attribute: the same things happen, and so many.
macro_rules! twins {
    ($($name:ident ($end:ident, $count:literal, $make:ident => $call:expr) { $($function:tt)* })*) => {
        $(#[test]
        fn $name() {
            let plain = {
                $($function)*
                happens(End::$end, |$make| $call)
            };
            let guarded = {
                #[requires_permission(action = "purchase")]
                $($function)*
                happens(End::$end, |$make| $call)
            };
            assert_eq!(plain.len(), $count, "{plain:?}");
            assert_eq!(guarded, plain);
        })*
    };
}

twins! {
    arguments_last_to_first(Returns, 6, make => f(make.noisy("a"), make.noisy("b"), make.noisy("c"))) {
        async fn f(a: Noisy, b: Noisy, c: Noisy) -> Result<(), Failed> {
            a.say("body");
            let _ = (&b, &c);
            Ok(())
        }
    }
    arguments_after_locals(Returns, 6, make => f(make.noisy("a"), make.noisy("b"))) {
        async fn f(a: Noisy, b: Noisy) -> Result<(), Failed> {
            let first = b.local("first");
            let second = a.local("second");
            let _ = (&first, &second);
            Ok(())
        }
    }
    arguments_that_the_body_does_not_use(Returns, 6, make => f(make.noisy("a"), make.noisy("b"), make.noisy("c"))) {
        #[allow(unused_variables)]
        async fn f(a: Noisy, b: Noisy, c: Noisy) -> Result<(), Failed> {
            b.say("body");
            Ok(())
        }
    }
    arguments_with_an_underscore(Returns, 6, make => f(make.noisy("a"), make.noisy("b"), make.noisy("c"))) {
        async fn f(a: Noisy, _b: Noisy, c: Noisy) -> Result<(), Failed> {
            let _ = (&a, &c);
            a.say("body");
            Ok(())
        }
    }
    used_arguments_with_an_underscore(Returns, 7, make => f(make.noisy("a"), make.noisy("b"), make.noisy("c"))) {
        async fn f(_a: Noisy, _b: Noisy, c: Noisy) -> Result<(), Failed> {
            let local = _b.local("local");
            _a.say("body");
            let _ = (&c, &local);
            Ok(())
        }
    }
    an_argument_without_a_name_at_the_end(Returns, 5, make => f(make.noisy("a"), make.noisy("b"))) {
        async fn f(_: Noisy, b: Noisy) -> Result<(), Failed> {
            b.say("body");
            Ok(())
        }
    }
    an_argument_moved_away(Returns, 6, make => f(make.noisy("a"), make.noisy("b"))) {
        async fn f(a: Noisy, b: Noisy) -> Result<(), Failed> {
            drop(a);
            b.say("moved");
            let local = b.local("local");
            drop(local);
            Ok(())
        }
    }
    an_argument_assigned_anew(Returns, 5, make => f(make.noisy("a"))) {
        async fn f(mut a: Noisy) -> Result<(), Failed> {
            a = a.local("anew");
            a.say("body");
            Ok(())
        }
    }
    fields_of_a_pattern(Returns, 5, make => f(make.two(), make.noisy("b"))) {
        async fn f(Two { left, right }: Two, b: Noisy) -> Result<(), Failed> {
            let _ = (&left, &right, &b);
            Ok(())
        }
    }
    fields_that_a_pattern_leaves_at_the_end(Returns, 6, make => f(make.two(), make.noisy("b"))) {
        async fn f(Two { left, .. }: Two, b: Noisy) -> Result<(), Failed> {
            left.say("body");
            let _ = &b;
            Ok(())
        }
    }
    a_temporary_at_the_end(Returns, 6, make => f(make.noisy("a"))) {
        async fn f(a: Noisy) -> Result<(), Failed> {
            let local = a.local("local");
            Ok(local.local("temporary").say("at the end"))
        }
    }
    a_match_at_the_end(Returns, 6, make => f(make.noisy("a"))) {
        async fn f(a: Noisy) -> Result<(), Failed> {
            let local = a.local("local");
            match &local.local("matched").name {
                name => local.say(name),
            }
            Ok(())
        }
    }
    an_early_return(Returns, 6, make => f(make.noisy("a"), make.noisy("b"))) {
        async fn f(a: Noisy, b: Noisy) -> Result<(), Failed> {
            let local = a.local("local");
            local.say("body");
            if b.name == "b" {
                return Ok(());
            }
            local.say("not here");
            Ok(())
        }
    }
    a_question_mark(Returns, 6, make => f(make.noisy("a"), make.noisy("b"))) {
        async fn f(a: Noisy, b: Noisy) -> Result<(), Failed> {
            let local = a.local("local");
            local.say("body");
            b.fails()?;
            local.say("not here");
            Ok(())
        }
    }
    a_panic(Panics, 6, make => f(make.noisy("a"), make.noisy("b"))) {
        async fn f(a: Noisy, b: Noisy) -> Result<(), Failed> {
            let local = a.local("local");
            local.say("body");
            assert!(b.name.is_empty(), "meant to panic");
            Ok(())
        }
    }
    a_call_dropped_while_it_waits(Dropped, 6, make => f(make.noisy("a"), make.noisy("b"))) {
        async fn f(a: Noisy, b: Noisy) -> Result<(), Failed> {
            let local = a.local("local");
            local.say("body");
            std::future::pending::<()>().await;
            drop(b);
            Ok(())
        }
    }
    a_call_that_never_began(Unpolled, 5, make => f(make.noisy("a"), make.noisy("b"), make.noisy("c"))) {
        async fn f(a: Noisy, b: Noisy, c: Noisy) -> Result<(), Failed> {
            let _ = (&a, &b, &c);
            Ok(())
        }
    }
    a_future_in_a_box(Returns, 6, make => f(make.noisy("a"), make.noisy("b"))) {
        fn f(a: Noisy, b: Noisy) -> std::pin::Pin<Box<dyn Future<Output = Result<(), Failed>>>> {
            Box::pin(async move {
                let local = b.local("local");
                local.say("body");
                let _ = &a;
                Ok(())
            })
        }
    }
    an_opaque_future(Returns, 6, make => f(make.noisy("a"), make.noisy("b"))) {
        fn f(a: Noisy, b: Noisy) -> impl Future<Output = Result<(), Failed>> {
            async move {
                let local = b.local("local");
                local.say("body");
                let _ = &a;
                Ok(())
            }
        }
    }
}
