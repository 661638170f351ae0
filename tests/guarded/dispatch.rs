//! Functions that dispatch by hand, and modules of free handlers: every arm, every function says what
//! it is.

use failclosed::{
    Denial, Guard, HasGuard,
    audit::{Entry, MemoryLog},
    guarded,
};
use serde_json::{Value, json};

use crate::{BEHAVIOURS, Behaviour, guard, pay::Ran};

/// What a client sends, as a server without a router of its own reads it.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Request {
    pub name: String,
    pub amount: u64,
}

#[derive(HasGuard)]
struct Server {
    #[guard]
    guard: Guard,
    ran: Ran,
}

fn blocked(denial: Denial) -> Result<u64, String> {
    Err(format!("blocked: {denial}"))
}

#[guarded(on_denied = blocked, skip(ran))]
impl Server {
    #[unguarded(reason = "builds the value")]
    fn new(guard: &Guard, ran: &Ran) -> Self {
        Self { guard: guard.clone(), ran: ran.clone() }
    }

    /// By name, as tools are called.
    #[guarded(skip(context))]
    async fn call(&self, request: Request, context: (&Ran, &str)) -> Result<u64, String> {
        match request.name.as_str() {
            #[requires_permission(action = "charge", resource = request.name)]
            "charge" => {
                self.ran.once_more();
                // The arm may take all of it, and leave by `return` and by `?`.
                let Request { amount, .. } = request;
                if amount == 0 {
                    return Err("nothing to charge".to_owned());
                }
                amount.checked_add(1).ok_or_else(|| "too much".to_owned())
            }
            #[requires_permission(action = "refund", args(total = request.amount), skip(request))]
            "refund" if request.amount > 0 => self.refunded(request.amount),
            #[unguarded(reason = "reads no account")]
            "ping" => Ok(0),
            #[unguarded(reason = "there is no such tool")]
            _ => Err(format!("{} of {}", request.name, context.1)),
        }
    }

    #[unguarded(reason = "a helper that acts on nothing but the count")]
    fn refunded(&self, amount: u64) -> Result<u64, String> {
        self.ran.once_more();
        Ok(amount)
    }
}

/// By what was sent, whose parts the arms bind.
#[derive(Debug, serde::Serialize)]
pub enum Order {
    Charge { vendor: String, amount: u64 },
    Close,
}

#[guarded]
async fn place(guard: &Guard, order: &Order, ran: &Ran) -> Result<String, Denial> {
    match order {
        #[requires_permission(action = "charge", guard = guard, skip(guard, order, ran))]
        Order::Charge { vendor, amount } => {
            ran.once_more();
            Ok(format!("{amount} at {vendor}"))
        }
        #[requires_permission(action = "close", guard = guard, skip(guard, ran))]
        Order::Close => {
            ran.once_more();
            Ok("closed".to_owned())
        }
    }
}

/// Some arms are still to be moved.
#[guarded(default = unguarded(reason = "moved over one by one"), skip(ran))]
#[allow(deprecated, reason = "a test leaves an arm open")]
async fn moving(name: &str, ran: &Ran) -> Result<&'static str, Denial> {
    match name {
        #[requires_permission(action = "charge")]
        "charge" => {
            ran.once_more();
            Ok("charged")
        }
        _ => Ok("open"),
    }
}

fn first(log: &MemoryLog) -> (String, Value) {
    match log.entries().into_iter().next() {
        Some(Entry::Decision(decision)) => {
            (decision.action.to_string(), decision.arguments.clone())
        }
        other => panic!("no decision first: {other:?}"),
    }
}

fn request(name: &str, amount: u64) -> Request {
    Request { name: name.to_owned(), amount }
}

#[tokio::test(start_paused = true)]
async fn a_guarded_arm_runs_on_an_allow_and_on_nothing_else() {
    for (behaviour, cause) in BEHAVIOURS {
        let bodies = usize::from(cause.is_none());
        for name in ["charge", "refund"] {
            let (log, ran) = (MemoryLog::new(), Ran::default());
            let server = Server::new(&guard(behaviour, &log), &ran);
            let got = server.call(request(name, 7), (&ran, "x")).await;
            assert_eq!((got.is_ok(), ran.times()), (cause.is_none(), bodies), "{behaviour:?}");
            assert_eq!(log.entries().len(), 1 + bodies, "{name} {behaviour:?}");
        }
        for order in [Order::Charge { vendor: "v".to_owned(), amount: 7 }, Order::Close] {
            let (log, ran) = (MemoryLog::new(), Ran::default());
            let got = place(&guard(behaviour, &log), &order, &ran).await;
            assert_eq!(got.err().map(|denial| denial.cause()), cause, "{order:?}");
            assert_eq!((ran.times(), log.entries().len()), (bodies, 1 + bodies), "{order:?}");
        }
        let (log, ran) = (MemoryLog::new(), Ran::default());
        let got = guard(behaviour, &log).scope(moving("charge", &ran)).await;
        assert_eq!((got.is_ok(), ran.times()), (cause.is_none(), bodies));
        assert_eq!(log.entries().len(), 1 + bodies);
    }
}

