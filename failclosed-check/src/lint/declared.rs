//! What is declared: fields, defaults, conditions of the build.

use std::collections::{BTreeSet, HashMap};

use quote::ToTokens as _;
use syn::{
    Attribute, Field, GenericArgument, Item, ItemImpl, Meta, PathArguments, Type,
    spanned::Spanned as _, visit::Visit,
};

use super::region::{Has, type_name};
use crate::{
    finding::Finding,
    names::Names,
    rules::{FC0204, FC0211, FC0212, FC0213, Rule},
    source::SourceFile,
};

/// The types that policy is written in: what implements `Authority` or `Approver`, and what those hold.
pub(super) fn policy_types(files: &[(&SourceFile, Names<'_>)]) -> BTreeSet<String> {
    let mut holds: HashMap<String, Vec<String>> = HashMap::new();
    let mut known = BTreeSet::new();
    for (file, names) in files {
        let mut types = Types { names, holds: &mut holds, known: &mut known };
        types.visit_file(&file.tree);
    }
    let mut queue: Vec<String> = known.iter().cloned().collect();
    while let Some(ty) = queue.pop() {
        for held in holds.get(&ty).into_iter().flatten() {
            if holds.contains_key(held) && known.insert(held.clone()) {
                queue.push(held.clone());
            }
        }
    }
    known
}

struct Types<'n, 'a> {
    names: &'n Names<'a>,
    holds: &'n mut HashMap<String, Vec<String>>,
    known: &'n mut BTreeSet<String>,
}

impl<'ast> Visit<'ast> for Types<'_, '_> {
    fn visit_item_impl(&mut self, item: &'ast ItemImpl) {
        if item.trait_.as_ref().is_some_and(|(path, _)| {
            ["Authority", "Approver", "Dialect"].iter().any(|name| self.names.is_ours(path, name))
        }) {
            self.known.insert(type_name(&item.self_ty));
        }
    }

    fn visit_item(&mut self, item: &'ast Item) {
        let (name, held) = match item {
            Item::Struct(item) => (item.ident.to_string(), item.fields.to_token_stream()),
            Item::Enum(item) => (item.ident.to_string(), item.variants.to_token_stream()),
            _ => return syn::visit::visit_item(self, item),
        };
        self.holds.insert(name, idents(held));
    }
}

fn idents(tokens: proc_macro2::TokenStream) -> Vec<String> {
    tokens
        .into_iter()
        .flat_map(|token| match token {
            proc_macro2::TokenTree::Ident(ident) => vec![ident.to_string()],
            proc_macro2::TokenTree::Group(group) => idents(group.stream()),
            _ => Vec::new(),
        })
        .collect()
}

pub(super) fn check(
    file: &SourceFile,
    names: &Names<'_>,
    policy: &BTreeSet<String>,
    findings: &mut Vec<Finding>,
) {
    let mut functions = HashMap::new();
    Functions(&mut functions).visit_file(&file.tree);
    let mut declared =
        Declared { file, names, policy, functions, findings, path: Vec::new(), test: false };
    declared.visit_file(&file.tree);
}

/// By their last names: there may be several of one.
type Blocks<'r> = HashMap<String, Vec<&'r syn::Block>>;

struct Functions<'f, 'r>(&'f mut Blocks<'r>);

impl<'r> Visit<'r> for Functions<'_, 'r> {
    fn visit_item_fn(&mut self, item: &'r syn::ItemFn) {
        self.0.entry(item.sig.ident.to_string()).or_default().push(&item.block);
        syn::visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'r syn::ImplItemFn) {
        self.0.entry(item.sig.ident.to_string()).or_default().push(&item.block);
        syn::visit::visit_impl_item_fn(self, item);
    }
}

struct Declared<'v, 'a, 'r> {
    file: &'v SourceFile,
    names: &'v Names<'a>,
    policy: &'v BTreeSet<String>,
    functions: Blocks<'r>,
    findings: &'v mut Vec<Finding>,
    path: Vec<String>,
    test: bool,
}

impl Declared<'_, '_, '_> {
    fn add(&mut self, rule: &'static Rule, at: proc_macro2::Span, label: &str) {
        let inside = self.path.join("::");
        self.findings.push(Finding::new(rule, self.file.place(at), inside, label));
    }

    fn has(&self, ty: &Type, wanted: &[&str]) -> bool {
        let mut has = Has { names: self.names, wanted, found: false };
        has.visit_type(ty);
        has.found
    }

    /// `Option<Guard>` and its like: code that holds one has to say what happens without.
    fn optional(&mut self, ty: &Type) {
        const GATES: [&str; 5] =
            ["Guard", "Authority", "AuditSink", "CedarAuthority", "HttpAuthority"];
        if let Some(inner) = generic(ty, &["Option"])
            && self.has(inner, &GATES)
        {
            self.add(&FC0204, ty.span(), "without one, what is checked?");
        }
    }

    /// A decision in a map or a cell is one that somebody finds there later.
    fn kept(&mut self, ty: &Type) {
        const KEEPS: [&str; 13] = [
            "HashMap", "BTreeMap", "DashMap", "OnceLock", "OnceCell", "LazyLock", "Cache",
            "LruCache", "Mutex", "RwLock", "Cell", "RefCell", "IndexMap",
        ];
        if generic(ty, &KEEPS).is_some() && self.has(ty, &["Decision", "Allow"]) {
            self.add(&FC0213, ty.span(), "an answer of then, found by a question of now");
        }
    }

    fn attributes(&mut self, attributes: &[Attribute]) {
        for attribute in attributes {
            let Meta::List(list) = &attribute.meta else { continue };
            if attribute.path().is_ident("cfg_attr") {
                let inside = idents(list.tokens.clone());
                if inside.iter().any(|name| name == "requires_permission" || name == "guarded") {
                    self.add(
                        &FC0212,
                        attribute.span(),
                        "where the condition is false, nothing is checked",
                    );
                }
            }
        }
    }

    fn defaults(&mut self, field: &Field) {
        for attribute in field.attrs.iter().filter(|a| a.path().is_ident("serde")) {
            let mut named = None;
            let _ = attribute.parse_nested_meta(|meta| {
                if meta.path.is_ident("default") && meta.input.peek(syn::Token![=]) {
                    named = meta.value()?.parse::<syn::LitStr>().ok();
                } else if meta.input.peek(syn::Token![=]) {
                    meta.value()?.parse::<syn::Expr>()?;
                } else if meta.input.peek(syn::token::Paren) {
                    // `rename(serialize = "a")`: what stands after it is read as well.
                    let inside;
                    syn::parenthesized!(inside in meta.input);
                    inside.parse::<proc_macro2::TokenStream>()?;
                }
                Ok(())
            });
            let name = named.as_ref().map(syn::LitStr::value);
            let name = name.as_deref().map(|name| name.rsplit("::").next().unwrap_or(name).trim());
            let blocks = name.and_then(|name| self.functions.get(name)).into_iter().flatten();
            if blocks.into_iter().any(|block| permissive(block.to_token_stream())) {
                self.add(&FC0211, attribute.span(), "a file that does not say it, allows it");
            }
        }
    }
}

