//! Attributes of parameters: which of them speak of the names that the body binds anew.
//!
//! A `cfg` decides whether the parameter exists, and so whether anything made for it does: it is
//! repeated, word for word, before its entry in the list of arguments and before its binding. A lint
//! level is about the name that the body has. Everything else stays where it is.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Attribute, MacroDelimiter, Meta, MetaList, Path, spanned::Spanned};

use crate::{
    args::segments,
    diag::{self, Errors},
};

/// The attributes of one parameter.
#[derive(Clone, Default)]
pub struct ParamAttrs {
    /// What stays before the parameter.
    pub kept: Vec<Attribute>,
    /// What decides whether it exists. All of it is in `kept` too.
    pub cfgs: Vec<Attribute>,
    /// Lint levels, for the name that the body has.
    pub lints: Vec<Attribute>,
}

/// Lints about a variable's use in the body: nothing before the body can fulfil an expectation of one.
const OF_BODIES: [&str; 4] = ["unused", "unused_assignments", "unused_mut", "unused_variables"];

impl ParamAttrs {
    pub fn sort(attrs: Vec<Attribute>, errors: &mut Errors) -> Self {
        let mut sorted = Self::default();
        for attr in attrs {
            let places = Places::of(attr.meta.clone(), errors);
            let put = |place: &mut Vec<Attribute>, metas: Vec<Meta>| {
                place.extend(metas.into_iter().map(|meta| Attribute { meta, ..attr.clone() }));
            };
            put(&mut sorted.kept, places.kept);
            put(&mut sorted.cfgs, places.cfgs);
            put(&mut sorted.lints, places.lints);
        }
        sorted
    }
}

/// What decides whether the thing below these attributes exists. Attributes that cannot be read
/// decide nothing here: if one of them takes the thing away, what was made for it does not compile.
pub fn conditions(attrs: &[Attribute]) -> Vec<Attribute> {
    let mut unread = Errors::new();
    let sorted = ParamAttrs::sort(attrs.to_vec(), &mut unread);
    drop(unread.finish());
    sorted.cfgs
}

/// `#[expect(unused_variables)]` as `#[allow(unused_variables)]`.
pub fn allowed(lint: &mut Attribute) {
    if let Meta::List(list) = &mut lint.meta
        && list.path.is_ident("expect")
    {
        list.path = Path::from(syn::Ident::new("allow", list.path.span()));
    }
}

/// Whether two lists of conditions are the same one, word for word.
pub fn are_same(left: &[Attribute], right: &[Attribute]) -> bool {
    quote!(#(#left)*).to_string() == quote!(#(#right)*).to_string()
}

/// One attribute, as the parts of it that go to each place.
#[derive(Default)]
struct Places {
    kept: Vec<Meta>,
    cfgs: Vec<Meta>,
    lints: Vec<Meta>,
}

impl Places {
    fn of(meta: Meta, errors: &mut Errors) -> Self {
        let name = meta.path().get_ident().map(ToString::to_string).unwrap_or_default();
        match (name.as_str(), &meta) {
            ("cfg", _) => Self { cfgs: vec![meta.clone()], kept: vec![meta], ..Self::default() },
            ("allow" | "warn" | "deny" | "forbid", _) => {
                Self { lints: vec![meta.clone()], kept: vec![meta], ..Self::default() }
            }
            ("expect", Meta::List(list)) => expected(list),
            ("cfg_attr", Meta::List(list)) => conditional(list, errors),
            _ => Self { kept: vec![meta], ..Self::default() },
        }
    }
}

// Input:  `expect(unused_variables, deprecated, reason = "..")`
// Output: kept, `allow(unused_variables)` and `expect(deprecated, reason = "..")`; for the name in the
//         body, `expect(unused_variables, reason = "..")` and `allow(deprecated)`
fn expected(list: &MetaList) -> Places {
    let (mut of_bodies, mut others, mut reason) = (Vec::new(), Vec::new(), Vec::new());
    for lint in segments(list.tokens.clone()) {
        let mut words = lint.clone().into_iter().map(|token| token.to_string());
        match words.next().unwrap_or_default().as_str() {
            "reason" if words.next().as_deref() == Some("=") => reason.push(lint),
            name if OF_BODIES.contains(&name) => of_bodies.push(lint),
            _ => others.push(lint),
        }
    }
    let level = |word: &str, lints: &[TokenStream], reason: &[TokenStream]| {
        let path = Path::from(syn::Ident::new(word, list.path.span()));
        let lints = lints.iter().chain(reason);
        Meta::List(MetaList { path, tokens: quote!(#(#lints),*), ..list.clone() })
    };
    let mut places = Places::default();
    if !of_bodies.is_empty() {
        places.lints.push(level("expect", &of_bodies, &reason));
        places.kept.push(level("allow", &of_bodies, &[]));
    }
    if !others.is_empty() {
        places.kept.push(level("expect", &others, &reason));
        places.lints.push(level("allow", &others, &[]));
    }
    places
}

// Input:  `cfg_attr(unix, cfg(feature = "x"), allow(unused), doc(hidden))`
// Output: in each place `cfg_attr(unix, ..)` with what goes there
fn conditional(list: &MetaList, errors: &mut Errors) -> Places {
    let mut segments = segments(list.tokens.clone()).into_iter();
    let condition = segments.next().unwrap_or_default();
    let mut inside = Places::default();
    for segment in segments {
        match syn::parse2::<Meta>(segment.clone()) {
            Ok(meta) if meta.path().is_ident("permit") => {
                // FAIL CLOSED: with the condition off, callers would see the parameter.
                errors.push(diag::fun::conditional_permit(meta.span()));
            }
            Ok(meta) => {
                let places = Places::of(meta, errors);
                inside.kept.extend(places.kept);
                inside.cfgs.extend(places.cfgs);
                inside.lints.extend(places.lints);
            }
            // FAIL CLOSED: it may take the parameter away, and nobody would know when.
            Err(_) => errors.push(diag::fun::unreadable_condition(segment.span())),
        }
    }
    let wrapped = |metas: Vec<Meta>| {
        let metas = metas.into_iter().map(Meta::into_token_stream);
        let whole = [condition.clone()].into_iter().chain(metas).collect::<Vec<_>>();
        if whole.len() == 1 {
            return Vec::new();
        }
        vec![Meta::List(MetaList {
            path: list.path.clone(),
            delimiter: MacroDelimiter::Paren(syn::token::Paren::default()),
            tokens: quote!(#(#whole),*),
        })]
    };
    Places { kept: wrapped(inside.kept), cfgs: wrapped(inside.cfgs), lints: wrapped(inside.lints) }
}
