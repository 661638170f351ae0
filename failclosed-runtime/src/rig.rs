//! Tools written with [rig](https://docs.rs/rig-core).
//!
//! A tool whose error is rig's own [`ToolExecutionError`] needs nothing but the attribute, on its
//! `call` or on a `#[rig_tool]` function: a denial converts into one. The guard is the tool's
//! (`HasGuard`), or the run's: `guard = rig::guard_of(context)`. See the guide's page on hosts.

/// The rig that this speaks: 0.44. Programs that name it by this path have the same one.
pub use rig_core;
use rig_core::tool::{ToolContext, ToolExecutionError};

use crate::{
    argument::came_with::{CameWith, came_with},
    denial::Denial,
    guard::Guard,
};

// What a tool is given beside its arguments.
came_with!(ToolContext);

/// The guard that the driver of a run attached to it:
/// `ToolContext::new().with_scope(Arc::new(guard))`.
///
/// # Denies
/// As *not configured*, every call in a run without one. The model cannot attach a scope.
pub fn guard_of<C: RunContext>(context: &C) -> Guard {
    match context.tool_context().scope::<Guard>() {
        Some(guard) => Guard::clone(&guard),
        // FAIL CLOSED: a run that nobody gave a guard.
        None => Guard::unconfigured(
            "the run has no guard: `ToolContext::new().with_scope(Arc::new(guard))`",
        ),
    }
}

/// The context of a tool's run, of the rig that fits. Sealed.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no context of the rig that fits: there may be two versions of rig here",
    label = "of another rig than `failclosed::rig::rig_core`",
    note = "help: name it by `failclosed::rig::rig_core`, and depend on rig-core 0.44"
)]
pub trait RunContext: CameWith {
    /// Itself.
    fn tool_context(&self) -> &ToolContext;
}

impl RunContext for ToolContext {
    fn tool_context(&self) -> &ToolContext {
        self
    }
}

/// The model reads the safe text; the operator's is rig's own message.
///
/// Always `permission_denied`, for which `ToolResult::is_error` is true: rig's *refused* is no error,
/// and a host that looks at that alone would take a denial for a result. Only a denial that may end
/// differently by itself is marked retryable, and each try asks again.
impl From<Denial> for ToolExecutionError {
    fn from(denial: Denial) -> Self {
        let operator = denial.operator().to_string();
        Self::permission_denied(operator)
            .with_model_feedback(denial.to_string())
            .with_code(denial.cause().as_str())
            .with_retryable(denial.may_pass_later())
            .with_source(denial)
    }
}
