//! Constants in a guarded block: what could be a function in one, and what its macros are.

use proc_macro2::{Delimiter, Group, Punct, Spacing, Span, TokenStream, TokenTree};
use syn::Ident;

/// Words that an expression comes after, or a closure: a bar behind one is no operator.
const BEFORE_A_VALUE: [&str; 23] = [
    "async", "become", "box", "break", "const", "continue", "do", "else", "for", "gen", "if", "in",
    "let", "loop", "match", "move", "mut", "ref", "return", "static", "unsafe", "while", "yield",
];

/// Where a function's body could start: `fn`, or a closure's first bar.
pub(super) fn holds_a_function(tokens: TokenStream) -> Option<Span> {
    // Whether what stands before is certainly a value. After one, a bar is an operator.
    let mut operand = false;
    let mut before = None;
    for token in tokens {
        match &token {
            TokenTree::Ident(word) if word == "fn" => return Some(word.span()),
            TokenTree::Ident(word) => {
                // `break 'out || ..`: a label is no value.
                let label = before == Some('\'');
                operand = !label && !BEFORE_A_VALUE.iter().any(|other| word == other);
            }
            TokenTree::Literal(_) => operand = true,
            TokenTree::Punct(punct) => {
                if punct.as_char() == '|' && !operand {
                    return Some(punct.span());
                }
                operand = punct.as_char() == '|' && operand;
            }
            TokenTree::Group(group) => {
                if let Some(span) = holds_a_function(group.stream()) {
                    return Some(span);
                }
                // FAIL CLOSED: `{ {} || .. }` is a statement and a closure; so is `#[inline] || ..` one.
                operand = match group.delimiter() {
                    Delimiter::Brace => false,
                    Delimiter::Bracket => before != Some('#'),
                    Delimiter::Parenthesis | Delimiter::None => true,
                };
            }
        }
        before = match &token {
            TokenTree::Punct(punct) => Some(punct.as_char()),
            _ => None,
        };
    }
    None
}

/// Macros of the language that give text or a number, and no code.
const HARMLESS: [&str; 11] = [
    "cfg",
    "column",
    "concat",
    "env",
    "file",
    "include_bytes",
    "include_str",
    "line",
    "module_path",
    "option_env",
    "stringify",
];

// Input:  `const PATH: &str = concat!("a", std::line!());`
// Output: `const PATH: &str = ::core::concat!("a", ::core::line!());`
//
// A name proves nothing: a `line!` of the user's own may make a function.
//
/// # Errors
/// Where another macro is called.
pub(super) fn with_known_macros(tokens: TokenStream) -> Result<TokenStream, Span> {
    let mut known: Vec<TokenTree> = Vec::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Group(group) => {
                let mut inside = Group::new(group.delimiter(), with_known_macros(group.stream())?);
                inside.set_span(group.span());
                known.push(TokenTree::Group(inside));
            }
            TokenTree::Ident(name) if is_punct(tokens.peek(), '!') => {
                let bang = tokens.next();
                // `if !(a || b)` calls none.
                let word = BEFORE_A_VALUE.iter().any(|other| name == other);
                if !word && matches!(tokens.peek(), Some(TokenTree::Group(_))) {
                    let harmless = HARMLESS.iter().any(|other| name == other);
                    if !harmless || !drop_path(&mut known) {
                        // FAIL CLOSED: nobody knows what it makes.
                        return Err(name.span());
                    }
                    let core = Ident::new("core", Span::mixed_site().located_at(name.span()));
                    known.extend(colons(name.span()));
                    known.push(TokenTree::Ident(core));
                    known.extend(colons(name.span()));
                }
                known.push(TokenTree::Ident(name));
                known.extend(bang);
            }
            token => known.push(token),
        }
    }
    Ok(known.into_iter().collect())
}

/// Takes `std::` or `core::` from the end, where it is there. `false` where another path is.
fn drop_path(known: &mut Vec<TokenTree>) -> bool {
    if !drop_colons(known) {
        return true;
    }
    let Some(TokenTree::Ident(root)) = known.pop() else { return false };
    // `sly::core::line!`
    let absolute = drop_colons(known);
    let within = matches!(known.last(), Some(TokenTree::Ident(_)));
    (root == "std" || root == "core") && !(absolute && within)
}

fn drop_colons(known: &mut Vec<TokenTree>) -> bool {
    let at = known.len().saturating_sub(2);
    let are = known.len() >= 2 && known[at..].iter().all(|token| is_punct(Some(token), ':'));
    if are {
        known.truncate(at);
    }
    are
}

fn is_punct(token: Option<&TokenTree>, sign: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == sign)
}

fn colons(span: Span) -> [TokenTree; 2] {
    let mut pair = [Punct::new(':', Spacing::Joint), Punct::new(':', Spacing::Alone)];
    pair.iter_mut().for_each(|punct| punct.set_span(span));
    pair.map(TokenTree::Punct)
}
