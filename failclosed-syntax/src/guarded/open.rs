//! What is left open while a block is moved over: `default = unguarded(reason = "..")`.
//!
//! Functions that say nothing stay as they were. So that nobody forgets them, the compiler names each
//! of them in a warning; on the stable compiler a macro has one way to warn, which is to use something
//! that is deprecated.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::{Attribute, Ident, LitStr};

use crate::diag::{self, Errors};

/// `unguarded(reason = "..")`, said once for all that say nothing.
#[derive(Clone)]
pub struct Open {
    pub place: Span,
    pub reason: LitStr,
}

impl Open {
    // Input:  `charge` and `refund`, which say nothing
    // Output:
    //     #[warn(deprecated)]
    //     const _: () = {
    //         #[deprecated(note = "`charge`, `refund`: ..")]
    //         const NOT_GUARDED_YET: () = ();
    //         NOT_GUARDED_YET
    //     };
    pub fn warning(
        &self,
        names: &[String],
        attrs: &[Attribute],
        errors: &mut Errors,
    ) -> TokenStream {
        if names.is_empty() {
            // Where something else is wrong, it is not known yet what is open.
            if errors.is_empty() {
                // FAIL CLOSED: left there, it would let the next function in.
                errors.push(diag::guarded::nothing_open(self.place));
            }
            return TokenStream::new();
        }
        let note = diag::guarded::not_guarded_yet(names, &self.reason.value());
        let yet = Ident::new("NOT_GUARDED_YET", self.place);
        // The level that the rest of the program has does not count; that of the block does.
        let levels = attrs.iter().filter(|attr| is_about_deprecation(attr));
        quote_spanned! {self.place=>
            #[warn(deprecated)]
            #(#levels)*
            const _: () = {
                #[deprecated(note = #note)]
                const #yet: () = ();
                #yet
            };
        }
    }
}

/// `#[allow(deprecated)]`, `#[deny(deprecated)]`: somebody looked at it.
fn is_about_deprecation(attr: &Attribute) -> bool {
    let level = ["allow", "deny", "forbid"].iter().any(|level| attr.path().is_ident(level));
    let mut words = attr.meta.to_token_stream().into_iter();
    level && words.any(|token| contains(token, "deprecated"))
}

fn contains(token: proc_macro2::TokenTree, word: &str) -> bool {
    match token {
        proc_macro2::TokenTree::Ident(ident) => ident == word,
        proc_macro2::TokenTree::Group(group) => {
            group.stream().into_iter().any(|token| contains(token, word))
        }
        _ => false,
    }
}
