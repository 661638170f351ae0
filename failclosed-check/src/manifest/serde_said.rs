//! What `#[serde(..)]` says about how a type is written down. An option that is not known here may change
//! that, so it is refused by its name.

use syn::{Attribute, LitStr, meta::ParseNestedMeta};

/// Of a struct or an enum.
#[derive(Default)]
pub(super) struct OfType {
    pub(super) rename_all: Option<Case>,
    pub(super) transparent: bool,
}

/// Of a field or a variant.
#[derive(Default)]
pub(super) struct OfField {
    pub(super) rename: Option<String>,
    /// Never written down.
    pub(super) skipped: bool,
    /// Written down sometimes.
    pub(super) optional: bool,
}

/// Options that are about reading, or about the code that is made.
const HARMLESS: [&str; 11] = [
    "default",
    "deny_unknown_fields",
    "alias",
    "bound",
    "borrow",
    "crate",
    "deserialize_with",
    "skip_deserializing",
    "expecting",
    "try_from",
    "from",
];

impl OfType {
    pub(super) fn read(attributes: &[Attribute]) -> Result<Self, String> {
        let mut said = Self::default();
        each(attributes, |option, meta| {
            match option {
                "rename_all" => {
                    said.rename_all = written(meta)?.as_deref().map(Case::named).transpose()?
                }
                "transparent" => said.transparent = true,
                // Of what is around it, or of nothing that is written.
                "rename" | "rename_all_fields" => drop(written(meta)?),
                other => refuse(other, meta)?,
            }
            Ok(())
        })?;
        Ok(said)
    }
}

impl OfField {
    pub(super) fn read(attributes: &[Attribute]) -> Result<Self, String> {
        let mut said = Self::default();
        each(attributes, |option, meta| {
            match option {
                "rename" => {
                    if let Some(name) = written(meta)? {
                        said.rename = Some(name);
                    }
                }
                "skip" | "skip_serializing" => said.skipped = true,
                "skip_serializing_if" => {
                    said.optional = true;
                    consume(meta)?;
                }
                "flatten" => {
                    return Err(
                        "`#[serde(flatten)]` puts fields here that are not seen in this struct"
                            .to_owned(),
                    );
                }
                other => refuse(other, meta)?,
            }
            Ok(())
        })?;
        Ok(said)
    }
}

fn each(
    attributes: &[Attribute],
    mut read: impl FnMut(&str, &ParseNestedMeta<'_>) -> Result<(), String>,
) -> Result<(), String> {
    for attribute in attributes {
        if attribute.path().is_ident("cfg_attr") {
            let text = quote::ToTokens::to_token_stream(&attribute.meta).to_string();
            if text.contains("serde") {
                return Err(
                    "`#[cfg_attr(.., serde(..))]` decides how it is written down".to_owned()
                );
            }
        }
        if !attribute.path().is_ident("serde") {
            continue;
        }
        let mut why = None;
        let read = attribute.parse_nested_meta(|meta| {
            let option = meta.path.get_ident().map(ToString::to_string).unwrap_or_default();
            read(&option, &meta).map_err(|text| {
                let error = meta.error(&text);
                why = Some(text);
                error
            })
        });
        if let Err(error) = read {
            return Err(why.unwrap_or_else(|| format!("`#[serde(..)]` cannot be read: {error}")));
        }
    }
    Ok(())
}

fn refuse(option: &str, meta: &ParseNestedMeta<'_>) -> Result<(), String> {
    if HARMLESS.contains(&option) {
        return consume(meta);
    }
    Err(format!("`#[serde({option})]` decides how it is written down"))
}

/// Reads over a value.
fn consume(meta: &ParseNestedMeta<'_>) -> Result<(), String> {
    let read = || -> syn::Result<()> {
        if meta.input.peek(syn::Token![=]) {
            meta.value()?.parse::<syn::Expr>()?;
        } else if meta.input.peek(syn::token::Paren) {
            let inner;
            syn::parenthesized!(inner in meta.input);
            inner.parse::<proc_macro2::TokenStream>()?;
        }
        Ok(())
    };
    read().map_err(|error| error.to_string())
}

/// `rename = "x"`, or the `serialize` of `rename(serialize = "x", deserialize = "y")`.
fn written(meta: &ParseNestedMeta<'_>) -> Result<Option<String>, String> {
    let mut name = None;
    let read = if meta.input.peek(syn::token::Paren) {
        meta.parse_nested_meta(|inner| {
            let text: LitStr = inner.value()?.parse()?;
            if inner.path.is_ident("serialize") {
                name = Some(text.value());
            }
            Ok(())
        })
    } else {
        meta.value().and_then(|value| value.parse::<LitStr>()).map(|text| name = Some(text.value()))
    };
    read.map_err(|error| error.to_string())?;
    Ok(name)
}

/// The cases of `rename_all`, split where serde splits a field's name.
#[derive(Clone, Copy)]
pub(super) enum Case {
    Lower,
    Upper,
    Pascal,
    Camel,
    Snake,
    ScreamingSnake,
    Kebab,
    ScreamingKebab,
}

impl Case {
    fn named(name: &str) -> Result<Self, String> {
        Ok(match name {
            "lowercase" => Self::Lower,
            "UPPERCASE" => Self::Upper,
            "PascalCase" => Self::Pascal,
            "camelCase" => Self::Camel,
            "snake_case" => Self::Snake,
            "SCREAMING_SNAKE_CASE" => Self::ScreamingSnake,
            "kebab-case" => Self::Kebab,
            "SCREAMING-KEBAB-CASE" => Self::ScreamingKebab,
            other => return Err(format!("`rename_all = \"{other}\"` is no case that serde knows")),
        })
    }

    /// `unit_price`
    pub(super) fn of_field(self, name: &str) -> String {
        match self {
            Self::Lower | Self::Snake => name.to_owned(),
            Self::Upper | Self::ScreamingSnake => name.to_ascii_uppercase(),
            Self::Pascal => pascal(name),
            Self::Camel => uncapitalised(&pascal(name)),
            Self::Kebab => name.replace('_', "-"),
            Self::ScreamingKebab => name.to_ascii_uppercase().replace('_', "-"),
        }
    }
}

fn pascal(name: &str) -> String {
    let mut text = String::new();
    let mut capital = true;
    for letter in name.chars() {
        if letter == '_' {
            capital = true;
        } else if std::mem::take(&mut capital) {
            text.push(letter.to_ascii_uppercase());
        } else {
            text.push(letter);
        }
    }
    text
}

fn uncapitalised(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(letters).collect()
}
