//! The arguments of `#[guarded(..)]`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, Expr, Ident, Meta, Path, spanned::Spanned};

use crate::{
    args::{Pair, segments},
    diag::{self, Errors},
    path::CratePath,
};

/// What the attribute says. The first three are handed on to functions that do not say it.
pub struct Options {
    pub guard: Option<Expr>,
    pub on_denied: Option<Path>,
    crate_path: Option<Path>,
    pub krate: CratePath,
    pub remote: Option<Path>,
}

impl Options {
    /// Reads what it can and reports the rest.
    pub fn parse(tokens: TokenStream, errors: &mut Errors) -> Self {
        let mut options = Self {
            guard: None,
            on_denied: None,
            crate_path: None,
            krate: CratePath::facade(),
            remote: None,
        };
        let mut seen: Vec<Ident> = Vec::new();
        for segment in segments(tokens) {
            let span = segment.span();
            let pair = Pair::parse(segment).map_err(|_| diag::guarded::not_a_key(span));
            let Some(pair) = errors.keep(pair) else { continue };
            if seen.contains(&pair.key) {
                errors.push(diag::arg::duplicate_key(&pair.key));
                continue;
            }
            seen.push(pair.key.clone());
            let read = options.read(&pair);
            errors.keep(read);
        }
        options
    }

    fn read(&mut self, pair: &Pair) -> syn::Result<()> {
        match pair.key.to_string().as_str() {
            "guard" => self.guard = Some(pair.value()?),
            "on_denied" => self.on_denied = Some(pair.value()?),
            "remote" => self.remote = Some(pair.path()?),
            "crate" => {
                let path = pair.path()?;
                self.krate = CratePath::at(path.clone())?;
                self.crate_path = Some(path);
            }
            // FAIL CLOSED: a key that is not understood may have been meant to protect something.
            _ => return Err(diag::guarded::unknown_key(&pair.key)),
        }
        Ok(())
    }

    /// What a decorator hands on to its methods: its own guard, and the rest.
    pub fn guarding(options: &Self) -> Self {
        Self {
            guard: Some(syn::parse_quote!(self.guard)),
            on_denied: options.on_denied.clone(),
            crate_path: options.crate_path.clone(),
            krate: options.krate.clone(),
            remote: None,
        }
    }

    // Input:  `#[requires_permission(action = "purchase")]`, with `guard = self.desk` here
    // Output: `#[requires_permission(action = "purchase", guard = self.desk)]`
    pub fn hand_on(&self, attr: &mut Attribute) {
        let given = match &attr.meta {
            Meta::List(list) => list.tokens.clone(),
            Meta::Path(_) | Meta::NameValue(_) => TokenStream::new(),
        };
        let keys: Vec<String> = segments(given.clone())
            .into_iter()
            .filter_map(|segment| segment.into_iter().next().map(|key| key.to_string()))
            .collect();
        let lacks = |key: &str| !keys.iter().any(|given| given == key);
        let mut extended = TokenStream::new();
        let mut add = |key: &str, tokens: TokenStream| {
            if lacks(key) {
                extended.extend(quote!(, #tokens));
            }
        };
        if let Some(guard) = &self.guard {
            add("guard", quote!(guard = #guard));
        }
        if let Some(path) = &self.on_denied {
            add("on_denied", quote!(on_denied = #path));
        }
        if let Some(path) = &self.crate_path {
            add("crate", quote!(crate = #path));
        }
        if extended.is_empty() {
            return;
        }
        if let Meta::List(list) = &mut attr.meta {
            // A comma may stand at the end already; the attribute reads over an empty segment.
            list.tokens.extend(extended);
        }
    }
}
