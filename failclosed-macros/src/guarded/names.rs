//! What `#[guarded]` calls the things it makes: derived from the trait's and the methods' names
//! alone, so that the `impl` in another crate derives the same.

use proc_macro2::{Group, Punct, Spacing, Span, TokenStream, TokenTree};
use syn::{Ident, Lifetime, PathArguments, ext::IdentExt};

/// The raw trait, in the trait's module.
pub(crate) fn raw(span: Span) -> Ident {
    Ident::new("Raw", span)
}

/// What reaches the object behind the guard: see `failclosed_runtime::guarded::Surface`.
pub(crate) fn key(span: Span) -> Ident {
    Ident::new("Key", span)
}

/// `Payments` -> `payments`
pub(crate) fn module(of: &Ident) -> Ident {
    let mut name = String::new();
    let mut before_upper = true;
    for letter in of.unraw().to_string().chars() {
        if letter.is_uppercase() && !before_upper {
            name.push('_');
        }
        before_upper = letter.is_uppercase();
        name.extend(letter.to_lowercase());
    }
    if syn::parse_str::<Ident>(&name).is_err() {
        // A keyword, such as `loop`.
        name.push('_');
    }
    Ident::new(&name, of.span())
}

/// `charge` -> `ChargeArgs`
pub(crate) fn arguments(of: &Ident) -> Ident {
    Ident::new(&format!("{}Args", camel(of)), of.span())
}

/// `charge` -> `ChargeAction`, for an action that is only a name.
pub(crate) fn action(of: &Ident) -> Ident {
    Ident::new(&format!("{}Action", camel(of)), of.span())
}

fn camel(of: &Ident) -> String {
    let mut name = String::new();
    let mut upper = true;
    for letter in of.unraw().to_string().chars() {
        if letter == '_' {
            upper = true;
        } else if upper {
            name.extend(letter.to_uppercase());
            upper = false;
        } else {
            name.push(letter);
        }
    }
    name
}

// Input:  `pay::Payments`
// Output: `pay::payments`
pub(crate) fn module_path(of: &syn::Path) -> Option<syn::Path> {
    let mut path = of.clone();
    let last = path.segments.last_mut()?;
    if !matches!(last.arguments, PathArguments::None) {
        return None;
    }
    last.ident = module(&last.ident);
    Some(path)
}

/// The lifetime of everything borrowed for a call, and that of the call itself.
pub(crate) fn lifetimes() -> (Lifetime, Lifetime) {
    (Lifetime::new("'fc", Span::mixed_site()), Lifetime::new("'call", Span::mixed_site()))
}

// What was written beside the trait stands in a module of its own now.
//
// Input:  `self::Receipt`, `super::Order`
// Output: `super::Receipt`, `super::super::Order`
pub(crate) fn from_inside(tokens: TokenStream) -> TokenStream {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let is_colons = |index: usize| {
        let colon = |index| match tokens.get(index) {
            Some(TokenTree::Punct(punct)) => punct.as_char() == ':',
            _ => false,
        };
        colon(index) && colon(index + 1)
    };
    let mut moved = TokenStream::new();
    for (index, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Ident(word) if is_colons(index + 1) => {
                let inner = index >= 2 && is_colons(index - 2);
                if !inner && word == "super" {
                    moved.extend([TokenTree::Ident(word.clone())]);
                    moved.extend(colons(word.span()));
                    moved.extend([TokenTree::Ident(word.clone())]);
                } else if !inner && word == "self" {
                    moved.extend([TokenTree::Ident(Ident::new("super", word.span()))]);
                } else {
                    moved.extend([token.clone()]);
                }
            }
            TokenTree::Group(group) => {
                let mut inside = Group::new(group.delimiter(), from_inside(group.stream()));
                inside.set_span(group.span());
                moved.extend([TokenTree::Group(inside)]);
            }
            _ => moved.extend([token.clone()]),
        }
    }
    moved
}

fn colons(span: Span) -> [TokenTree; 2] {
    let mut pair = [Punct::new(':', Spacing::Joint), Punct::new(':', Spacing::Alone)];
    pair.iter_mut().for_each(|punct| punct.set_span(span));
    pair.map(TokenTree::Punct)
}

/// The first place where one of our names stands in what the user wrote.
pub(crate) fn find(tokens: TokenStream, names: &[String]) -> Option<(Span, String)> {
    tokens.into_iter().find_map(|token| match token {
        TokenTree::Ident(word) => {
            let text = word.to_string();
            names.contains(&text).then(|| (word.span(), text))
        }
        TokenTree::Group(group) => find(group.stream(), names),
        TokenTree::Punct(_) | TokenTree::Literal(_) => None,
    })
}
