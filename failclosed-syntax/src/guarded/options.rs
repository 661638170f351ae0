//! The arguments of `#[guarded(..)]`.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::{Attribute, Expr, Ident, Meta, Path, ext::IdentExt, spanned::Spanned};

use super::{
    inherited::{Given, name_of},
    marks,
    open::Open,
};
use crate::{
    args::{Pair, segments},
    diag::{self, Errors},
    path::CratePath,
};

/// What the attribute says. All but the last three is handed on to functions.
pub struct Options {
    pub guard: Option<Expr>,
    pub on_denied: Option<Path>,
    pub skip: Vec<Ident>,
    pub mask: Vec<Ident>,
    crate_path: Option<Path>,
    pub krate: CratePath,
    pub remote: Option<Path>,
    /// What becomes of functions that say nothing; without it, they do not compile.
    pub open: Option<Open>,
    /// Whether that was said in a way that is reported already.
    pub open_is_unread: bool,
}

impl Options {
    /// Reads what it can and reports the rest.
    pub fn parse(tokens: TokenStream, errors: &mut Errors) -> Self {
        let mut options = Self {
            guard: None,
            on_denied: None,
            skip: Vec::new(),
            mask: Vec::new(),
            crate_path: None,
            krate: CratePath::facade(),
            remote: None,
            open: None,
            open_is_unread: false,
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
        options.open_is_unread = options.open.is_none() && seen.iter().any(|key| key == "default");
        let skipped: Vec<String> = options.skip.iter().map(name_of).collect();
        options.mask.retain(|name| {
            let both = skipped.contains(&name_of(name));
            if both {
                // FAIL CLOSED: one of the two was meant to show it to the authority.
                errors.push(diag::guarded::skipped_and_masked(name));
            }
            !both
        });
        options
    }

    fn read(&mut self, pair: &Pair) -> syn::Result<()> {
        match pair.key.to_string().as_str() {
            "guard" => self.guard = Some(pair.value()?),
            "on_denied" => self.on_denied = Some(pair.value()?),
            "skip" => self.skip = pair.list(Ident::parse_any)?,
            "mask" => self.mask = pair.list(Ident::parse_any)?,
            "default" => self.open = Some(open(pair)?),
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

    /// Reports the keys among `known` that were given and have no use in `place`.
    pub fn refuse(&self, known: &[(&str, &str)], place: &str, errors: &mut Errors) {
        for (key, help) in known {
            let given = match *key {
                "guard" => self.guard.is_some(),
                "on_denied" => self.on_denied.is_some(),
                "skip" => !self.skip.is_empty(),
                "mask" => !self.mask.is_empty(),
                _ => self.open.is_some(),
            };
            if given {
                errors.push(diag::guarded::key_without_use(key, place, help));
            }
        }
    }

    /// What a decorator hands on to its methods: its own guard, and the rest.
    pub fn guarding(options: &Self) -> Self {
        Self { guard: Some(syn::parse_quote!(self.guard)), ..options.handed_on() }
    }

    /// What goes to the functions, and nothing else.
    pub fn handed_on(&self) -> Self {
        Self {
            guard: self.guard.clone(),
            on_denied: self.on_denied.clone(),
            skip: self.skip.clone(),
            mask: self.mask.clone(),
            crate_path: self.crate_path.clone(),
            krate: self.krate.clone(),
            remote: None,
            open: None,
            open_is_unread: false,
        }
    }

    /// What a function's own `#[guarded(..)]` says, and for the rest what its block says.
    pub fn within(mut self, block: &Self) -> Self {
        let lacks =
            |list: &[Ident], name: &Ident| !list.iter().any(|own| name_of(own) == name_of(name));
        let (skip, mask) = (self.skip.clone(), self.mask.clone());
        self.skip.extend(block.skip.iter().filter(|name| lacks(&mask, name)).cloned());
        self.mask.extend(block.mask.iter().filter(|name| lacks(&skip, name)).cloned());
        self.guard = self.guard.or_else(|| block.guard.clone());
        self.on_denied = self.on_denied.or_else(|| block.on_denied.clone());
        if self.crate_path.is_none() {
            self.crate_path.clone_from(&block.crate_path);
            self.krate = block.krate.clone();
        }
        self.open = self.open.or_else(|| block.open.clone());
        self.open_is_unread |= block.open_is_unread;
        self
    }

    // Input:  `#[requires_permission(action = "purchase", skip(card))]`, with `guard = self.desk` and
    //         `skip(context)` here, above a function that has a parameter `context`
    // Output: `#[requires_permission(action = "purchase", skip(card, context), guard = self.desk)]`
    pub fn hand_on(&self, attr: &mut Attribute, parameters: &[String]) {
        let Meta::List(list) = &mut attr.meta else { return };
        let mut given = Given::read(list.tokens.clone());
        // The function's own word is the later one: it may show what the block hides, and mask or hide
        // what the block shows.
        let skip: Vec<_> = self
            .skip
            .iter()
            .filter(|name| parameters.contains(&name_of(name)) && !given.says("mask", name))
            .collect();
        let mask: Vec<_> = self
            .mask
            .iter()
            .filter(|name| parameters.contains(&name_of(name)) || given.shows(name))
            .filter(|name| !given.says("skip", name))
            .collect();
        given.extend("skip", &skip);
        given.extend("mask", &mask);
        if let Some(guard) = &self.guard {
            given.add("guard", || quote!(guard = #guard));
        }
        if let Some(path) = &self.on_denied {
            given.add("on_denied", || quote!(on_denied = #path));
        }
        if let Some(path) = &self.crate_path {
            given.add("crate", || quote!(crate = #path));
        }
        if given.changed {
            list.tokens = given.tokens();
        }
    }
}

// `default = unguarded(reason = "moved over one by one")`
fn open(pair: &Pair) -> syn::Result<Open> {
    let not_unguarded = |span: Span| diag::guarded::not_unguarded(span);
    let meta: Meta = pair.value().map_err(|error| not_unguarded(error.span()))?;
    if !meta.path().is_ident("unguarded") {
        // FAIL CLOSED: nothing else is known that a function could be by default.
        return Err(not_unguarded(meta.path().span()));
    }
    Ok(Open { place: meta.path().span(), reason: marks::reason(&meta)? })
}
