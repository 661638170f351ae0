//! Asking an authority where it wants to be asked.

use super::{
    HttpAuthority, builder::HttpBuilder, dialect::Dialect, endpoint::Endpoint, error::HttpError,
    exchange::Question, json::Object,
};
use crate::{decision::NoDecision, id::CallId};

/// A dialect whose authorities describe themselves under `/.well-known/` (RFC 8615).
pub trait Discover: Dialect {
    /// The name of the description: `authzen-configuration`.
    fn well_known(&self) -> &'static str;

    /// Reads the description.
    ///
    /// # Errors
    /// A description that lacks one of the two, or has it as something else than text.
    fn describe(&self, description: &Object) -> Result<Description, NoDecision>;
}

/// What an authority says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs, reason = "a dialect makes it; there is nothing to leave out")]
pub struct Description {
    /// The URL it identifies itself by. It must be the endpoint, to the letter.
    pub authority: String,
    /// Where questions go. It must have the endpoint's scheme, host and port.
    pub evaluation: String,
}

pub(super) async fn discover<D: Discover>(
    builder: HttpBuilder<D>,
) -> Result<HttpAuthority<D>, HttpError> {
    let failed = |detail: String| HttpError::Discovery { detail };
    let endpoint = Endpoint::parse(builder.given_endpoint())?;
    let engine =
        builder.engine(endpoint.clone(), endpoint.well_known(builder.dialect().well_known()))?;
    let description = engine
        .within_deadline(async |deadline| {
            let description = engine.object(Question::get(CallId::next())?, deadline).await?;
            builder.dialect().describe(&description)
        })
        .await
        .map_err(|why| failed(why.detail))?;
    // FAIL CLOSED: whoever answers for another authority is not this one. Behind some proxies an
    // honest one builds its name from the `Host` header, and must be configured.
    if description.authority.strip_suffix('/').unwrap_or(&description.authority) != endpoint.text()
    {
        return Err(failed("it says that it is another authority".into()));
    }
    let evaluation = Endpoint::parse(&description.evaluation)
        .map_err(|_| failed("the URL it wants to be asked at is refused".into()))?;
    if !evaluation.same_origin(&endpoint) {
        return Err(failed("it wants to be asked at another origin".into()));
    }
    builder.build_at(endpoint, evaluation.into_url())
}
