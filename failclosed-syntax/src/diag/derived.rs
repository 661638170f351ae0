//! About the derives.

use super::{did_you_mean, error, listed};
use proc_macro2::Span;
use quote::ToTokens;
use syn::{Error, Ident, Path, spanned::Spanned};

pub fn not_a_struct(span: Span, derive: &str) -> Error {
    error(span, format_args!("`{derive}` can only be derived for a struct"), "write a struct")
}

pub fn unnamed_fields(span: Span) -> Error {
    error(
        span,
        "an argument needs a name",
        "use named fields: `struct Purchase { vendor: String }`",
    )
}

pub fn generic(span: Span) -> Error {
    error(
        span,
        "an action with type or const parameters would be several actions under one name",
        "write one struct for each action; lifetimes are fine",
    )
}

pub fn missing_name(span: Span) -> Error {
    error(span, "the action has no name", "write `#[action(name = \"purchase\")]` on the struct")
}

pub fn unknown_option(option: &Path, known: &[&str]) -> Error {
    let name = option.to_token_stream().to_string();
    let help = match did_you_mean(&name, known.iter().copied()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("remove `{name}`"),
    };
    let what = format_args!("unknown option `{name}`; expected {}", listed(known));
    error(option.span(), what, help)
}

pub fn skipped_and_masked(span: Span) -> Error {
    error(
        span,
        "what is skipped is shown to nobody, so there is nothing to mask",
        "keep `skip`, or `mask` for an authority that sees it",
    )
}

pub fn guard_with_options(span: Span) -> Error {
    error(span, "`#[guard]` takes no options", "write `#[guard]`")
}

pub fn duplicate_option(span: Span) -> Error {
    error(span, "this option is given twice", "keep one")
}

pub fn not_a_field(span: Span) -> Error {
    error(
        span,
        "the resource of an action is one of its fields, or a kind and a field",
        "write `resource = vendor`, or `resource = (\"Vendor\", vendor)`",
    )
}

pub fn unknown_field(name: &Ident, known: &[String]) -> Error {
    let help = match did_you_mean(&name.to_string(), known.iter().map(String::as_str)) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => "name one of the struct's fields".to_owned(),
    };
    error(name.span(), format_args!("there is no field `{name}`"), help)
}

pub fn no_guard_field(span: Span) -> Error {
    error(span, "no field is marked `#[guard]`", "write `#[guard]` above the field of type `Guard`")
}

pub fn two_guard_fields(span: Span) -> Error {
    error(
        span,
        "two fields are marked `#[guard]`, and each method has one guard",
        "keep one, and name the other with `guard = self.other`",
    )
}
