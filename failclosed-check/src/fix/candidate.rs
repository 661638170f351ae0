//! Which function a finding names, and whether a guard can be written above it.

use std::collections::{BTreeMap, BTreeSet};

use quote::ToTokens as _;
use syn::{
    Attribute, FnArg, GenericArgument, GenericParam, Pat, PathArguments, ReturnType, Signature,
    Type, Visibility, spanned::Spanned as _, visit::Visit,
};

use crate::{
    finding::Place,
    names::{self, Names},
    source::{SourceFile, Unit},
};

/// A function that a guard can be written above.
#[derive(Debug, Clone)]
pub(super) struct Head {
    /// The line that its signature begins on.
    pub(super) line: usize,
    pub(super) place: Place,
    pub(super) function: String,
    pub(super) action: String,
    /// Whether it stands in a module inside the file: an import of the file's is not one of its.
    pub(super) nested: bool,
}

/// The names of actions that a workspace knows, in the form in which they are compared.
pub(super) type Actions = BTreeSet<String>;

/// All texts in attributes that name actions. A new guard has a name of its own: who may do one thing
/// is not thereby allowed another.
pub(super) fn actions(units: &[Unit]) -> Actions {
    struct Texts(Actions);
    impl<'ast> Visit<'ast> for Texts {
        fn visit_attribute(&mut self, attribute: &'ast Attribute) {
            let last = attribute.path().segments.last().map(|s| s.ident.to_string());
            if matches!(last.as_deref(), Some("requires_permission" | "action" | "cfg_attr")) {
                texts(attribute.meta.to_token_stream(), &mut self.0);
            }
        }
    }
    let mut all = Texts(Actions::new());
    for file in units.iter().flat_map(|unit| &unit.files) {
        all.visit_file(&file.tree);
    }
    all.0
}

fn texts(tokens: proc_macro2::TokenStream, found: &mut Actions) {
    for token in tokens {
        match token {
            proc_macro2::TokenTree::Literal(literal) => {
                found.insert(plain(&literal.to_string()));
            }
            proc_macro2::TokenTree::Group(group) => texts(group.stream(), found),
            _ => {}
        }
    }
}

/// `charge_card`, `charge-card` and `ChargeCard` are one name to a reader.
fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The function around a place; none, where it has its guard already by an earlier finding.
pub(super) fn at(
    place: &Place,
    file: &SourceFile,
    unit: &Unit,
    taken: &mut Actions,
    heads: &BTreeMap<usize, Head>,
) -> Result<Option<Head>, String> {
    let mut find = Find { file, place, path: Vec::new(), outer: Vec::new(), found: None };
    find.visit_file(&file.tree);
    let found = find.found.ok_or("no function stands here: it is made by a macro, or a value")?;
    let name = found.sig.ident.to_string();
    let line = found.line();
    if heads.contains_key(&line) {
        return Ok(None);
    }
    let defined = names::defined(unit);
    let names = Names::of(file, unit, &defined);
    if super::edit::root(unit).is_none() {
        return Err(
            "its package does not depend on `failclosed`: `cargo add failclosed`".to_owned()
        );
    }
    understood(&found, unit, &names).map_err(|why| format!("`{name}` {why}"))?;
    let begins = file.text.lines().nth(line - 1).unwrap_or_default();
    let column = found.start().column;
    if !begins.chars().take(column).all(char::is_whitespace) {
        return Err(format!("`{name}` does not begin its line"));
    }
    let within = found.path.last().cloned().unwrap_or_else(|| unit.name.clone());
    let action =
        [name.clone(), format!("{within}.{name}"), format!("{}.{within}.{name}", unit.name)]
            .into_iter()
            .find(|action| {
                !taken.contains(&plain(action)) && failclosed_syntax::args::is_action_name(action)
            })
            .ok_or_else(|| format!("`{name}` and its longer names are names of actions already"))?;
    taken.insert(plain(&action));
    let place = file.place(found.sig.ident.span());
    Ok(Some(Head { line, place, function: name, action, nested: found.nested }))
}

struct Found<'r> {
    attributes: &'r [Attribute],
    /// Of the blocks and modules around it.
    outer: Vec<&'r Attribute>,
    visibility: &'r Visibility,
    sig: &'r Signature,
    /// The type and the trait of the `impl` around it.
    block: Option<&'r syn::ItemImpl>,
    in_trait: bool,
    nested: bool,
    path: Vec<String>,
}

impl Found<'_> {
    fn start(&self) -> proc_macro2::LineColumn {
        match self.visibility {
            Visibility::Inherited => self.sig.span().start(),
            said => said.span().start(),
        }
    }

    fn line(&self) -> usize {
        self.start().line
    }
}

/// What stands around what is visited.
#[derive(Clone, Copy)]
enum Around<'r> {
    Module,
    Block(&'r syn::ItemImpl),
    Trait,
    Function,
}

