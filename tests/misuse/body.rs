//! Inside of a guarded body, and what it leaves behind.

use std::sync::{Arc, Mutex};

use failclosed::{
    Action, Cause, Decision, Denial, Guard, Locked, Permit, Subject,
    approval::Approver,
    authority::{Answer, answer_fn},
    error::ConfigError,
    requires_permission,
};

use super::{Till, builder, purchase};

/// Allows purchases of up to 5.00.
async fn small_purchases() -> Guard {
    let authority = answer_fn(|request: &failclosed::Request<'_>| match request.action() {
        "purchase" => match request.argument::<u64>("cents") {
            Ok(..=500) => Decision::allow().into(),
            Ok(_) => Decision::deny("over the limit").into(),
            Err(why) => why.into(),
        },
        "checkout" => Decision::allow().into(),
        _ => Decision::deny("unknown").into(),
    });
    builder(authority).start().await.unwrap()
}

#[derive(Debug, Action)]
#[action(name = "checkout")]
struct Checkout;

// stopped by: nothing
/// A client that is cloned out of its lock while a permit opens it: the clone needs none any more. Make
/// the client's own methods take `&Permit<A>`, and there is nothing to clone.
#[tokio::test]
async fn a_client_that_is_cloned_out_of_its_lock() {
    #[requires_permission(action = Checkout, skip(till))]
    async fn checkout(
        till: &Locked<Till, Checkout>,
        #[permit] permit: Permit<'_, Checkout>,
    ) -> Result<Till, Denial> {
        Ok(till.open(&permit).clone())
    }
    let till = Till::default();
    let locked = Locked::new(till.clone());
    let outside = small_purchases().await.scope(checkout(&locked)).await.unwrap();
    outside.charge(74_200);
    assert_eq!(till.charged(), 74_200);
}

// stopped by: nothing
/// Work that the body detaches goes on when its call has ended, and is on record as completed.
#[tokio::test]
async fn work_that_outlives_its_call() {
    #[requires_permission(action = "checkout", skip(till))]
    async fn checkout(till: &Till) -> Result<tokio::task::JoinHandle<()>, Denial> {
        let till = till.clone();
        Ok(tokio::spawn(async move {
            tokio::task::yield_now().await;
            till.charge(74_200);
        }))
    }
    let till = Till::default();
    let detached = small_purchases().await.scope(checkout(&till)).await.unwrap();
    assert_eq!(till.charged(), 0, "the call has ended");
    detached.await.unwrap();
    assert_eq!(till.charged(), 74_200);
}

// stopped by: a denial
/// A guarded call in a task that the body spawns: the task has no guard.
#[tokio::test]
async fn a_task_without_its_guard() {
    let till = Till::default();
    let inner = till.clone();
    let spawned =
        async move { tokio::spawn(async move { purchase(&inner, 1).await }).await.unwrap() };
    let denial = small_purchases().await.scope(spawned).await.unwrap_err();
    assert_eq!((denial.cause(), till.charged()), (Cause::NotConfigured, 0));
}

// stopped by: a denial
/// "As the administrator": code below a scope that makes itself somebody else.
#[tokio::test]
async fn a_body_that_makes_itself_somebody_else() {
    let till = Till::default();
    let as_root = async {
        let root = Subject::agent("shopper").unwrap().on_behalf_of("root").unwrap();
        Guard::current().for_subject(root).scope(purchase(&till, 1)).await
    };
    let denial = small_purchases().await.scope(as_root).await.unwrap_err();
    assert_eq!((denial.cause(), till.charged()), (Cause::NotConfigured, 0));
}

// stopped by: a denial
/// A library that brings its own person, who always says yes.
#[tokio::test]
async fn a_library_that_brings_its_own_person() {
    struct Yes;
    impl Approver for Yes {
        fn approve<'a>(
            &'a self,
            request: &'a failclosed::Request<'a>,
            ask: &'a failclosed::decision::Ask,
        ) -> Answer<'a> {
            ask.approved(request).into()
        }
    }
    let lent = async {
        let patience = std::time::Duration::from_secs(1);
        Guard::current().asking(Yes, patience).map(drop)
    };
    let refused = small_purchases().await.scope(lent).await.unwrap_err();
    assert!(matches!(refused, ConfigError::Lent), "{refused}");
}

// stopped by: nothing
/// `skip` of what the body uses: the authority allows 1 cent, and cannot know of the discount that is
/// none.
#[tokio::test]
async fn a_skipped_argument_that_matters() {
    #[requires_permission(action = "purchase", skip(till, times))]
    async fn buy(till: &Till, cents: u64, times: u64) -> Result<(), Denial> {
        till.charge(cents * times);
        Ok(())
    }
    let till = Till::default();
    small_purchases().await.scope(buy(&till, 1, 74_200)).await.unwrap();
    assert_eq!(till.charged(), 74_200);
}

// stopped by: nothing
/// Another function with the same effect and no attribute. `cargo failclosed check` finds it (FC0101).
#[tokio::test]
async fn a_sibling_without_the_attribute() {
    fn refund_all(till: &Till) {
        till.charge(74_200);
    }
    let till = Till::default();
    small_purchases().await.scope(async { refund_all(&till) }).await;
    assert_eq!(till.charged(), 74_200);
}

// stopped by: nothing
/// A path that is compared as text and used as a path.
#[tokio::test]
async fn a_path_that_is_checked_before_it_is_resolved() {
    #[requires_permission(action = "read", skip(read))]
    async fn read(read: &Mutex<Vec<String>>, path: String) -> Result<(), Denial> {
        let resolved = std::fs::canonicalize(&path).unwrap();
        read.lock().unwrap().push(resolved.display().to_string());
        Ok(())
    }
    let authority = failclosed::authority_fn(async |request| {
        if request.is_self_check() {
            return Ok(Decision::deny("nobody may"));
        }
        // failclosed: allow(FC0216, FC0217, reason = "the mistake that is shown here")
        match request.argument::<String>("path")?.starts_with("/tmp/") {
            true => Ok(Decision::allow()),
            false => Ok(Decision::deny("outside")),
        }
    });
    let guard = builder(authority).start().await.unwrap();
    let seen = Mutex::new(Vec::new());
    guard.scope(read(&seen, "/tmp/../etc/hostname".to_owned())).await.unwrap();
    assert_eq!(*seen.lock().unwrap(), ["/etc/hostname"]);
}

// stopped by: a denial
/// A value that another thread changes while the authority thinks.
#[tokio::test]
async fn a_value_that_changes_while_the_authority_thinks() {
    #[requires_permission(action = "purchase", args(cents = cents), skip(till))]
    async fn buy(till: &Till, cents: Arc<Mutex<u64>>) -> Result<(), Denial> {
        till.charge(*cents.lock().unwrap());
        Ok(())
    }
    let cents = Arc::new(Mutex::new(1));
    let others = cents.clone();
    let authority = answer_fn(move |request: &failclosed::Request<'_>| {
        if request.is_self_check() {
            return Decision::deny("nobody may").into();
        }
        let others = others.clone();
        Answer::pending(async move {
            tokio::task::yield_now().await;
            *others.lock().unwrap() = 74_200;
            Ok(Decision::allow())
        })
    });
    let (till, guard) = (Till::default(), builder(authority).start().await.unwrap());
    let denial = guard.scope(buy(&till, cents)).await.unwrap_err();
    assert_eq!((denial.cause(), till.charged()), (Cause::Malformed, 0));
}
