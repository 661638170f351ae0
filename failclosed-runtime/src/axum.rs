//! Services written with [axum](https://docs.rs/axum): what a denial is in HTTP.
//!
//! | cause | status | |
//! | --- | --- | --- |
//! | `Denied` | 403 Forbidden | somebody said no |
//! | `Malformed`, by the caller's [fault](crate::Fault::Caller) | 400 Bad Request | nobody could be asked about it |
//! | the same, for its [size](crate::Denial::is_too_large) | 413 Content Too Large | less of it may be allowed |
//! | every other | 503 Service Unavailable | nobody said yes |
//!
//! The body is a problem document (RFC 9457) with the safe text, the cause and the call's id, which
//! the audit log has too. Whose request it is comes from [`tower::ScopeLayer`](crate::tower), or from
//! an extractor of the handler's own: `guard = &who.guard`.

/// The core of axum 0.8, which this speaks: its `Response` and `IntoResponse` are axum's own.
pub use axum_core;
use axum_core::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header::CONTENT_TYPE};
use serde_json::json;

use crate::denial::{Cause, Denial, Fault, FromDenial};

/// A denial as a response. For `on_denied = failclosed::axum::problem`, and for
/// [`PermissionLayer`](crate::tower::PermissionLayer).
pub fn problem(denial: Denial) -> Response {
    let status = status(&denial);
    let document = json!({
        "type": "about:blank",
        "title": status.canonical_reason(),
        "status": status.as_u16(),
        "detail": denial.to_string(),
        "cause": denial.cause(),
        "call": denial.call_id(),
    });
    let mut response = Response::new(Body::from(document.to_string()));
    *response.status_mut() = status;
    let kind = HeaderValue::from_static("application/problem+json");
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}

fn status(denial: &Denial) -> StatusCode {
    match (denial.fault(), denial.cause()) {
        (_, Cause::Denied) => StatusCode::FORBIDDEN,
        // Not 5xx: whoever can send a request must not make the service look down.
        (Fault::Caller, _) if denial.is_too_large() => StatusCode::PAYLOAD_TOO_LARGE,
        (Fault::Caller, _) => StatusCode::BAD_REQUEST,
        (Fault::Nobody | Fault::Authority | Fault::Operator, _) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

impl IntoResponse for Denial {
    fn into_response(self) -> Response {
        problem(self)
    }
}

impl From<Denial> for Response {
    fn from(denial: Denial) -> Self {
        problem(denial)
    }
}

/// For handlers that fail with a bare status. It says less than a [`problem`].
impl From<Denial> for StatusCode {
    fn from(denial: Denial) -> Self {
        status(&denial)
    }
}

impl FromDenial for Response {
    fn from_denial(denial: Denial) -> Self {
        problem(denial)
    }

    fn failed(&self) -> bool {
        self.status().is_client_error() || self.status().is_server_error()
    }
}
