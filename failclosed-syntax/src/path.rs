//! Where generated code finds the crate. Absolute, so that nothing in the user's module shadows it.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{Ident, Path, spanned::Spanned};

use crate::diag;

/// The facade, or where `crate = path` says it is.
#[derive(Clone)]
pub struct CratePath(Option<Path>);

impl CratePath {
    pub fn facade() -> Self {
        Self(None)
    }

    /// # Errors
    /// A relative path.
    pub fn at(path: Path) -> syn::Result<Self> {
        let from_crate = path.segments.first().is_some_and(|first| first.ident == "crate");
        if path.leading_colon.is_none() && !from_crate {
            return Err(diag::arg::relative_crate(path.span()));
        }
        Ok(Self(Some(path)))
    }

    /// The module that generated code calls. Its name carries the version: a macro and a runtime of
    /// different versions do not compile together.
    pub fn private(&self) -> TokenStream {
        let version = env!("CARGO_PKG_VERSION").replace(['.', '-', '+'], "_");
        // A path that leads elsewhere is reported where it is written.
        let written = self.0.as_ref().map_or_else(Span::call_site, Spanned::span);
        let here = Span::call_site().located_at(written);
        let module = Ident::new(&format!("__private_{version}"), here);
        quote!(#self::#module)
    }
}

impl ToTokens for CratePath {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match &self.0 {
            Some(path) => path.to_tokens(tokens),
            None => tokens.extend(quote!(::failclosed)),
        }
    }
}
