//! The block under `#[guarded]`: its header, and its items with their bodies unread.

use std::mem;

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{
    Attribute, Ident, ItemImpl, ItemTrait, Token, Visibility,
    ext::IdentExt,
    parse::{ParseStream, Parser},
    spanned::Spanned,
};

use crate::{diag, item::GuardedFn};

/// A trait or an `impl`.
pub struct Whole {
    pub header: Header,
    /// The header's tokens, as they were written.
    pub written: TokenStream,
    /// The braces, for their place.
    pub braces: Span,
    pub inner_attrs: Vec<Attribute>,
    pub items: Vec<Item>,
}

/// The header, with nothing between its braces.
pub enum Header {
    Impl(ItemImpl),
    Trait(ItemTrait),
}

/// One item of the block.
pub enum Item {
    Fn(Box<GuardedFn>),
    Type(TokenStream),
    Const(TokenStream),
    /// A macro call: nobody knows what it makes.
    Macro(TokenStream),
}

impl Whole {
    /// # Errors
    /// Anything that is not a trait or an `impl`, and items that are none of the above.
    pub fn parse(tokens: TokenStream) -> syn::Result<Self> {
        let mut written: Vec<TokenTree> = tokens.clone().into_iter().collect();
        let block = match written.pop() {
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => group,
            _ => return Err(diag::guarded::not_whole(tokens.span())),
        };
        let written: TokenStream = written.into_iter().collect();
        let header = header(&written, &block)?;
        let inside = |input: ParseStream<'_>| {
            let inner_attrs = input.call(Attribute::parse_inner)?;
            let mut items = Vec::new();
            while !input.is_empty() {
                items.push(item(input)?);
            }
            Ok((inner_attrs, items))
        };
        let (inner_attrs, items) = Parser::parse2(inside, block.stream())
            .map_err(|error| diag::guarded::unreadable(error.span(), &error.to_string()))?;
        Ok(Self { header, written, braces: block.span(), inner_attrs, items })
    }

    /// The attributes before the header.
    pub fn attrs(&self) -> &[Attribute] {
        match &self.header {
            Header::Impl(header) => &header.attrs,
            Header::Trait(header) => &header.attrs,
        }
    }

    pub fn functions(&self) -> impl Iterator<Item = &GuardedFn> {
        self.items.iter().filter_map(|item| match item {
            Item::Fn(function) => Some(&**function),
            Item::Type(_) | Item::Const(_) | Item::Macro(_) => None,
        })
    }

    /// The header as it was written, with other items.
    pub fn with(&self, items: &TokenStream) -> TokenStream {
        let mut tokens = self.written.clone();
        let mut inside = TokenStream::new();
        self.inner_attrs.iter().for_each(|attr| attr.to_tokens(&mut inside));
        inside.extend(items.clone());
        let mut block = Group::new(Delimiter::Brace, inside);
        block.set_span(self.braces);
        tokens.extend([TokenTree::Group(block)]);
        tokens
    }
}

fn header(written: &TokenStream, block: &Group) -> syn::Result<Header> {
    let mut tokens = written.clone();
    let mut empty = Group::new(Delimiter::Brace, TokenStream::new());
    empty.set_span(block.span());
    tokens.extend([TokenTree::Group(empty)]);
    let read = |input: ParseStream<'_>| {
        let ahead = input.fork();
        ahead.call(Attribute::parse_outer)?;
        if ahead.peek(Token![impl]) || ahead.peek2(Token![impl]) {
            return input.parse().map(Header::Impl);
        }
        input.parse().map(Header::Trait)
    };
    // What is not even a trait is told so; its own errors are the compiler's.
    Parser::parse2(read, tokens).map_err(|_| diag::guarded::not_whole(written.span()))
}

fn item(input: ParseStream<'_>) -> syn::Result<Item> {
    let ahead = input.fork();
    ahead.call(Attribute::parse_outer)?;
    ahead.parse::<Visibility>()?;
    if ahead.peek(Token![type]) {
        return Ok(Item::Type(statement(input)?));
    }
    if ahead.peek(Token![const]) && !function_after_const(&ahead) {
        return Ok(Item::Const(statement(input)?));
    }
    let starts = ahead.peek(Token![const])
        || ahead.peek(Token![async])
        || ahead.peek(Token![unsafe])
        || ahead.peek(Token![extern])
        || ahead.peek(Token![fn]);
    if starts {
        return GuardedFn::read(input).map(|function| Item::Fn(Box::new(function)));
    }
    if ahead.call(Ident::parse_any).is_ok() && (ahead.peek(Token![!]) || ahead.peek(Token![::])) {
        return Ok(Item::Macro(statement(input)?));
    }
    // FAIL CLOSED: `default fn`, and whatever the language grows next.
    Err(input.error("expected a function"))
}

pub fn function_after_const(ahead: ParseStream<'_>) -> bool {
    ahead.peek2(Token![fn])
        || ahead.peek2(Token![async])
        || ahead.peek2(Token![unsafe])
        || ahead.peek2(Token![extern])
}

/// Everything up to `;`, or to the braces of a macro.
pub fn statement(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    let mut tokens = TokenStream::new();
    let mut after_bang = false;
    while !input.is_empty() {
        let token: TokenTree = input.parse()?;
        let ends = match &token {
            TokenTree::Punct(punct) => {
                after_bang = punct.as_char() == '!';
                punct.as_char() == ';'
            }
            // `if !(a || b) { .. }` is no macro's.
            TokenTree::Group(group) => {
                mem::take(&mut after_bang) && group.delimiter() == Delimiter::Brace
            }
            TokenTree::Ident(_) | TokenTree::Literal(_) => {
                after_bang = false;
                false
            }
        };
        tokens.extend([token]);
        if ends {
            return Ok(tokens);
        }
    }
    Ok(tokens)
}
