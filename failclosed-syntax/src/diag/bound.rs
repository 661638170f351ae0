//! About the names that an attribute binds for the body.

use proc_macro2::Span;
use syn::{Error, Ident};

use super::error;

pub fn returns(span: Span) -> Error {
    error(
        span,
        "this would answer in place of a body that nobody has allowed",
        "fail with `?`; a value that needs no permission comes from a function that asks nobody",
    )
}

pub fn no_permit_yet(span: Span) -> Error {
    error(
        span,
        "what is prepared comes before the question, and there is no permit yet",
        "use the permit in the body, with the value that was prepared",
    )
}

pub fn attribute(span: Span) -> Error {
    error(
        span,
        "what an attribute takes out here would be missing without a word",
        "write it without the attribute, or in a function of its own",
    )
}

pub fn no_parameter(name: &Ident) -> Error {
    error(
        name.span(),
        format_args!(
            "a guarded trait's permit carries the parameters, and `{name}` is none of them"
        ),
        format_args!(
            "bind it in the place of a parameter, `path = self.resolve(&path).await?`, or add a \
             parameter `{name}`"
        ),
    )
}
