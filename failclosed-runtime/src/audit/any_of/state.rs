//! How the members of a log are, for the operator.

use std::{fmt, sync::Arc};

use super::shared::Shared;

/// Shows how the members of an [`AnyOf`](super::AnyOf) are, also while a [`Writer`](crate::audit::Writer) has it.
#[derive(Clone)]
pub struct Members(pub(super) Arc<Shared>);

/// How one member is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct MemberState {
    /// Which one, in the order in which they were given, from 1 on.
    pub number: usize,
    /// How many records it lacks that count.
    pub behind: u64,
    /// Why it takes nothing at the moment. `None` for one that works, and for one that hangs or is being filled.
    pub fault: Option<String>,
    /// Whether it takes nothing until the log is opened again.
    pub is_out: bool,
}

impl Members {
    /// Each member, in order.
    pub fn state(&self) -> Vec<MemberState> {
        self.0.look(|state| {
            let durable = state.end().next;
            let members = state.members.iter().enumerate();
            let state = members.map(|(index, member)| MemberState {
                number: index + 1,
                behind: durable.saturating_sub(member.at.next()),
                fault: member.fault.clone(),
                is_out: member.is_out,
            });
            state.collect()
        })
    }
}

impl fmt::Debug for Members {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.state()).finish()
    }
}
