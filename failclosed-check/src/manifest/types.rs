//! What a Rust type is to a Cedar policy, as the embedded authority shows it. A type of which the source
//! does not tell how it is written down has no Cedar type, and the reason is said: a schema that guesses
//! would deny, or let a policy be about something else.

use std::fmt;

use syn::{Expr, ExprLit, Fields, GenericArgument, Lit, Path, PathArguments, Type, ext::IdentExt};

use super::{
    scope::{Found, Full, Named, Scope},
    serde_said::{OfField, OfType},
    shape::tidy,
};

/// A type of a schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    Plain(&'static str),
    Set(Box<Kind>),
    Record(Vec<Field>),
}

/// An attribute of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) optional: bool,
    pub(super) kind: Kind,
}

/// Where a type is written, and what its letters stand for there.
#[derive(Clone)]
pub(super) struct Place {
    pub(super) module: Full,
    /// Type parameters.
    pub(super) letters: Vec<String>,
    /// `Self`.
    pub(super) own: Option<Type>,
}

impl Place {
    pub(super) fn of(module: &Full) -> Self {
        Self { module: module.clone(), letters: Vec::new(), own: None }
    }
}

/// What stands for a list of at most so many elements by position.
const POSITIONS: usize = 32;

pub(super) struct Types<'s, 'u> {
    pub(super) scope: &'s Scope<'u>,
}

type Mapped = Result<Kind, String>;

impl<'s, 'u> Types<'s, 'u> {
    /// What an attribute of this type is, and whether it may be absent.
    pub(super) fn attribute(&self, ty: &Type, at: &Place) -> Result<(Kind, bool), String> {
        self.optional(ty, at, &mut Vec::new())
    }

    fn optional(
        &self,
        ty: &Type,
        at: &Place,
        within: &mut Vec<Full>,
    ) -> Result<(Kind, bool), String> {
        match ty {
            Type::Reference(inner) => self.optional(&inner.elem, at, within),
            Type::Paren(inner) => self.optional(&inner.elem, at, within),
            Type::Group(inner) => self.optional(&inner.elem, at, within),
            Type::Path(path) if path.qself.is_none() => {
                if let Found::Foreign(full) = self.scope.find(&path.path, &at.module)
                    && is_std(&full, "Option")
                {
                    let inner = one(&path.path, "Option")?;
                    // `Some(None)` and `None` are written alike, and both left out.
                    return Ok((self.optional(inner, at, within)?.0, true));
                }
                Ok((self.kind(ty, at, within)?, false))
            }
            _ => Ok((self.kind(ty, at, within)?, false)),
        }
    }

    fn kind(&self, ty: &Type, at: &Place, within: &mut Vec<Full>) -> Mapped {
        match ty {
            Type::Reference(inner) => self.kind(&inner.elem, at, within),
            Type::Paren(inner) => self.kind(&inner.elem, at, within),
            Type::Group(inner) => self.kind(&inner.elem, at, within),
            Type::Slice(inner) => Ok(Kind::Set(Box::new(self.kind(&inner.elem, at, within)?))),
            Type::Array(inner) => {
                let element = self.kind(&inner.elem, at, within)?;
                match &inner.len {
                    Expr::Lit(ExprLit { lit: Lit::Int(count), .. }) => {
                        let count =
                            count.base10_parse::<usize>().map_err(|error| error.to_string())?;
                        positions(vec![element; count.min(POSITIONS + 1)])
                    }
                    _ => Err(format!("how long `{}` is, the source does not tell", tidy(ty))),
                }
            }
            Type::Tuple(list) => {
                let kinds = list.elems.iter().map(|ty| self.kind(ty, at, within));
                positions(kinds.collect::<Result<_, _>>()?)
            }
            Type::ImplTrait(_) | Type::TraitObject(_) => {
                Err(format!("`{}` is another type in each call", tidy(ty)))
            }
            Type::Path(path) if path.qself.is_none() => self.path(&path.path, at, within),
            _ => Err(format!("`{}` is no type that is known here", tidy(ty))),
        }
    }

    fn path(&self, path: &Path, at: &Place, within: &mut Vec<Full>) -> Mapped {
        if let Some(ident) = path.get_ident() {
            if at.letters.iter().any(|letter| ident == letter) {
                return Err(format!("`{ident}` is another type in each call"));
            }
            if ident == "Self" {
                return match &at.own {
                    Some(own) if tidy(own) != "Self" => self.kind(own, at, within),
                    _ => Err("what `Self` is, the source does not tell".to_owned()),
                };
            }
        }
        match self.scope.find(path, &at.module) {
            Found::Ours(full, named) => self.ours(path, full, named, within),
            Found::Foreign(full) => self.foreign(path, &full, at, within),
            Found::Unknown(why) => Err(why),
        }
    }

