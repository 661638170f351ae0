//! Guarded traits as they are reached from elsewhere: other modules, other crates, other reach.

use std::sync::Arc;

use failclosed::{Denial, Guard, audit::MemoryLog, guarded};

use crate::{Behaviour, guard};

/// Reached by a path; names of ours for everything.
mod names {
    #![allow(clippy::used_underscore_binding, reason = "names as users pick them")]

    use failclosed::{Denial, guarded};

    #[guarded]
    pub(crate) trait Names {
        #[requires_permission(action = "names", resource = guard, args(shown = offer.len()), skip(offer, inner))]
        async fn names(
            &self,
            guard: &str,
            granted: u8,
            call: u8,
            offer: &[u8],
            inner: u8,
            result: u8,
        ) -> Result<u64, Denial>;

        #[unguarded(reason = "for the tests")]
        fn inner(&self, guard: &str, key: u8) -> u64;
    }

    mod deeper {
        use failclosed::Denial;

        /// Reaches one module up, and no further.
        #[failclosed::guarded]
        pub(super) trait Deeper {
            #[requires_permission(action = "deeper")]
            async fn deeper(&self, of: &super::Own) -> Result<u64, Denial>;
        }

        #[failclosed::guarded]
        trait Private {
            #[requires_permission(action = "private")]
            async fn private(&self, of: self::Here) -> Result<u64, Denial>;
        }

        #[derive(serde::Serialize)]
        struct Here(u64);

        struct Mine;

        #[failclosed::guarded]
        impl Private for Mine {
            async fn private(&self, Here(of): self::Here) -> Result<u64, Denial> {
                Ok(of)
            }
        }

        pub(super) async fn private(guard: &failclosed::Guard) -> Result<u64, Denial> {
            guard.wrap(Mine).private(Here(7)).await
        }
    }

    #[derive(serde::Serialize)]
    pub(crate) struct Own(pub(crate) u64);

    struct Mine;

    #[guarded]
    impl deeper::Deeper for Mine {
        async fn deeper(&self, of: &Own) -> Result<u64, Denial> {
            Ok(of.0)
        }
    }

    pub(crate) async fn deeper(guard: &failclosed::Guard) -> Result<u64, Denial> {
        use deeper::Deeper as _;
        let payments = guard.wrap(Mine);
        Ok(payments.deeper(&Own(35)).await? + deeper::private(guard).await?)
    }
}

struct Anything<T>(T);

#[guarded]
impl<T: Send + Sync + Into<u64> + Copy> names::Names for Anything<T> {
    async fn names(
        &self,
        guard: &str,
        granted: u8,
        call: u8,
        offer: &[u8],
        inner: u8,
        result: u8,
    ) -> Result<u64, Denial> {
        let sum = guard.len() as u64 + offer.len() as u64 + self.0.into();
        Ok(sum + [granted, call, inner, result].into_iter().map(u64::from).sum::<u64>())
    }

    fn inner(&self, guard: &str, key: u8) -> u64 {
        guard.len() as u64 + u64::from(key)
    }
}

#[tokio::test]
async fn no_name_of_the_users_is_ours() {
    use names::Names as _;
    let log = MemoryLog::new();
    let guard = guard(Behaviour::Allow, &log);
    let value = guard.wrap(Anything(100_u32));
    assert_eq!(value.names("ab", 1, 1, &[0; 3], 1, 1).await.unwrap(), 109);
    assert_eq!(value.inner("ab", 1), 3);
    assert_eq!(names::deeper(&guard).await.unwrap(), 42);
}

/// Declared in another crate.
struct Tab;

#[guarded]
impl failclosed_tests::Bank for Tab {
    async fn pay(&self, to: &str, amount: u64) -> Result<u64, Denial> {
        Ok(amount + to.len() as u64)
    }
}

async fn pay(guard: &Guard) -> Result<u64, Denial> {
    let bank: Arc<dyn failclosed_tests::Bank> = Arc::new(guard.wrap(Tab));
    bank.pay("v", 41).await
}

#[tokio::test]
async fn a_trait_of_another_crate_is_implemented_here() {
    let log = MemoryLog::new();
    assert_eq!(pay(&guard(Behaviour::Allow, &log)).await.unwrap(), 42);
    assert!(pay(&guard(Behaviour::Deny, &log)).await.is_err());
}

/// Made by a macro, as a user's own might.
macro_rules! guarded_trait {
    ($vis:vis $name:ident { $action:literal $method:ident($($arg:ident: $ty:ty),*) -> $ret:ty }) => {
        #[guarded]
        $vis trait $name {
            #[requires_permission(action = $action)]
            async fn $method(&self, $($arg: $ty),*) -> $ret;
        }
    };
}

guarded_trait!(pub(crate) Made { "made" make(of: &str, amount: u64) -> Result<u64, Denial> });

struct Maker;

#[guarded]
impl Made for Maker {
    async fn make(&self, of: &str, amount: u64) -> Result<u64, Denial> {
        Ok(amount + of.len() as u64)
    }
}

#[tokio::test]
async fn a_macro_may_declare_one() {
    let log = MemoryLog::new();
    assert_eq!(guard(Behaviour::Allow, &log).wrap(Maker).make("v", 41).await.unwrap(), 42);
    assert!(guard(Behaviour::Deny, &log).wrap(Maker).make("v", 41).await.is_err());
}