/// Whether tokens give a yes, or a variant that allows.
fn permissive(tokens: proc_macro2::TokenStream) -> bool {
    idents(tokens).iter().any(|name| name == "true" || opens(name))
}

/// Names of variants that let things through.
fn opens(name: &str) -> bool {
    const OPENS: [&str; 10] = [
        "Allow",
        "Permit",
        "Open",
        "All",
        "Any",
        "Off",
        "Disabled",
        "Permissive",
        "Yes",
        "Unrestricted",
    ];
    OPENS.iter().any(|open| name.starts_with(open))
}

/// The first type argument, where the type is one of those.
fn generic<'t>(ty: &'t Type, names: &[&str]) -> Option<&'t Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last()?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    let inner = arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })?;
    if names.iter().any(|name| last.ident == name) {
        return Some(inner);
    }
    // Behind `Arc`, `Box` and the like.
    ["Arc", "Rc", "Box"].iter().any(|name| last.ident == name).then(|| generic(inner, names))?
}

impl<'ast> Visit<'ast> for Declared<'_, '_, '_> {
    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        self.attributes(std::slice::from_ref(attribute));
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        let before = self.test;
        self.test |= test_only(&item.attrs);
        self.path.push(item.ident.to_string());
        syn::visit::visit_item_mod(self, item);
        self.path.pop();
        self.test = before;
    }

    fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
        self.path.push(item.ident.to_string());
        for field in &item.fields {
            self.optional(&field.ty);
            self.kept(&field.ty);
            if self.policy.contains(&item.ident.to_string()) {
                self.defaults(field);
            }
        }
        syn::visit::visit_item_struct(self, item);
        self.path.pop();
    }

    fn visit_item_enum(&mut self, item: &'ast syn::ItemEnum) {
        self.path.push(item.ident.to_string());
        if self.policy.contains(&item.ident.to_string()) {
            for variant in &item.variants {
                let default = variant.attrs.iter().any(|a| a.path().is_ident("default"));
                if default && opens(&variant.ident.to_string()) {
                    self.add(&FC0211, variant.ident.span(), "what is not set, allows");
                }
            }
        }
        syn::visit::visit_item_enum(self, item);
        self.path.pop();
    }

    fn visit_item_static(&mut self, item: &'ast syn::ItemStatic) {
        self.path.push(item.ident.to_string());
        self.optional(&item.ty);
        self.kept(&item.ty);
        self.path.pop();
    }

    fn visit_fn_arg(&mut self, argument: &'ast syn::FnArg) {
        if let syn::FnArg::Typed(typed) = argument {
            self.optional(&typed.ty);
        }
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.path.push(item.sig.ident.to_string());
        syn::visit::visit_item_fn(self, item);
        self.path.pop();
    }

    fn visit_item_impl(&mut self, item: &'ast ItemImpl) {
        let name = type_name(&item.self_ty);
        self.path.push(name.clone());
        let implements = item.trait_.as_ref().map(|(path, _)| path);
        if let Some(path) = implements {
            if path.is_ident("Default") && self.policy.contains(&name) {
                let body = item.items.iter().map(quote::ToTokens::to_token_stream).collect();
                if permissive(body) {
                    self.add(&FC0211, path.span(), "what is not set, allows");
                }
            }
            let decides = ["Authority", "Approver", "AuditSink"]
                .iter()
                .any(|of| self.names.is_ours(path, of));
            if let Some(condition) = item.attrs.iter().find(|a| switch(a)).filter(|_| decides)
                && !self.test
            {
                self.add(&FC0212, condition.span(), "another build has another answer");
            }
        }
        syn::visit::visit_item_impl(self, item);
        self.path.pop();
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.path.push(item.sig.ident.to_string());
        syn::visit::visit_impl_item_fn(self, item);
        self.path.pop();
    }

    fn visit_local(&mut self, local: &'ast syn::Local) {
        let builds = |expr: &syn::Expr| {
            let mut has = Has { names: self.names, wanted: &["Guard"], found: false };
            has.visit_expr(expr);
            let text = expr.to_token_stream().to_string();
            has.found || text.contains("authority_fn") || text.contains("Guard :: builder")
        };
        let condition = local.attrs.iter().find(|a| switch(a));
        if let (Some(condition), Some(init)) = (condition, &local.init)
            && builds(&init.expr)
            && !self.test
        {
            self.add(&FC0212, condition.span(), "another build has another guard");
        }
        syn::visit::visit_local(self, local);
    }
}

/// Whether an attribute is a switch of the build: a feature, or whether it is optimised. What a target
/// can do (`unix`) and tests are none.
fn switch(attribute: &Attribute) -> bool {
    let Meta::List(list) = &attribute.meta else { return false };
    attribute.path().is_ident("cfg")
        && idents(list.tokens.clone())
            .iter()
            .any(|name| name == "feature" || name == "debug_assertions")
}

fn test_only(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        Meta::List(list) => {
            attribute.path().is_ident("cfg")
                && idents(list.tokens.clone()).iter().any(|name| name == "test")
        }
        _ => false,
    })
}
