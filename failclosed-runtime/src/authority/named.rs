//! Authorities with names, so that a guard can insist on them.

use std::{fmt, sync::Arc};

use super::{Answer, Authority};
use crate::request::Request;

/// An authority with a name, for [`GuardBuilder::expecting`](crate::GuardBuilder::expecting). It decides as
/// the authority does.
///
/// ```
/// use failclosed_runtime::{Decision, all_of, authority_fn, named};
///
/// let base = authority_fn(async |_| Ok(Decision::allow()));
/// let egress = authority_fn(async |_| Ok(Decision::deny("no host is allowed")));
/// let authority = all_of(named("base", base), named("egress", egress));
/// ```
pub fn named<A: Authority>(name: impl Into<Arc<str>>, authority: A) -> Named<A> {
    Named { name: name.into(), authority }
}

/// See [`named`].
pub struct Named<A> {
    name: Arc<str>,
    authority: A,
}

impl<A: Authority> Authority for Named<A> {
    fn decide<'a>(&'a self, request: &'a Request<'a>) -> Answer<'a> {
        self.authority.decide(request)
    }

    fn names(&self, found: &mut dyn FnMut(&str)) {
        found(&self.name);
        self.authority.names(found);
    }
}

impl<A> fmt::Debug for Named<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Named({:?})", self.name)
    }
}
