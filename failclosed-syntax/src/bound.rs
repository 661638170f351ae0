//! What the attribute binds for the body: `args(let total = cart.total())`, and `prepare(..)`.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Attribute, Expr, Ident};

use crate::{
    args::{Args, Bound, Shown},
    diag::{self, Errors},
    params::{Binding, Params},
    shown::{conditions_of, name_of, names_in},
};

/// A name that is bound before the question, shown, and given to the body.
pub struct BoundName {
    pub ident: Ident,
    pub how: Bound,
    pub value: Expr,
    /// What decides whether it exists.
    pub cfgs: Vec<Attribute>,
    /// Whether the value can be computed once more, to be compared: what is prepared is not, for
    /// preparing may cost something.
    pub again: bool,
    /// Whether it is prepared: then it may be awaited, and may fail.
    pub prepared: bool,
}

/// The names, in the order in which they come about.
pub fn names(args: &Args, params: &Params) -> Vec<BoundName> {
    let prepared = args.prepared.iter().map(|shown| {
        let cfgs = shadowed(shown, params).map_or_else(Vec::new, |binding| binding.cfgs.clone());
        (shown, cfgs, false, true)
    });
    let computed = args.shown.iter().map(|shown| {
        let cfgs = conditions_of(&shown.value, params);
        (shown, cfgs, !is_place(&shown.value), false)
    });
    prepared
        .chain(computed)
        .filter_map(|(shown, cfgs, again, prepared)| {
            let how = shown.bound.clone()?;
            Some(BoundName {
                ident: ident_of(shown, params),
                how,
                value: shown.value.clone(),
                cfgs,
                again,
                prepared,
            })
        })
        .collect()
}

/// The names of a method in a guarded trait. Its permit carries the parameters, so each of them takes
/// the place of one.
pub fn bound_in_place(args: &Args, params: &Params, errors: &mut Errors) -> Vec<BoundName> {
    for (shown, _) in args.bound() {
        if shadowed(shown, params).is_none() {
            errors.push(diag::bound::no_parameter(&shown.name));
        }
    }
    names(args, params)
}

/// What the name is spelled like: as the parameter that it takes the place of, or the parameter would
/// stay in reach of a body whose tokens come from somewhere else than the attribute's.
pub fn ident_of(shown: &Shown, params: &Params) -> Ident {
    shadowed(shown, params).map_or_else(|| shown.name.clone(), |binding| binding.ident.clone())
}

/// The parameter whose place it takes: the body cannot reach it, so there is nothing left to show.
pub fn shadowed<'p>(shown: &Shown, params: &'p Params) -> Option<&'p Binding> {
    shown.bound.as_ref()?;
    let name = name_of(&shown.name);
    params.bindings.iter().find(|binding| name_of(&binding.ident) == name)
}

/// The parameters that a bound value is made from: it may have moved out of them, or borrow from them.
pub fn consumed(args: &Args, params: &Params) -> Vec<Ident> {
    let mut read = Vec::new();
    args.prepared.iter().for_each(|shown| read.extend(read_by(&shown.value, params)));
    args.bound().for_each(|(shown, _)| {
        names_in(&shown.value, &mut read);
        read.extend(shadowed(shown, params).map(|binding| binding.ident.clone()));
    });
    read
}

/// The parameters that an expression of any kind may read, closures and macros in it included.
pub fn read_by(expr: &Expr, params: &Params) -> Vec<Ident> {
    let known = params.constants.iter().chain(&params.bindings);
    let read = |binding: &&Binding| {
        let name = name_of(&binding.ident);
        word_in(expr.to_token_stream(), &name).is_some() || text_in(expr.to_token_stream(), &name)
    };
    known.filter(read).map(|known| known.ident.clone()).collect()
}

// `prepare(path = { return Ok(receipt) })`
pub fn check_prepared(args: &Args, errors: &mut Errors) {
    for Shown { value, .. } in &args.prepared {
        if let Some(span) = word_in(value.to_token_stream(), "return") {
            // FAIL CLOSED: the caller would take it for the answer of the body.
            errors.push(diag::bound::returns(span));
        }
        if let Some(span) = attribute_in(value) {
            errors.push(diag::bound::attribute(span));
        }
    }
}

// `prepare(file = self.dir.open(&permit, &path)?)`
pub fn check_permit(args: &Args, params: &Params, errors: &mut Errors) {
    let Some(permit) = &params.permit else { return };
    for Shown { value, .. } in &args.prepared {
        if let Some(span) = word_in(value.to_token_stream(), &name_of(&permit.ident)) {
            errors.push(diag::bound::no_permit_yet(span));
        }
    }
}

/// `self.resolve(&path).await?`
pub fn may_fail(expr: &Expr) -> bool {
    fn mark(tokens: TokenStream) -> bool {
        tokens.into_iter().any(|token| match token {
            TokenTree::Punct(punct) => punct.as_char() == '?',
            TokenTree::Group(group) => mark(group.stream()),
            TokenTree::Ident(_) | TokenTree::Literal(_) => false,
        })
    }
    mark(expr.to_token_stream())
}

/// Where a word stands, as a name of its own: not as a field or a method.
fn word_in(tokens: TokenStream, name: &str) -> Option<Span> {
    let mut dots = 0_usize;
    tokens.into_iter().find_map(|token| {
        let found = match &token {
            // `0..amount` is a range, and `amount` is read in it.
            TokenTree::Ident(word) if dots != 1 && name_of(word) == name => Some(word.span()),
            TokenTree::Group(group) => word_in(group.stream(), name),
            TokenTree::Ident(_) | TokenTree::Punct(_) | TokenTree::Literal(_) => None,
        };
        match &token {
            TokenTree::Punct(punct) if punct.as_char() == '.' => dots += 1,
            _ => dots = 0,
        }
        found
    })
}

/// `format!("{amount}")`: a macro may read a name out of a text.
fn text_in(tokens: TokenStream, name: &str) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Literal(text) => text.to_string().contains(name),
        TokenTree::Group(group) => text_in(group.stream(), name),
        TokenTree::Ident(_) | TokenTree::Punct(_) => false,
    })
}

/// Whether an expression only names a place: what stands there is looked at where it is shown.
pub fn is_place(expr: &Expr) -> bool {
    match expr {
        Expr::Path(_) | Expr::Lit(_) => true,
        Expr::Field(inner) => is_place(&inner.base),
        Expr::Reference(inner) => is_place(&inner.expr),
        Expr::Paren(inner) => is_place(&inner.expr),
        Expr::Group(inner) => is_place(&inner.expr),
        Expr::Cast(inner) => is_place(&inner.expr),
        // FAIL CLOSED: what may give another value next time is looked at again.
        _ => false,
    }
}

/// `args(list = [#[cfg(any())] amount])`: what an attribute takes out, the authority does not see.
pub fn attribute_in(expr: &Expr) -> Option<Span> {
    fn hash(tokens: TokenStream) -> Option<Span> {
        tokens.into_iter().find_map(|token| match token {
            TokenTree::Punct(punct) if punct.as_char() == '#' => Some(punct.span()),
            TokenTree::Group(group) => hash(group.stream()),
            _ => None,
        })
    }
    hash(expr.to_token_stream())
}
