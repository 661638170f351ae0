//! `#[guarded]`: a whole surface, in which no function can be forgotten.
//!
//! `parse` reads the block and leaves every body as tokens; `marks` finds what each function says
//! about itself. Then one of six ways: `account` (an `impl` whose functions carry the marks), `module` (the
//! same for a module), `dispatch` (for the arms of a function), `surface` (a guarded trait), `imp` (an
//! `impl` of one), `remote` (a decorator).

use proc_macro2::TokenStream;

use crate::{
    diag::{self, Errors},
    fallback,
    item::GuardedFn,
};
use failclosed_syntax::guarded::{inherited, marks, options, parse};
use options::Options;
use parse::{Header, Whole};

mod account;
mod body;
mod constants;
mod dispatch;
pub(crate) mod held;
mod hidden;
mod imp;
mod lifetimes;
mod module;
mod names;
mod remote;
mod surface;

/// The attribute.
pub(crate) fn expand(args: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::new();
    let options = Options::parse(args, &mut errors);
    if module::is_module(&item) {
        return module::expand(&options, &item, errors);
    }
    if let Ok(function) = GuardedFn::parse(item.clone()) {
        return dispatch::expand(&options, function, errors);
    }
    let whole = match Whole::parse(item.clone()) {
        Ok(whole) => whole,
        Err(error) => {
            errors.push(error);
            return fallback::item(item, errors);
        }
    };
    match &whole.header {
        Header::Impl(header) => {
            if options.remote.is_some() {
                errors.push(diag::guarded::remote_impl(header.impl_token.span));
            }
            match &header.trait_ {
                Some((path, _)) if options.open.is_none() && !account::carries_marks(&whole) => {
                    imp::expand(&options, &whole, header, path, errors)
                }
                _ => account::expand(&options, &whole, errors),
            }
        }
        Header::Trait(header) => match &options.remote {
            Some(remote) => remote::expand(&options, &whole, header, remote, errors),
            None => surface::expand(&options, &whole, header, errors),
        },
    }
}

/// Errors alone. What is left out costs nothing: the build has failed.
fn refused(errors: Errors) -> TokenStream {
    // FAIL CLOSED: without an error to report, nothing is emitted either.
    errors.finish().err().unwrap_or_default()
}
