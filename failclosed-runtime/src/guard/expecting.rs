//! Insisting on the authorities that a guard was meant to have.

use std::{collections::BTreeMap, sync::Arc};

use super::{GuardBuilder, Parts};
use crate::{
    contain::{Panicked, contain},
    error::ConfigError,
};

impl<D> GuardBuilder<D> {
    /// The guard does not start unless authorities of these [names](crate::named) are in its authority, each
    /// once: where a feature, a setting or an `if` put it together, one may be missing, and the rest says yes.
    /// May be given several times.
    ///
    /// ```
    /// # use failclosed_runtime::{*, audit::MemoryLog};
    /// # async fn started(
    /// #     subject: Subject, base: impl Authority + 'static, egress: impl Authority + 'static,
    /// # ) -> Result<(), StartError> {
    /// let authority = all_of(named("base", base), named("egress", egress));
    /// let guard = Guard::builder(subject, authority, MemoryLog::new())
    ///     .expecting(["base", "egress"])
    ///     .start()
    ///     .await?;
    /// # Ok(()) }
    /// ```
    pub fn expecting<N: Into<Arc<str>>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.0.expected.extend(names.into_iter().map(Into::into));
        self
    }
}

impl Parts {
    /// # Errors
    /// [`ConfigError::Authorities`]: an expected one is missing, or there are several of its name.
    pub(super) fn expected(&self) -> Result<(), ConfigError> {
        if self.expected.is_empty() {
            return Ok(());
        }
        let mut found = BTreeMap::<String, usize>::new();
        let named = contain(|| {
            self.authority.names(&mut |name| *found.entry(name.to_owned()).or_default() += 1);
        });
        let fault = |name: &str, fault| {
            let names = found.keys().map(|name| format!("`{name}`")).collect::<Vec<_>>();
            ConfigError::Authorities { name: name.to_owned(), fault, found: names.join(", ") }
        };
        for name in &self.expected {
            match (&named, found.get(&**name)) {
                (Ok(()), Some(1)) if !name.trim().is_empty() => {}
                // FAIL CLOSED: what names it has is not known.
                (Err(Panicked(_)), _) => {
                    return Err(fault(name, "panicked when it was asked for names"));
                }
                // FAIL CLOSED: a name that is none names nobody in particular.
                (Ok(()), Some(1)) => return Err(fault(name, "has a blank name")),
                // FAIL CLOSED: the one that is meant may be the one that is missing.
                (Ok(()), Some(_)) => return Err(fault(name, "is there more than once")),
                // FAIL CLOSED: what it forbids, nobody forbids.
                (Ok(()), None) => return Err(fault(name, "is missing")),
            }
        }
        Ok(())
    }
}
