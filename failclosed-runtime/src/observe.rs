//! Who is told when something was denied.

use crate::{denial::Denial, request::Request};

/// Told of every denial that a caller is given: the place to notify the user. A call whose caller
/// went away (`Cancelled`) is in the records only.
///
/// It learns of the denial after it is recorded, and cannot change it. A panic in it is contained.
pub trait Observer: Send + Sync {
    /// A guarded call was denied. Must not block: it runs in the call's task.
    fn denied(&self, request: &Request<'_>, denial: &Denial);
}

impl<F: Fn(&Request<'_>, &Denial) + Send + Sync> Observer for F {
    fn denied(&self, request: &Request<'_>, denial: &Denial) {
        self(request, denial);
    }
}