    fn ours(&self, path: &Path, full: &Full, named: Named<'u>, within: &mut Vec<Full>) -> Mapped {
        let name = full.join("::");
        if within.contains(full) {
            return Err(format!("`{name}` holds itself, which no Cedar record does"));
        }
        let types = |arguments: &PathArguments| match arguments {
            PathArguments::AngleBracketed(list) => {
                list.args.iter().any(|argument| !matches!(argument, GenericArgument::Lifetime(_)))
            }
            PathArguments::Parenthesized(_) => true,
            PathArguments::None => false,
        };
        if path.segments.iter().any(|segment| types(&segment.arguments)) {
            return Err(format!("`{name}` has type parameters"));
        }
        within.push(full.clone());
        let at = Place::of(&full.get(..full.len().saturating_sub(1)).unwrap_or_default().to_vec());
        let kind = match named {
            Named::Alias(alias) => self.kind(&alias.ty, &at, within),
            Named::Trait(_) => Err(format!("`{name}` is a trait")),
            Named::Struct(item) => derives_serialize(&item.attrs, &name)
                .and_then(|()| OfType::read(&item.attrs))
                .and_then(|said| self.fields(&item.fields, &said, &at, within))
                .map_err(|why| in_type(&name, &why)),
            Named::Enum(item) => derives_serialize(&item.attrs, &name)
                .and_then(|()| OfType::read(&item.attrs))
                .and_then(|_| match item.variants.iter().find(|one| !one.fields.is_empty()) {
                    Some(one) => Err(format!("the variant `{}` carries something", one.ident)),
                    None if item.variants.is_empty() => Err("it has no value".to_owned()),
                    None => {
                        let said = item.variants.iter().map(|one| OfField::read(&one.attrs));
                        said.collect::<Result<Vec<_>, _>>().map(|_| Kind::Plain("String"))
                    }
                })
                .map_err(|why| in_type(&name, &why)),
        };
        within.pop();
        kind
    }

    fn fields(&self, fields: &Fields, said: &OfType, at: &Place, within: &mut Vec<Full>) -> Mapped {
        let mut shown = Vec::new();
        for field in fields {
            let of_field = OfField::read(&field.attrs)?;
            if !of_field.skipped {
                shown.push((field, of_field));
            }
        }
        match (fields, shown.as_slice()) {
            (Fields::Unit, _) => Err("it has no fields, and is written down as nothing".to_owned()),
            (_, [(only, _)]) if said.transparent => self.kind(&only.ty, at, within),
            (_, _) if said.transparent => Err("it is transparent, to several fields".to_owned()),
            // Written down as what is in it.
            (Fields::Unnamed(all), [(only, _)]) if all.unnamed.len() == 1 => {
                self.kind(&only.ty, at, within)
            }
            (Fields::Unnamed(_), shown) => {
                let kinds = shown.iter().map(|(field, _)| self.kind(&field.ty, at, within));
                positions(kinds.collect::<Result<_, _>>()?)
            }
            (Fields::Named(_), shown) => {
                let mut record = Vec::new();
                for (field, of_field) in shown {
                    let Some(ident) = &field.ident else { continue };
                    let ident = ident.unraw().to_string();
                    let name = match (&of_field.rename, said.rename_all) {
                        (Some(name), _) => name.clone(),
                        (None, Some(case)) => case.of_field(&ident),
                        (None, None) => ident.clone(),
                    };
                    let (kind, optional) = self
                        .optional(&field.ty, at, within)
                        .map_err(|why| format!("its field `{ident}`: {why}"))?;
                    let sometimes = field.attrs.iter().any(|attr| attr.path().is_ident("cfg"));
                    let optional = optional || of_field.optional || sometimes;
                    record.push(Field { name, optional, kind });
                }
                Ok(Kind::Record(record))
            }
        }
    }

    fn foreign(&self, path: &Path, full: &Full, at: &Place, within: &mut Vec<Full>) -> Mapped {
        let words: Vec<&str> = full.iter().map(String::as_str).collect();
        let last = words.last().copied().unwrap_or_default();
        let root = match words.as_slice() {
            [_] => "",
            ["std" | "core" | "alloc", ..] => "std",
            [root, ..] => root,
            [] => "",
        };
        Ok(match (root, last) {
            ("", "bool") => Kind::Plain("Bool"),
            ("", "i8" | "i16" | "i32" | "i64" | "i128" | "isize") => Kind::Plain("Long"),
            ("", "u8" | "u16" | "u32" | "u64" | "u128" | "usize") => Kind::Plain("Long"),
            ("", "f32" | "f64") => {
                return Err(
                    "Cedar has no floats: show money as an integer in minor units, or declare \
                            it `decimal`, which has four digits behind the point"
                        .to_owned(),
                );
            }
            ("", "str" | "char") | ("std", "String" | "PathBuf" | "Path") => Kind::Plain("String"),
            ("std", "Box" | "Rc" | "Arc" | "Cow") => {
                return self.kind(one(path, last)?, at, within);
            }
            ("std", "Vec" | "VecDeque" | "BTreeSet" | "HashSet" | "LinkedList" | "BinaryHeap") => {
                Kind::Set(Box::new(self.kind(one(path, last)?, at, within)?))
            }
            ("std", "HashMap" | "BTreeMap") => self.map(path, at, within)?,
            ("std", "Option") => {
                return Err("an absent value where Cedar has no place for one".to_owned());
            }
            ("std", "Duration") => Kind::Plain("duration"),
            ("std", "IpAddr" | "Ipv4Addr" | "Ipv6Addr") => Kind::Plain("ipaddr"),
            ("std", "SystemTime") => Kind::Record(
                ["nanos_since_epoch", "secs_since_epoch"].map(whole_number).into_iter().collect(),
            ),
            // Each of these has one way of being written down, whatever its features.
            ("uuid", "Uuid") | ("url", "Url") => Kind::Plain("String"),
            ("chrono", "DateTime") | ("jiff", "Timestamp") => Kind::Plain("datetime"),
            ("serde_json", "Value") => {
                return Err("what is in a `serde_json::Value`, only the call tells".to_owned());
            }
            _ => {
                return Err(format!(
                    "how `{}` is written down, only its own crate knows",
                    full.join("::")
                ));
            }
        })
    }

