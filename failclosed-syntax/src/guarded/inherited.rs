//! What a block says once for its functions: how it gets into the attribute of each.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{Ident, Signature, ext::IdentExt};

use super::{marks, options::Options};
use crate::{
    args::segments,
    diag::{self, Errors},
    item::GuardedFn,
    params::Params,
};

pub fn name_of(ident: &Ident) -> String {
    ident.unraw().to_string()
}

/// The arguments of one `#[requires_permission(..)]`, as they were written.
pub struct Given {
    segments: Vec<TokenStream>,
    pub changed: bool,
}

impl Given {
    pub fn read(tokens: TokenStream) -> Self {
        Self { segments: segments(tokens), changed: false }
    }

    fn keyed(&self, key: &str) -> Option<&TokenStream> {
        self.segments.iter().find(|segment| key_of(segment).as_deref() == Some(key))
    }

    /// Whether `key(..)` has this name in it.
    pub fn says(&self, key: &str, name: &Ident) -> bool {
        let names = self.keyed(key).map(|segment| names_in(segment, false)).unwrap_or_default();
        names.contains(&name_of(name))
    }

    /// Whether an argument of this name is shown beside the parameters.
    pub fn shows(&self, name: &Ident) -> bool {
        self.shown().contains(&name_of(name))
    }

    /// The names in `args(..)` and `prepare(..)`.
    pub fn shown(&self) -> Vec<String> {
        let keyed = ["args", "prepare"].iter().filter_map(|key| self.keyed(key));
        keyed.flat_map(|segment| names_in(segment, true)).collect()
    }

    /// `key = value`, unless the function says it.
    pub fn add(&mut self, key: &str, pair: impl FnOnce() -> TokenStream) {
        if self.keyed(key).is_none() {
            self.segments.push(pair());
            self.changed = true;
        }
    }

    /// `key(.., names)`: in addition to what the function says.
    pub fn extend(&mut self, key: &str, names: &[&Ident]) {
        let said = self.keyed(key).map(|segment| names_in(segment, false)).unwrap_or_default();
        let names: Vec<_> =
            names.iter().filter(|name| !said.contains(&name_of(name))).copied().collect();
        if names.is_empty() {
            return;
        }
        self.changed = true;
        let own = self.segments.iter_mut().find(|one| key_of(one).as_deref() == Some(key));
        let Some(segment) = own else {
            let key = Ident::new(key, proc_macro2::Span::call_site());
            self.segments.push(quote!(#key(#(#names),*)));
            return;
        };
        // What is not a list stays as it is: the attribute reports it.
        let extended = segment.clone().into_iter().map(|token| match token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis => {
                let own = segments(group.stream());
                let mut inside = Group::new(Delimiter::Parenthesis, quote!(#(#own,)* #(#names),*));
                inside.set_span(group.span());
                TokenTree::Group(inside)
            }
            other => other,
        });
        *segment = extended.collect();
    }

    pub fn tokens(&self) -> TokenStream {
        let segments = &self.segments;
        quote!(#(#segments),*)
    }
}

fn key_of(segment: &TokenStream) -> Option<String> {
    segment.clone().into_iter().next().map(|key| key.to_string())
}

/// The names in the parentheses behind a key: alone, or before the value that each is given.
fn names_in(segment: &TokenStream, given_a_value: bool) -> Vec<String> {
    let listed = segment.clone().into_iter().nth(1);
    let Some(TokenTree::Group(group)) = listed else { return Vec::new() };
    let name = |one: TokenStream| {
        one.into_iter()
            .filter_map(|token| match token {
                TokenTree::Ident(word) => Some(word),
                _ => None,
            })
            .find(|word| !given_a_value || (word != "let" && word != "mut"))
            .map(|word| name_of(&word))
    };
    segments(group.stream()).into_iter().filter_map(name).collect()
}

/// The names that a function's parameters bind, its constants among them.
pub fn parameters(sig: &Signature) -> Vec<String> {
    let mut unread = Errors::new();
    let params = Params::take(&mut sig.clone(), &mut unread);
    // What is wrong with a parameter is reported where the function is read.
    drop(unread.finish());
    params.constants.iter().chain(&params.bindings).map(|binding| name_of(&binding.ident)).collect()
}

// `#[guarded(skip(contxt))] impl Shop { .. }`
pub fn check_names<'f>(
    options: &Options,
    functions: impl Iterator<Item = &'f GuardedFn>,
    errors: &mut Errors,
) {
    if options.skip.is_empty() && options.mask.is_empty() {
        return;
    }
    let (mut parameters_of_all, mut shown) = (Vec::new(), Vec::new());
    for function in functions {
        parameters_of_all.extend(parameters(&function.sig));
        for attr in function.attrs.iter().filter(|attr| marks::is_guard(attr)) {
            if let syn::Meta::List(list) = &attr.meta {
                shown.extend(Given::read(list.tokens.to_token_stream()).shown());
            }
        }
    }
    known(&options.skip, "skip", &parameters_of_all, errors);
    parameters_of_all.extend(shown);
    known(&options.mask, "mask", &parameters_of_all, errors);
}

/// Reports the names that nobody has.
pub fn known(names: &[Ident], key: &str, known: &[String], errors: &mut Errors) {
    for name in names.iter().filter(|name| !known.contains(&name_of(name))) {
        // FAIL CLOSED: something was to be hidden, and is not.
        errors.push(diag::guarded::nobody_has(name, key, known));
    }
}
