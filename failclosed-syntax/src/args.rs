//! The arguments of `#[requires_permission(..)]`: keys and values, nothing about the function yet.

use proc_macro2::{TokenStream, TokenTree};
use syn::{
    Expr, ExprLit, ExprPath, ExprStruct, Ident, Lit, LitStr, Path, Token, Type,
    ext::IdentExt,
    parse::{ParseStream, Parser},
    punctuated::Punctuated,
    spanned::Spanned,
};

use crate::{
    diag::{self, Errors},
    path::CratePath,
    text,
};

/// What the attribute asks for.
pub struct Args {
    /// `None` only where an error was reported.
    pub action: Option<Action>,
    pub guard: Option<Expr>,
    /// Which one of its kind the action is.
    pub instance: Option<Expr>,
    pub resource: Option<Expr>,
    pub shown: Vec<Shown>,
    /// `prepare(..)`: each one is bound.
    pub prepared: Vec<Shown>,
    pub skip: Vec<Ident>,
    pub mask: Vec<Ident>,
    pub on_denied: Option<Path>,
    pub krate: CratePath,
}

/// The action asked for.
pub enum Action {
    /// `action = "purchase"`
    Name(LitStr),
    /// `action = Purchase`: a unit struct.
    Unit(ExprPath),
    /// `action = Purchase { vendor, amount }`: carries arguments.
    Carrying(ExprStruct),
}

/// `name = expr` in `args(..)`; `let name = expr` there, or `name = expr` in `prepare(..)`.
pub struct Shown {
    pub name: Ident,
    pub value: Expr,
    /// How the body has it, where it has it.
    pub bound: Option<Bound>,
}

/// `mut` and the type of `let mut name: Type`.
#[derive(Clone)]
pub struct Bound {
    pub mutability: Option<Token![mut]>,
    pub ty: Option<Type>,
}

impl Shown {
    // `price = amount`, `let mut total: u64 = cart.total()`
    fn given(input: ParseStream<'_>) -> syn::Result<Self> {
        if input.parse::<Option<Token![let]>>()?.is_some() {
            return Self::bound(input);
        }
        let name = input.parse()?;
        input.parse::<Token![=]>()?;
        Ok(Self { name, value: input.parse()?, bound: None })
    }

    // `path = self.resolve(&path).await?`
    fn bound(input: ParseStream<'_>) -> syn::Result<Self> {
        let mutability = input.parse()?;
        let name = input.parse()?;
        let colon: Option<Token![:]> = input.parse()?;
        let ty = colon.map(|_| input.parse()).transpose()?;
        input.parse::<Token![=]>()?;
        Ok(Self { name, value: input.parse()?, bound: Some(Bound { mutability, ty }) })
    }
}

impl Args {
    /// What the body is given beside its parameters, in the order in which it comes about.
    pub fn bound(&self) -> impl Iterator<Item = (&Shown, &Bound)> {
        let all = self.prepared.iter().chain(&self.shown);
        all.filter_map(|shown| Some((shown, shown.bound.as_ref()?)))
    }

    /// Reads what it can and reports the rest.
    pub fn parse(tokens: TokenStream, errors: &mut Errors) -> Self {
        let mut args = Self {
            action: None,
            guard: None,
            instance: None,
            resource: None,
            shown: Vec::new(),
            prepared: Vec::new(),
            skip: Vec::new(),
            mask: Vec::new(),
            on_denied: None,
            krate: CratePath::facade(),
        };
        let mut seen: Vec<Ident> = Vec::new();
        for segment in segments(tokens) {
            let Some(pair) = errors.keep(Pair::parse(segment)) else { continue };
            if seen.contains(&pair.key) {
                errors.push(diag::arg::duplicate_key(&pair.key));
                continue;
            }
            seen.push(pair.key.clone());
            let read = args.read(&pair);
            errors.keep(read);
        }
        // An `action` that could not be read has its own error.
        if !seen.iter().any(|key| key == "action") {
            errors.push(diag::arg::missing_action());
        }
        args
    }

    fn read(&mut self, pair: &Pair) -> syn::Result<()> {
        match pair.key.to_string().as_str() {
            "action" => self.action = Some(action(pair.value()?)?),
            "guard" => self.guard = Some(pair.value()?),
            "instance" => self.instance = Some(pair.value()?),
            "resource" => self.resource = Some(pair.value()?),
            "on_denied" => self.on_denied = Some(pair.value()?),
            "crate" => self.krate = CratePath::at(pair.path()?)?,
            "args" => self.shown = pair.list(Shown::given)?,
            "prepare" => self.prepared = pair.list(Shown::bound)?,
            "skip" => self.skip = pair.list(Ident::parse_any)?,
            "mask" => self.mask = pair.list(Ident::parse_any)?,
            // FAIL CLOSED: a key that is not understood may have been meant to protect something.
            _ => return Err(diag::arg::unknown_key(&pair.key)),
        }
        Ok(())
    }
}