    fn map(&self, path: &Path, at: &Place, within: &mut Vec<Full>) -> Mapped {
        let of: Vec<&Type> = arguments(path);
        let (Some(key), Some(value)) = (of.first(), of.get(1)) else {
            return Err("a map of what, the source does not tell".to_owned());
        };
        let key = match self.kind(key, at, within)? {
            kind @ Kind::Plain("String" | "Long" | "Bool") => kind,
            _ => return Err("a map whose keys are neither text nor numbers".to_owned()),
        };
        let value = self.kind(value, at, within)?;
        let field = |name: &str, kind| Field { name: name.to_owned(), optional: false, kind };
        Ok(Kind::Set(Box::new(Kind::Record(vec![field("key", key), field("value", value)]))))
    }
}

fn whole_number(name: &str) -> Field {
    Field { name: name.to_owned(), optional: false, kind: Kind::Plain("Long") }
}

fn in_type(name: &str, why: &str) -> String {
    if why.starts_with('`') && why.contains(name) {
        why.to_owned()
    } else {
        format!("`{name}`: {why}")
    }
}

/// A list in which each place means something of its own, as a record.
fn positions(kinds: Vec<Kind>) -> Mapped {
    match kinds.len() {
        0 => Err("it is written down as nothing".to_owned()),
        count if count > POSITIONS => {
            Err("a list of that many places has no Cedar type that anybody would write".to_owned())
        }
        _ => Ok(Kind::Record(
            kinds
                .into_iter()
                .enumerate()
                .map(|(at, kind)| Field { name: at.to_string(), optional: false, kind })
                .collect(),
        )),
    }
}

fn derives_serialize(attributes: &[syn::Attribute], name: &str) -> Result<(), String> {
    let mut found = false;
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("derive")) {
        let read = attribute.parse_nested_meta(|meta| {
            found |= meta.path.segments.last().is_some_and(|last| last.ident == "Serialize");
            Ok(())
        });
        read.map_err(|error| error.to_string())?;
    }
    if found {
        return Ok(());
    }
    Err(format!("`{name}` does not derive `Serialize`, so how it is written down is in code"))
}

pub(super) fn is_std(full: &[String], name: &str) -> bool {
    matches!(full.first().map(String::as_str), Some("std" | "core" | "alloc"))
        && full.last().is_some_and(|last| last == name)
}

/// The type arguments of a path's last segment.
pub(super) fn arguments(path: &Path) -> Vec<&Type> {
    let Some(PathArguments::AngleBracketed(list)) =
        path.segments.last().map(|last| &last.arguments)
    else {
        return Vec::new();
    };
    let types = list.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    });
    types.collect()
}

fn one<'p>(path: &'p Path, name: &str) -> Result<&'p Type, String> {
    arguments(path)
        .first()
        .copied()
        .ok_or_else(|| format!("a `{name}` of what, the source does not tell"))
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plain(name) => f.write_str(name),
            Self::Set(element) => write!(f, "Set<{element}>"),
            Self::Record(fields) => {
                f.write_str("{")?;
                for (at, Field { name, optional, kind }) in fields.iter().enumerate() {
                    let comma = if at > 0 { ", " } else { " " };
                    let mark = if *optional { "?" } else { "" };
                    write!(f, "{comma}{}{mark}: {kind}", attribute_name(name))?;
                }
                f.write_str(if fields.is_empty() { "}" } else { " }" })
            }
        }
    }
}

/// As a schema spells an attribute: quoted where it is no plain word.
pub(super) fn attribute_name(name: &str) -> String {
    const WORDS: [&str; 9] = ["in", "is", "if", "then", "else", "has", "like", "true", "false"];
    let mut letters = name.chars();
    let plain = letters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
        && !WORDS.contains(&name)
        && !name.starts_with("__");
    if plain { name.to_owned() } else { format!("\"{}\"", name.escape_debug()) }
}