struct Find<'r, 'p> {
    file: &'r SourceFile,
    place: &'p Place,
    path: Vec<String>,
    outer: Vec<(Around<'r>, &'r [Attribute])>,
    found: Option<Found<'r>>,
}

impl<'r> Find<'r, '_> {
    fn function(
        &mut self,
        attributes: &'r [Attribute],
        visibility: &'r Visibility,
        sig: &'r Signature,
        whole: proc_macro2::Span,
    ) {
        let around = self.file.place(whole);
        let starts = (around.line, around.column) <= (self.place.line, self.place.column);
        let ends = (self.place.line, self.place.column) < (around.end_line, around.end_column);
        if starts && ends {
            let last = self.outer.last().map(|(around, _)| *around);
            self.found = Some(Found {
                attributes,
                outer: self.outer.iter().flat_map(|(_, attributes)| *attributes).collect(),
                visibility,
                sig,
                block: match last {
                    Some(Around::Block(block)) => Some(block),
                    _ => None,
                },
                in_trait: matches!(last, Some(Around::Trait)),
                nested: self
                    .outer
                    .iter()
                    .any(|(around, _)| matches!(around, Around::Module | Around::Function)),
                path: self.path.clone(),
            });
        }
    }

    fn within(
        &mut self,
        name: String,
        around: Around<'r>,
        attributes: &'r [Attribute],
        visit: impl FnOnce(&mut Self),
    ) {
        self.outer.push((around, attributes));
        self.path.push(name);
        visit(self);
        self.path.pop();
        self.outer.pop();
    }
}

impl<'r> Visit<'r> for Find<'r, '_> {
    fn visit_item_fn(&mut self, item: &'r syn::ItemFn) {
        self.function(&item.attrs, &item.vis, &item.sig, item.span());
        self.within(item.sig.ident.to_string(), Around::Function, &[], |this| {
            syn::visit::visit_item_fn(this, item);
        });
    }

    fn visit_impl_item_fn(&mut self, item: &'r syn::ImplItemFn) {
        self.function(&item.attrs, &item.vis, &item.sig, item.span());
        self.within(item.sig.ident.to_string(), Around::Function, &[], |this| {
            syn::visit::visit_impl_item_fn(this, item);
        });
    }

    fn visit_trait_item_fn(&mut self, item: &'r syn::TraitItemFn) {
        self.function(&item.attrs, &Visibility::Inherited, &item.sig, item.span());
        self.within(item.sig.ident.to_string(), Around::Function, &[], |this| {
            syn::visit::visit_trait_item_fn(this, item);
        });
    }

    fn visit_item_impl(&mut self, item: &'r syn::ItemImpl) {
        let name = type_name(&item.self_ty).unwrap_or_default();
        self.within(name, Around::Block(item), &item.attrs, |this| {
            syn::visit::visit_item_impl(this, item);
        });
    }

    fn visit_item_trait(&mut self, item: &'r syn::ItemTrait) {
        self.within(item.ident.to_string(), Around::Trait, &item.attrs, |this| {
            syn::visit::visit_item_trait(this, item);
        });
    }

    fn visit_item_mod(&mut self, item: &'r syn::ItemMod) {
        self.within(item.ident.to_string(), Around::Module, &item.attrs, |this| {
            syn::visit::visit_item_mod(this, item);
        });
    }
}

fn type_name(ty: &Type) -> Option<String> {
    match ty {
        Type::Path(path) => path.path.segments.last().map(|s| s.ident.to_string()),
        _ => None,
    }
}

/// Attributes that neither change a function nor what a guard does to it.
const PLAIN: [&str; 10] =
    ["doc", "allow", "expect", "warn", "deny", "inline", "must_use", "cold", "deprecated", "cfg"];

/// Why a guard cannot be written here without a person.
fn understood(found: &Found<'_>, unit: &Unit, names: &Names<'_>) -> Result<(), String> {
    let sig = found.sig;
    for attribute in found.attributes.iter().chain(found.outer.iter().copied()) {
        if !PLAIN.iter().any(|plain| attribute.path().is_ident(plain)) {
            let path = attribute.path().to_token_stream().to_string().replace(' ', "");
            return Err(format!(
                "is under `#[{path}]`, and what that makes of it is not known here"
            ));
        }
    }
    if sig.ident == "main" {
        return Err("is where the program begins".to_owned());
    }
    if sig.asyncness.is_none() {
        return Err("is not `async`: the answer has to be awaited".to_owned());
    }
    if !matches!(sig.safety, syn::Safety::Default)
        || sig.abi.is_some()
        || sig.constness.is_some()
        || found.in_trait
    {
        return Err("is no plain `async fn`".to_owned());
    }
    if sig.generics.params.iter().any(|p| !matches!(p, GenericParam::Lifetime(_))) {
        return Err("has type parameters: say in `args(..)` or `skip(..)` what is shown".to_owned());
    }
    returns(&sig.output, unit, names)?;
    for input in &sig.inputs {
        match input {
            FnArg::Receiver(_) => finds_guard(found.block, unit, names)?,
            FnArg::Typed(typed) => {
                let shown = typed.to_token_stream().to_string();
                if !typed.attrs.is_empty() || !matches!(*typed.pat, Pat::Ident(_)) {
                    return Err(format!("takes `{shown}`, which has no plain name"));
                }
                if !plain_type(&typed.ty) {
                    return Err(format!(
                        "takes `{}`: say in `args(..)` or `skip(..)` what is shown of it",
                        typed.pat.to_token_stream()
                    ));
                }
            }
        }
    }
    Ok(())
}

