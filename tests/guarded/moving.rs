//! Blocks on their way: what is said once for all functions, and what is left open.

use failclosed::{
    Denial, Guard, HasGuard,
    audit::{Entry, MemoryLog},
    guarded, requires_permission,
};
use serde_json::{Value, json};

use crate::{BEHAVIOURS, Behaviour, guard, pay::Ran};

/// Came with the call and is no argument of it. Not `Serialize`.
pub struct Context(Ran);

#[derive(HasGuard)]
struct Tools {
    #[guard]
    guard: Guard,
    desk: Guard,
}

fn blocked(denial: Denial) -> String {
    format!("by the block: {denial}")
}

fn own(denial: Denial) -> String {
    format!("by the function: {denial}")
}

#[guarded(
    guard = self.desk,
    on_denied = blocked,
    skip(context, note),
    mask(token, pin),
    default = unguarded(reason = "moved over one by one"),
)]
#[allow(deprecated, reason = "a test leaves functions open")]
impl Tools {
    /// Not moved yet.
    fn version(&self, context: &Context) -> &'static str {
        context.0.once_more();
        "1"
    }

    /// Everything by the block; it has no `note`.
    #[requires_permission(action = "charge")]
    async fn charge(&self, context: &Context, amount: u64, token: &str) -> String {
        context.0.once_more();
        format!("charged {amount} by {token}")
    }

    /// Its own words win; what it hides adds to what the block hides.
    #[requires_permission(
        action = "refund",
        guard = self.guard,
        on_denied = own,
        skip(token, amount,),
        mask(note)
    )]
    async fn refund(&self, context: &Context, amount: u64, token: &str, note: &str) -> String {
        context.0.once_more();
        format!("refunded {amount} by {token}: {note}")
    }

    /// An argument that is no parameter is masked by its name.
    #[requires_permission(action = "unlock", args(pin = code.0), skip(code))]
    async fn unlock(&self, context: &Context, code: (u32, u32)) -> String {
        context.0.once_more();
        format!("unlocked by {}", code.1)
    }
}

/// The arguments of the first decision, and whether a text is anywhere in the record.
fn recorded(log: &MemoryLog) -> (Value, String) {
    match log.entries().into_iter().next() {
        Some(Entry::Decision(decision)) => {
            (decision.arguments.clone(), format!("{:?}", decision.arguments))
        }
        other => panic!("no decision first: {other:?}"),
    }
}

fn keys(arguments: &Value) -> Vec<&str> {
    arguments.as_object().unwrap().keys().map(String::as_str).collect()
}

#[tokio::test(start_paused = true)]
async fn in_a_block_that_is_moved_what_is_marked_asks_and_what_is_not_does_not() {
    for (behaviour, cause) in BEHAVIOURS {
        let (log, ran) = (MemoryLog::new(), Ran::default());
        let desk = guard(behaviour, &log);
        let tools = Tools { guard: desk.clone(), desk };
        let context = Context(ran.clone());
        assert_eq!(tools.version(&context), "1");
        assert_eq!((ran.times(), log.entries().len()), (1, 0), "it asks nobody yet");
        let bodies = usize::from(cause.is_none());
        tools.charge(&context, 742, "secret").await;
        tools.refund(&context, 742, "secret", "late").await;
        tools.unlock(&context, (1234, 5678)).await;
        assert_eq!(ran.times(), 1 + 3 * bodies, "{behaviour:?}");
        assert_eq!(log.entries().len(), 3 + 3 * bodies, "{behaviour:?}");
    }
}

#[tokio::test]
async fn what_the_block_says_is_said_for_each_function_and_a_functions_own_word_wins() {
    let (yes, no) = (MemoryLog::new(), MemoryLog::new());
    let ran = Ran::default();
    let tools = Tools { guard: guard(Behaviour::Allow, &yes), desk: guard(Behaviour::Deny, &no) };
    let context = Context(ran.clone());

    // By the block's guard, with the block's text; `context` is left out and `token` masked.
    let said = tools.charge(&context, 742, "secret").await;
    assert_eq!((said.as_str(), ran.times()), ("by the block: Blocked: not today", 0));
    let (arguments, text) = recorded(&no);
    assert_eq!(keys(&arguments), ["amount", "token"]);
    assert_eq!(arguments.get("amount"), Some(&json!(742)));
    assert!(!text.contains("secret"), "{text}");

    // By its own guard; `token` is left out where the block masks it, `note` masked where it skips it.
    let said = tools.refund(&context, 742, "secret", "late").await;
    assert_eq!((said.as_str(), ran.times()), ("refunded 742 by secret: late", 1));
    let (arguments, text) = recorded(&yes);
    assert_eq!(keys(&arguments), ["note"]);
    assert!(!text.contains("late"), "{text}");

    let tools = Tools { guard: guard(Behaviour::Deny, &no), desk: guard(Behaviour::Allow, &yes) };
    let said = tools.refund(&context, 742, "secret", "late").await;
    assert_eq!((said.as_str(), ran.times()), ("by the function: Blocked: not today", 1));
}

#[tokio::test]
async fn an_argument_that_is_no_parameter_is_masked_by_its_name() {
    let (log, ran) = (MemoryLog::new(), Ran::default());
    let desk = guard(Behaviour::Allow, &log);
    let tools = Tools { guard: desk.clone(), desk };
    assert_eq!(tools.unlock(&Context(ran), (1234, 5678)).await, "unlocked by 5678");
    let (arguments, text) = recorded(&log);
    assert_eq!(keys(&arguments), ["pin"]);
    assert!(!text.contains("1234"), "{text}");
}

/// The same for the methods of a guarded trait.
#[guarded(skip(ran), mask(token), on_denied = blocked)]
pub trait Desk {
    #[requires_permission(action = "charge")]
    async fn charge(&self, ran: &Ran, amount: u64, token: &str) -> String;

    #[requires_permission(action = "refund", on_denied = own, skip(amount))]
    async fn refund(&self, ran: &Ran, amount: u64) -> String;
}

struct Bank;

#[guarded]
impl Desk for Bank {
    async fn charge(&self, ran: &Ran, amount: u64, token: &str) -> String {
        ran.once_more();
        format!("charged {amount} by {token}")
    }

    async fn refund(&self, ran: &Ran, amount: u64) -> String {
        ran.once_more();
        format!("refunded {amount}")
    }
}

#[tokio::test]
async fn a_guarded_traits_methods_have_what_is_said_once_for_the_trait() {
    let (log, ran) = (MemoryLog::new(), Ran::default());
    let bank = guard(Behaviour::Deny, &log).wrap(Bank);
    assert_eq!(bank.charge(&ran, 742, "secret").await, "by the block: Blocked: not today");
    let (arguments, text) = recorded(&log);
    assert_eq!(keys(&arguments), ["amount", "token"]);
    assert!(!text.contains("secret"), "{text}");
    assert_eq!(bank.refund(&ran, 742).await, "by the function: Blocked: not today");
    assert_eq!((ran.times(), log.entries().len()), (0, 2));

    let log = MemoryLog::new();
    let bank = guard(Behaviour::Allow, &log).wrap(Bank);
    assert_eq!(bank.refund(&ran, 742).await, "refunded 742");
    assert_eq!(recorded(&log).0, json!({}));
    assert_eq!(ran.times(), 1);
}
