//! The function under the attribute: everything but its body, which stays tokens.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{
    Attribute, Signature, Token, Visibility,
    parse::{Parse, ParseStream, Parser},
    spanned::Spanned,
    token::Brace,
};

use crate::diag;

/// `attrs vis sig { body }`, and nothing else: whatever else stands there is an error.
pub struct GuardedFn {
    pub attrs: Vec<Attribute>,
    pub vis: Visibility,
    pub sig: Signature,
    pub body: Option<Body>,
}

/// A body nobody has looked into, but for the attributes that belong to the function.
pub struct Body {
    pub brace: Brace,
    pub inner_attrs: Vec<Attribute>,
    pub tokens: TokenStream,
}

impl GuardedFn {
    /// # Errors
    /// Anything that is not a function.
    pub fn parse(tokens: TokenStream) -> syn::Result<Self> {
        if let Some((span, what)) = not_a_function(&tokens) {
            return Err(diag::fun::not_a_function(span, what));
        }
        Parser::parse2(Self::read, tokens)
            .map_err(|error| diag::fun::unreadable(error.span(), &error.to_string()))
    }

    pub fn read(input: ParseStream<'_>) -> syn::Result<Self> {
        let attrs = input.call(Attribute::parse_outer)?;
        let vis = input.parse()?;
        let sig = input.parse()?;
        let body = if input.peek(Token![;]) {
            input.parse::<Token![;]>()?;
            None
        } else {
            Some(input.parse()?)
        };
        Ok(Self { attrs, vis, sig, body })
    }
}

impl Parse for Body {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let content;
        Ok(Self {
            brace: syn::braced!(content in input),
            inner_attrs: content.call(Attribute::parse_inner)?,
            tokens: content.parse()?,
        })
    }
}

impl ToTokens for GuardedFn {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        for attr in &self.attrs {
            attr.to_tokens(tokens);
        }
        self.vis.to_tokens(tokens);
        self.sig.to_tokens(tokens);
    }
}

/// Whether the attribute stands on a closure, where no item may be emitted.
pub fn is_closure(tokens: &TokenStream) -> bool {
    matches!(not_a_function(tokens), Some((_, "a closure")))
}

/// What stands there instead of a function, by the first word that tells.
fn not_a_function(tokens: &TokenStream) -> Option<(Span, &'static str)> {
    let mut tokens = tokens.clone().into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            // An attribute: its brackets come next.
            TokenTree::Punct(punct) if punct.as_char() == '#' => {
                tokens.next();
            }
            TokenTree::Punct(punct) if punct.as_char() == '|' => {
                return Some((punct.span(), "a closure"));
            }
            TokenTree::Ident(word) => {
                let what = match word.to_string().as_str() {
                    "struct" => "a struct",
                    "enum" => "an enum",
                    "union" => "a union",
                    "impl" => "an `impl` block",
                    "trait" => "a trait",
                    "mod" => "a module",
                    "static" => "a static",
                    "type" => "a type",
                    "use" => "an import",
                    "let" => "a statement",
                    "move" => "a closure",
                    "macro_rules" => "a macro",
                    "const" => match tokens.peek() {
                        Some(TokenTree::Ident(next))
                            if ["fn", "async", "unsafe", "extern"]
                                .iter()
                                .any(|word| next == word) =>
                        {
                            continue;
                        }
                        _ => "a constant",
                    },
                    "fn" => return None,
                    _ => continue,
                };
                return Some((word.span(), what));
            }
            // `pub`, `extern "C"`.
            TokenTree::Group(_) | TokenTree::Literal(_) => {}
            TokenTree::Punct(punct) if punct.as_char() == '!' => {
                return Some((punct.span(), "a macro call"));
            }
            TokenTree::Punct(punct) => return Some((punct.span(), "this")),
        }
    }
    None.or_else(|| Some((tokens_end(), "this")))
}

fn tokens_end() -> Span {
    TokenStream::new().span()
}