#[tokio::test]
async fn an_arm_is_asked_about_what_its_body_has() {
    let (log, ran) = (MemoryLog::new(), Ran::default());
    let server = Server::new(&guard(Behaviour::Allow, &log), &ran);
    assert_eq!(server.call(request("charge", 7), (&ran, "x")).await, Ok(8));
    let asked = json!({ "request": { "name": "charge", "amount": 7 } });
    assert_eq!(first(&log), ("charge".to_owned(), asked));

    let log = MemoryLog::new();
    let server = Server::new(&guard(Behaviour::Allow, &log), &ran);
    assert_eq!(server.call(request("refund", 7), (&ran, "x")).await, Ok(7));
    assert_eq!(first(&log), ("refund".to_owned(), json!({ "total": 7 })));

    let log = MemoryLog::new();
    let order = Order::Charge { vendor: "v".to_owned(), amount: 7 };
    let said = place(&guard(Behaviour::Allow, &log), &order, &ran).await.unwrap();
    assert_eq!(said, "7 at v");
    let asked = json!({ "vendor": "v", "amount": 7 });
    assert_eq!(first(&log), ("charge".to_owned(), asked));
}

#[tokio::test]
async fn how_an_arm_ends_is_on_record() {
    use failclosed::audit::Outcome;
    let (log, ran) = (MemoryLog::new(), Ran::default());
    let server = Server::new(&guard(Behaviour::Allow, &log), &ran);
    let said = server.call(request("charge", 0), (&ran, "x")).await;
    assert_eq!(said, Err("nothing to charge".to_owned()));
    match log.entries().pop() {
        Some(Entry::Outcome(entry)) => assert_eq!(entry.outcome, Outcome::Failed),
        other => panic!("no outcome last: {other:?}"),
    }
}

#[tokio::test]
async fn other_arms_ask_nobody() {
    let (log, ran) = (MemoryLog::new(), Ran::default());
    let denying = guard(Behaviour::Deny, &log);
    let server = Server::new(&denying, &ran);
    assert_eq!(server.call(request("ping", 7), (&ran, "x")).await, Ok(0));
    // The condition of the guarded arm did not hold.
    assert_eq!(server.call(request("refund", 0), (&ran, "x")).await, Err("refund of x".to_owned()));
    assert_eq!(denying.scope(moving("refund", &ran)).await.unwrap(), "open");
    assert!(log.entries().is_empty());
    // By the block's `on_denied`.
    let said = server.call(request("charge", 7), (&ran, "x")).await;
    assert_eq!(said, Err("blocked: Blocked: not today".to_owned()));
    assert_eq!(ran.times(), 0);
}

/// A module of free handlers, each with its mark.
#[guarded(skip(ran))]
mod handlers {
    use failclosed::{Denial, Guard, requires_permission};

    use super::Ran;

    pub(super) const LIMIT: u64 = 500;

    macro_rules! twice {
        ($it:expr) => {
            $it + $it
        };
    }

    #[requires_permission(action = "charge")]
    pub(super) async fn charge(ran: &Ran, amount: u64) -> Result<u64, Denial> {
        ran.once_more();
        Ok(halved(amount.min(LIMIT)))
    }

    #[guarded]
    pub(super) async fn call(name: &str, ran: &Ran) -> Result<u64, Denial> {
        match name {
            #[requires_permission(action = "call")]
            "call" => {
                ran.once_more();
                Ok(1)
            }
            #[unguarded(reason = "it asks itself")]
            _ => charge(ran, 4).await,
        }
    }

    #[unguarded(reason = "computes")]
    fn halved(amount: u64) -> u64 {
        twice!(amount) / 4
    }

    pub(super) struct Refund<const N: usize = { 1 }>(pub(super) u64);

    #[guarded]
    impl<const N: usize> Refund<{ N }> {
        #[requires_permission(action = "refund", guard = guard, skip(guard, ran))]
        pub(super) async fn pay(&self, guard: &Guard, ran: &Ran) -> Result<u64, Denial> {
            ran.once_more();
            Ok(self.0)
        }
    }

    #[unguarded(reason = "only text")]
    impl std::fmt::Display for Refund {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            write!(f, "a refund of {}", self.0)
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_modules_handlers_run_on_an_allow_and_on_nothing_else() {
    for (behaviour, cause) in BEHAVIOURS {
        let bodies = usize::from(cause.is_none());
        let (log, ran) = (MemoryLog::new(), Ran::default());
        let guard = guard(behaviour, &log);
        let got = guard.scope(handlers::charge(&ran, 742)).await;
        assert_eq!(got.err().map(|denial| denial.cause()), cause);
        assert_eq!((ran.times(), log.entries().len()), (bodies, 1 + bodies), "{behaviour:?}");
        assert_eq!(first(&log), ("charge".to_owned(), json!({ "amount": 742 })));
        let called = guard.scope(handlers::call("call", &ran)).await;
        let charged = guard.scope(handlers::call("other", &ran)).await;
        assert_eq!((called.is_ok(), charged.is_ok()), (cause.is_none(), cause.is_none()));
        assert_eq!((ran.times(), log.entries().len()), (3 * bodies, 3 * (1 + bodies)));
    }
}

#[tokio::test]
async fn blocks_in_a_module_are_accounted_for_too() {
    let (log, ran) = (MemoryLog::new(), Ran::default());
    let refund: handlers::Refund = handlers::Refund(7);
    assert_eq!(refund.to_string(), "a refund of 7");
    assert!(refund.pay(&guard(Behaviour::Deny, &log), &ran).await.is_err());
    assert_eq!((ran.times(), log.entries().len()), (0, 1));
}