/// `Result<_, E>`, where `E` can be a denial.
fn returns(output: &ReturnType, unit: &Unit, names: &Names<'_>) -> Result<(), String> {
    const WANTED: &str = "does not return a `Result<_, Denial>`: a denial has no way out";
    let ReturnType::Type(_, ty) = output else { return Err(WANTED.to_owned()) };
    let Type::Path(path) = &**ty else { return Err(WANTED.to_owned()) };
    let last = path.path.segments.last().filter(|last| last.ident == "Result").ok_or(WANTED)?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return Err(WANTED.to_owned());
    };
    let error = arguments.args.iter().nth(1).ok_or(WANTED)?;
    match error {
        GenericArgument::Type(Type::Path(error)) => {
            let takes =
                Implemented::anywhere(unit, &type_name(&Type::Path(error.clone())), |path| {
                    path.to_token_stream().to_string().replace(' ', "").ends_with("From<Denial>")
                });
            let ours = names.is_ours(&error.path, "Denial");
            (ours || takes).then_some(()).ok_or_else(|| WANTED.to_owned())
        }
        _ => Err(WANTED.to_owned()),
    }
}

/// Methods find their guard in `self`.
fn finds_guard(
    block: Option<&syn::ItemImpl>,
    unit: &Unit,
    names: &Names<'_>,
) -> Result<(), String> {
    const WANTED: &str = "is a method, and its type has no guard: `#[derive(HasGuard)]`";
    let owner = block.and_then(|block| type_name(&block.self_ty));
    let has = Implemented::anywhere(unit, &owner, |path| {
        path.segments.last().is_some_and(|last| last.ident == "HasGuard")
            && (names.is_ours(path, "HasGuard") || path.segments.len() == 1)
    });
    has.then_some(()).ok_or_else(|| WANTED.to_owned())
}

/// Whether a type derives or implements a trait, anywhere in the package.
struct Implemented<'w, F> {
    owner: &'w str,
    is_trait: F,
    found: bool,
}

impl<F: Fn(&syn::Path) -> bool> Implemented<'_, F> {
    fn anywhere(unit: &Unit, owner: &Option<String>, is_trait: F) -> bool {
        let Some(owner) = owner else { return false };
        let mut all = Implemented { owner, is_trait, found: false };
        for file in &unit.files {
            all.visit_file(&file.tree);
        }
        all.found
    }
}

impl<'ast, F: Fn(&syn::Path) -> bool> Visit<'ast> for Implemented<'_, F> {
    fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
        if item.ident != self.owner {
            return;
        }
        for attribute in item.attrs.iter().filter(|a| a.path().is_ident("derive")) {
            // A `derive` that cannot be read derives nothing that is known here.
            let _ = attribute.parse_nested_meta(|meta| {
                self.found |= (self.is_trait)(&meta.path);
                Ok(())
            });
        }
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        let implements = item.trait_.as_ref().is_some_and(|(path, _)| (self.is_trait)(path));
        self.found |= implements && type_name(&item.self_ty).as_deref() == Some(self.owner);
    }
}

/// Types that are shown as they are: text, whole numbers, yes or no, and lists of them.
fn plain_type(ty: &Type) -> bool {
    const WORDS: [&str; 16] = [
        "str", "String", "bool", "char", "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16",
        "i32", "i64", "i128", "isize",
    ];
    match ty {
        Type::Reference(reference) => reference.mutability.is_none() && plain_type(&reference.elem),
        Type::Slice(slice) => plain_type(&slice.elem),
        Type::Path(path) if path.qself.is_none() && path.path.segments.len() == 1 => {
            path.path.segments.first().is_some_and(|only| match &only.arguments {
                PathArguments::None => WORDS.iter().any(|word| only.ident == word),
                PathArguments::AngleBracketed(arguments) => (only.ident == "Option"
                    || only.ident == "Vec")
                    && arguments.args.iter().all(
                        |argument| matches!(argument, GenericArgument::Type(ty) if plain_type(ty)),
                    ),
                PathArguments::Parenthesized(_) => false,
            })
        }
        _ => false,
    }
}
