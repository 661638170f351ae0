//! What `#[guarded]` calls the things it makes: derived from the trait's and the methods' names
//! alone, so that the `impl` in another crate derives the same.

use proc_macro2::{Delimiter, Group, Punct, Spacing, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{Ident, Lifetime, PathArguments, Visibility, ext::IdentExt};

use crate::expand::local;

/// The raw trait, in the trait's module.
pub(crate) fn raw(span: Span) -> Ident {
    Ident::new("Raw", span)
}

/// What reaches the object behind the guard: see `failclosed_runtime::guarded::Surface`.
pub(crate) fn key(span: Span) -> Ident {
    Ident::new("__Key", span)
}

/// What a guarded value holds: the guarded methods, each behind its check, as an object.
pub(crate) fn object(span: Span) -> Ident {
    Ident::new("__Object", span)
}

/// What the module that has the key calls its own.
pub(crate) fn private() -> Vec<String> {
    let site = Span::mixed_site();
    [key(site), object(site), before(site)].iter().map(ToString::to_string).collect()
}

/// A guarded method of the raw trait: `charge` -> `granted_charge`. Of another name than the callers', or
/// the compiler suggests to import the raw trait wherever the value is called without its guard.
pub(crate) fn granted(method: &Ident) -> Ident {
    Ident::new(&format!("granted_{}", method.unraw()), method.span())
}

/// A method of that object. Of another name than the raw one, which the compiler may suggest.
pub(crate) fn checked(method: &Ident) -> Ident {
    local(&format!("checked_{}", method.unraw()), method.span())
}

/// The guard before such an object: see `failclosed_runtime::guarded::Before`.
pub(crate) fn before(span: Span) -> Ident {
    Ident::new("__Before", span)
}

/// What `self` is called where its question is written down.
pub(crate) fn of(span: Span) -> Ident {
    local("of", span)
}

// The value whose method is called, where `self` is something else.
//
// Input:  `self.name()`, `self::helper(x)`
// Output: `of.name()`, `self::helper(x)`
pub(crate) fn with_self(tokens: TokenStream) -> (TokenStream, bool) {
    let (mut moved, mut found) = (TokenStream::new(), false);
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let is_path =
            matches!(tokens.peek(), Some(TokenTree::Punct(punct)) if punct.as_char() == ':');
        match token {
            TokenTree::Ident(word) if word == "self" && !is_path => {
                moved.extend([TokenTree::Ident(of(Span::mixed_site().located_at(word.span())))]);
                found = true;
            }
            TokenTree::Group(group) => {
                let (inner, within) = with_self(group.stream());
                let mut inside = Group::new(group.delimiter(), inner);
                inside.set_span(group.span());
                moved.extend([TokenTree::Group(inside)]);
                found |= within;
            }
            token => moved.extend([token]),
        }
    }
    (moved, found)
}

/// Where a field of `self` is read, and not a method called: a trait has none.
pub(crate) fn field_of_self(tokens: TokenStream) -> Option<Span> {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    tokens.iter().enumerate().find_map(|(index, token)| {
        if let TokenTree::Group(group) = token {
            return field_of_self(group.stream());
        }
        let of_self = matches!(token, TokenTree::Ident(word) if word == "self")
            && matches!(tokens.get(index + 1), Some(TokenTree::Punct(dot)) if dot.as_char() == '.');
        let called = matches!(tokens.get(index + 3), Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis)
            || matches!(tokens.get(index + 3), Some(TokenTree::Punct(colon)) if colon.as_char() == ':');
        match tokens.get(index + 2) {
            Some(field) if of_self && !called => Some(field.span()),
            _ => None,
        }
    })
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

// The same reach, said from inside the module.
//
// Input:  ``, `pub(super)`, `pub(crate)`
// Output: `pub(super)`, `pub(in super::super)`, `pub(crate)`
pub(crate) fn visibility_inside(vis: &Visibility) -> TokenStream {
    match vis {
        Visibility::Inherited => quote!(pub(super)),
        Visibility::Restricted(restricted) if restricted.path.is_ident("self") => {
            quote!(pub(super))
        }
        Visibility::Restricted(restricted) if restricted.path.is_ident("super") => {
            quote!(pub(in super::super))
        }
        Visibility::Restricted(restricted) => {
            let path = restricted.path.to_token_stream();
            let path = if restricted.in_token.is_some() { from_inside(path) } else { path };
            let word = restricted.in_token;
            quote!(pub(#word #path))
        }
        Visibility::Public(_) => quote!(#vis),
    }
}

fn colons(span: Span) -> [TokenTree; 2] {
    let mut pair = [Punct::new(':', Spacing::Joint), Punct::new(':', Spacing::Alone)];
    pair.iter_mut().for_each(|punct| punct.set_span(span));
    pair.map(TokenTree::Punct)
}

/// Where code could stand in a type or a path: a block, or a macro. Signatures are repeated in a
/// module of ours, and an item in such a block would reach what is private there.
///
/// `Purchase { amount }` is none: its braces come after a name, and hold fields. `unsafe { .. }` and
/// `if X { .. }` come after a word too.
pub(crate) fn code_in(tokens: TokenStream) -> Option<Span> {
    let mut after_name = false;
    let mut after_bang = false;
    tokens.into_iter().find_map(|token| {
        let found = match &token {
            TokenTree::Group(group) => {
                let braces = group.delimiter() == Delimiter::Brace;
                let block = braces && !(after_name && holds_fields(group.stream()));
                let code = block || after_bang;
                if code { Some(group.span()) } else { code_in(group.stream()) }
            }
            TokenTree::Ident(_) | TokenTree::Punct(_) | TokenTree::Literal(_) => None,
        };
        after_name = matches!(token, TokenTree::Ident(_));
        after_bang = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '!');
        found
    })
}

/// `amount, vendor: x[0], ..base`, or nothing. No item and no statement begins like a field.
fn holds_fields(tokens: TokenStream) -> bool {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let is = |token: Option<&TokenTree>, sign: char| matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == sign);
    tokens.split(|token| is(Some(token), ',')).all(|field| {
        // FAIL CLOSED: of statements, all but the last end in one of these.
        let statement = field.iter().any(|token| is(Some(token), ';'));
        let starts = match field {
            [] | [TokenTree::Ident(_)] => true,
            [TokenTree::Ident(_) | TokenTree::Literal(_), rest @ ..] => {
                is(rest.first(), ':') && !is(rest.get(1), ':')
            }
            _ => is(field.first(), '.') && is(field.get(1), '.'),
        };
        starts && !statement
    })
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

/// Where a field of this name is reached, of whatever value. `.inner()` is a method.
pub(crate) fn field_in(tokens: TokenStream, name: &str) -> Option<Span> {
    let mut after_dot = false;
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let mut called = || matches!(tokens.peek(), Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis);
        match &token {
            TokenTree::Ident(word) if after_dot && word.unraw() == name && !called() => {
                return Some(word.span());
            }
            TokenTree::Group(group) => {
                if let Some(span) = field_in(group.stream(), name) {
                    return Some(span);
                }
            }
            _ => {}
        }
        after_dot = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '.');
    }
    None
}
