//! A module whose functions carry the marks: each must, whatever its visibility, for a router in the
//! module reaches those that nobody else does. What could hold further functions is accounted for as
//! a block, or refused.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{
    Attribute, Ident, LitStr, Meta, Token, Visibility,
    ext::IdentExt,
    parse::{ParseStream, Parser},
    spanned::Spanned,
};

use super::{
    account, hidden, inherited, marks,
    options::Options,
    parse::{function_after_const, statement},
    remote,
};
use crate::{
    diag::{self, Errors},
    fallback,
    item::GuardedFn,
};

/// Whether it is a module that the attribute stands on.
pub(super) fn is_module(item: &TokenStream) -> bool {
    let read = |input: ParseStream<'_>| {
        input.call(Attribute::parse_outer)?;
        input.parse::<Visibility>()?;
        let is_module = input.peek(Token![mod]);
        input.parse::<TokenStream>()?;
        Ok(is_module)
    };
    Parser::parse2(read, item.clone()).unwrap_or(false)
}

/// One item of the module.
pub(super) enum Part {
    Fn(Box<GuardedFn>),
    /// A `const` or a `static`.
    Constant(TokenStream),
    /// An `impl`, a trait or a module, which may hold functions.
    Block {
        attrs: Vec<Attribute>,
        what: &'static str,
        rest: TokenStream,
    },
    /// What holds no function.
    Plain(TokenStream),
    Refused(syn::Error),
}

// Input:
//     #[guarded(skip(context))] pub mod handlers {
//         use super::*;
//         #[requires_permission(action = "purchase")] pub async fn charge(context: Context) -> R { .. }
//         #[unguarded(reason = "builds a router")] pub fn router() -> Router { .. }
//         #[unguarded(reason = "only text")] impl Display for Order { .. }
//     }
// Output:
//     pub mod handlers {
//         use super::*;
//         #[requires_permission(action = "purchase", skip(context))] pub async fn charge(context: Context)
//             -> R { compile_error! { .. } .. }         // taken out by the attribute
//         pub fn router() -> Router { .. }
//         impl Display for Order { .. }
//     }
pub(super) fn expand(options: &Options, item: &TokenStream, mut errors: Errors) -> TokenStream {
    if let Some(remote) = &options.remote {
        errors.push(diag::guarded::remote_impl(remote.span()));
    }
    let mut written: Vec<TokenTree> = item.clone().into_iter().collect();
    let block = match written.pop() {
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => group,
        // FAIL CLOSED: `mod handlers;` is a file that nobody reads here.
        _ => {
            errors.push(diag::guarded::module_elsewhere(item.span()));
            return fallback::item(TokenStream::new(), errors);
        }
    };
    let (inner_attrs, parts) = match parts(block.stream()) {
        Ok(read) => read,
        Err(error) => {
            errors.push(diag::guarded::unreadable(error.span(), &error.to_string()));
            return fallback::item(item.clone(), errors);
        }
    };
    let functions = parts.iter().filter_map(|part| match part {
        Part::Fn(function) => Some(&**function),
        _ => None,
    });
    inherited::check_names(options, functions, &mut errors);
    let (mut inside, mut open) = (TokenStream::new(), Vec::new());
    inner_attrs.iter().for_each(|attr| attr.to_tokens(&mut inside));
    for part in parts {
        match part {
            Part::Fn(function) => {
                inside.extend(account::accounted(options, &function, &mut open, &mut errors));
            }
            Part::Constant(tokens) => {
                inside.extend(account::constant(&tokens, &mut errors));
            }
            Part::Block { attrs, what, rest } => {
                inside.extend(nested(options, &attrs, what, rest, &mut errors));
            }
            Part::Plain(tokens) => inside.extend(tokens),
            Part::Refused(error) => errors.push(error),
        }
    }
    let mut braces = Group::new(Delimiter::Brace, inside);
    braces.set_span(block.span());
    let mut tokens: TokenStream = written.into_iter().collect();
    if let Some(default) = &options.open {
        let attrs = outer(&tokens);
        let warning = default.warning(&open, &attrs, &mut errors);
        tokens.extend([TokenTree::Group(braces)]);
        tokens.extend(warning);
    } else {
        tokens.extend([TokenTree::Group(braces)]);
    }
    if let Err(reported) = errors.finish() {
        tokens.extend(reported);
    }
    tokens
}

/// What stands between the braces of a module.
///
/// # Errors
/// What is no item.
pub(super) fn parts(inside: TokenStream) -> syn::Result<(Vec<Attribute>, Vec<Part>)> {
    let read = |input: ParseStream<'_>| {
        let inner_attrs = input.call(Attribute::parse_inner)?;
        let mut parts = Vec::new();
        while !input.is_empty() {
            parts.push(part(input)?);
        }
        Ok((inner_attrs, parts))
    };
    Parser::parse2(read, inside)
}

fn outer(header: &TokenStream) -> Vec<Attribute> {
    let read = |input: ParseStream<'_>| {
        let attrs = input.call(Attribute::parse_outer)?;
        input.parse::<TokenStream>()?;
        Ok(attrs)
    };
    Parser::parse2(read, header.clone()).unwrap_or_default()
}