/// Names that begin with `failclosed:` are the crate's own, such as that of the self check.
pub fn is_action_name(text: &str) -> bool {
    text::is_name(text) && !text.starts_with("failclosed:")
}

fn action(value: Expr) -> syn::Result<Action> {
    let span = value.span();
    match value {
        Expr::Lit(ExprLit { lit: Lit::Str(name), .. }) => {
            let text = name.value();
            if !is_action_name(&text) {
                return Err(diag::arg::blank_action(name.span()));
            }
            Ok(Action::Name(name))
        }
        // What a `macro_rules!` passed on comes in an invisible group.
        Expr::Group(inner) => action(*inner.expr),
        Expr::Path(path) => Ok(Action::Unit(path)),
        Expr::Struct(action) => match &action.rest {
            Some(_) => Err(diag::arg::action_rest(action.dot2_token.span())),
            None if action.dot2_token.is_some() => Err(diag::arg::action_rest(span)),
            None => Ok(Action::Carrying(action)),
        },
        // FAIL CLOSED: anything else might be computed from what the caller passes.
        _ => Err(diag::arg::action_not_text(span)),
    }
}

/// `key = value` or `key(value, ..)`, its value unread.
pub struct Pair {
    pub key: Ident,
    rest: TokenStream,
}

impl Pair {
    pub fn parse(tokens: TokenStream) -> syn::Result<Self> {
        let span = tokens.span();
        let read = |input: ParseStream<'_>| {
            // `crate` is a key too, and a keyword.
            let key = input.call(Ident::parse_any)?;
            Ok(Self { key, rest: input.parse()? })
        };
        Parser::parse2(read, tokens).map_err(|_| diag::arg::not_a_key(span))
    }

    pub fn value<T: syn::parse::Parse>(&self) -> syn::Result<T> {
        self.after_equals(T::parse)
    }

    pub fn path(&self) -> syn::Result<Path> {
        // A path may be given as text too, as other macros take it.
        self.after_equals(|input| {
            if input.peek(LitStr) {
                input.parse::<LitStr>()?.parse_with(Path::parse_mod_style)
            } else {
                input.call(Path::parse_mod_style)
            }
        })
    }

    fn after_equals<T>(&self, parse: fn(ParseStream<'_>) -> syn::Result<T>) -> syn::Result<T> {
        self.known()?;
        let read = |input: ParseStream<'_>| {
            input.parse::<Token![=]>()?;
            parse(input)
        };
        Parser::parse2(read, self.rest.clone()).map_err(|error| self.unreadable(&error))
    }

    pub fn list<T>(&self, item: fn(ParseStream<'_>) -> syn::Result<T>) -> syn::Result<Vec<T>> {
        self.known()?;
        let read = |input: ParseStream<'_>| {
            let inner;
            syn::parenthesized!(inner in input);
            Punctuated::<T, Token![,]>::parse_terminated_with(&inner, item)
        };
        Parser::parse2(read, self.rest.clone())
            .map(|list| list.into_iter().collect())
            .map_err(|error| self.unreadable(&error))
    }

    fn known(&self) -> syn::Result<()> {
        if self.rest.is_empty() { Err(diag::arg::missing_value(&self.key)) } else { Ok(()) }
    }

    fn unreadable(&self, error: &syn::Error) -> syn::Error {
        let detail = error.to_string();
        // An error at the end of the value has no place of its own: it would cover the attribute.
        let at_end = detail.starts_with("unexpected end of input");
        let span = if at_end { self.key.span() } else { error.span() };
        diag::arg::malformed_value(span, &self.key, &detail)
    }
}

/// Splits at the commas, so that one bad argument does not hide the errors of the others.
pub fn segments(tokens: TokenStream) -> Vec<TokenStream> {
    let mut segments = vec![TokenStream::new()];
    // A comma inside a turbofish is not a separator: `guard = of::<A, B>()`.
    let mut angles = 0_usize;
    let mut after_colons = 0_u8;
    for token in tokens {
        if let TokenTree::Punct(punct) = &token {
            match punct.as_char() {
                ',' if angles == 0 => {
                    segments.push(TokenStream::new());
                    after_colons = 0;
                    continue;
                }
                '<' if angles > 0 || after_colons >= 2 => angles += 1,
                '>' if angles > 0 => angles -= 1,
                _ => {}
            }
            after_colons = if punct.as_char() == ':' { after_colons + 1 } else { 0 };
        } else {
            after_colons = 0;
        }
        if let Some(last) = segments.last_mut() {
            last.extend([token]);
        }
    }
    segments.retain(|segment| !segment.is_empty());
    segments
}
