//! The guide, in prose.

#[doc = include_str!("guide/bypasses.md")]
pub mod bypasses {}

#[doc = include_str!("guide/use_these.md")]
pub mod use_these {}

#[doc = include_str!("guide/forms.md")]
pub mod forms {}

#[doc = include_str!("guide/moving.md")]
pub mod moving {}

#[doc = include_str!("guide/generated_code.md")]
pub mod generated_code {}

#[doc = include_str!("guide/defaults.md")]
pub mod defaults {}

#[doc = include_str!("guide/errors.md")]
pub mod errors {}

#[doc = include_str!("guide/attribute_order.md")]
pub mod attribute_order {}

#[doc = include_str!("guide/policies.md")]
pub mod policies {}

#[doc = include_str!("guide/check.md")]
pub mod check {}

#[doc = include_str!("guide/check_in_ci.md")]
pub mod check_in_ci {}

#[cfg(feature = "http")]
#[doc = include_str!("guide/authorities.md")]
pub mod authorities {}
#[doc = include_str!("guide/approvals.md")]
pub mod approvals {}
#[cfg(feature = "mcp")]
#[doc = include_str!("guide/mcp.md")]
pub mod mcp {}
#[cfg(all(feature = "acp", feature = "axum", feature = "mcp", feature = "rig"))]
#[doc = include_str!("guide/hosts.md")]
pub mod hosts {}
#[cfg(all(unix, feature = "audit-signed"))]
#[doc = include_str!("guide/log.md")]
pub mod log {}
#[cfg(all(unix, feature = "audit-signed"))]
#[doc = include_str!("guide/signed_log.md")]
pub mod signed_log {}
#[cfg(all(unix, feature = "audit-signed"))]
#[doc = include_str!("guide/kept_log.md")]
pub mod kept_log {}
#[cfg(all(unix, feature = "audit-signed"))]
#[doc = include_str!("guide/telemetry.md")]
pub mod telemetry {}
#[cfg(all(unix, feature = "audit-signed"))]
#[doc = include_str!("guide/database_log.md")]
pub mod database_log {}
#[cfg(all(unix, feature = "exit-code", feature = "hook"))]
#[doc = include_str!("guide/hooks.md")]
pub mod hooks {}