/// A block in the module: it is guarded as a whole, or says why it is not.
fn nested(
    options: &Options,
    attrs: &[Attribute],
    what: &str,
    rest: TokenStream,
    errors: &mut Errors,
) -> TokenStream {
    let mut tokens = TokenStream::new();
    let mut accounted = what == "a module" && attrs.iter().any(is_for_tests);
    for attr in attrs {
        if let Some(span) = marks::conditional_mark(attr) {
            // FAIL CLOSED: with the condition off, nobody accounts for the block.
            errors.push(diag::guarded::conditional_block(span));
            accounted = true;
        } else if marks::is_unguarded(attr) {
            let reason = marks::reason(&attr.meta);
            errors.keep(reason);
            accounted = true;
            continue;
        } else if marks::is_dispatcher(attr) {
            accounted = true;
            hidden::check(options, attr, &rest, errors);
            // A name proves nothing: whatever it meant here, it is ours now.
            let mut ours = attr.clone();
            remote::absolute(&mut ours, &options.krate);
            ours.to_tokens(&mut tokens);
            continue;
        }
        attr.to_tokens(&mut tokens);
    }
    if !accounted {
        // FAIL CLOSED: it may hold a function that says nothing.
        errors.push(diag::guarded::forgotten_block(rest.span(), what));
        return TokenStream::new();
    }
    tokens.extend(rest);
    tokens
}

/// `#[cfg(test)]`, and nothing else: what it stands on is in no program.
fn is_for_tests(attr: &Attribute) -> bool {
    attr.path().is_ident("cfg")
        && matches!(&attr.meta, Meta::List(list) if list.tokens.to_string() == "test")
}

fn part(input: ParseStream<'_>) -> syn::Result<Part> {
    let ahead = input.fork();
    ahead.call(Attribute::parse_outer)?;
    let vis: Visibility = ahead.parse()?;
    loop {
        if ahead.peek(Token![fn]) {
            return GuardedFn::read(input).map(|function| Part::Fn(Box::new(function)));
        }
        if ahead.peek(Token![static])
            || (ahead.peek(Token![const]) && !function_after_const(&ahead))
        {
            return Ok(Part::Constant(statement(input)?));
        }
        if ahead.peek(Token![impl]) {
            return block(input, "an `impl`");
        }
        if ahead.peek(Token![trait]) {
            return block(input, "a trait");
        }
        if ahead.peek(Token![mod]) {
            return block(input, "a module");
        }
        if ahead.peek(Token![struct]) || ahead.peek(Token![enum]) {
            return Ok(Part::Plain(declared(input)?));
        }
        if ahead.peek(Token![type]) {
            return Ok(Part::Plain(statement(input)?));
        }
        if ahead.peek(Token![use]) {
            return handed_on(input, &vis);
        }
        if ahead.peek(Token![extern]) {
            ahead.parse::<Token![extern]>()?;
            ahead.parse::<Option<LitStr>>()?;
            if ahead.peek(Token![crate]) {
                return handed_on(input, &vis);
            }
            if ahead.peek(syn::token::Brace) {
                let tokens = declared(input)?;
                // FAIL CLOSED: foreign functions, which ask nobody.
                return Ok(Part::Refused(diag::guarded::foreign_functions(tokens.span())));
            }
            continue;
        }
        let words = ahead.peek(Token![const])
            || ahead.peek(Token![async])
            || ahead.peek(Token![unsafe])
            || ahead.peek(Token![auto]);
        if words {
            ahead.call(Ident::parse_any)?;
            continue;
        }
        if ahead.peek(Ident) && (ahead.peek2(Token![!]) || ahead.peek2(Token![::])) {
            let is_declaration = ahead.parse::<Ident>()? == "macro_rules";
            let tokens = declared(input)?;
            if is_declaration {
                return Ok(Part::Plain(tokens));
            }
            // FAIL CLOSED: it may make a function that says nothing.
            return Ok(Part::Refused(diag::guarded::macro_inside(tokens.span())));
        }
        if ahead.peek(Token![union]) && ahead.peek2(Ident) {
            return Ok(Part::Plain(declared(input)?));
        }
        // FAIL CLOSED: whatever the language grows next.
        return Err(input.error("expected an item"));
    }
}

fn block(input: ParseStream<'_>, what: &'static str) -> syn::Result<Part> {
    let attrs = input.call(Attribute::parse_outer)?;
    let rest = declared(input)?;
    let ends = rest.clone().into_iter().last();
    if what == "a module" && !matches!(ends, Some(TokenTree::Group(_))) {
        // FAIL CLOSED: `mod more;` is a file that nobody reads here.
        return Ok(Part::Refused(diag::guarded::module_elsewhere(rest.span())));
    }
    Ok(Part::Block { attrs, what, rest })
}

/// `use super::charge;` is seen by this module alone; `pub use` hands on a function that says nothing.
fn handed_on(input: ParseStream<'_>, vis: &Visibility) -> syn::Result<Part> {
    let tokens = statement(input)?;
    if matches!(vis, Visibility::Inherited) {
        return Ok(Part::Plain(tokens));
    }
    // FAIL CLOSED: nobody knows here whether it is a function.
    Ok(Part::Refused(diag::guarded::handed_on(vis.span())))
}

/// Everything up to `;`, or to the braces that are not in angle brackets.
fn declared(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    let mut tokens = TokenStream::new();
    let (mut angles, mut arrow) = (0_usize, false);
    while !input.is_empty() {
        let token: TokenTree = input.parse()?;
        let mut ends = false;
        match &token {
            TokenTree::Punct(punct) => {
                match punct.as_char() {
                    '<' => angles += 1,
                    // `->` and `=>` close nothing.
                    '>' if !arrow => angles = angles.saturating_sub(1),
                    ';' => ends = true,
                    _ => {}
                }
                arrow = matches!(punct.as_char(), '-' | '=');
            }
            TokenTree::Group(group) => {
                arrow = false;
                ends = group.delimiter() == Delimiter::Brace && angles == 0;
            }
            TokenTree::Ident(_) | TokenTree::Literal(_) => arrow = false,
        }
        tokens.extend([token]);
        if ends {
            break;
        }
    }
    Ok(tokens)
}
