//! Where permission code is.

use std::collections::HashMap;

use syn::{
    Block, Expr, ImplItem, ItemFn, ItemImpl, ReturnType, Signature, Type, spanned::Spanned as _,
    visit::Visit,
};

use crate::{
    finding::{Finding, Place},
    names::Names,
    rules::Rule,
    source::SourceFile,
};

/// What a region's value means.
#[allow(clippy::exhaustive_enums, reason = "each kind has an allow of its own")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A decision: `Decision::allow()` is an allow.
    Decide,
    /// Whether something was recorded: `Ok(())` is an allow.
    Record,
    /// Whether a nonce was there: `Burned::Now` is an allow.
    Burn,
    /// Whose guard it is: `Some(..)` is an allow.
    Identify,
    /// An authority is made: one that always allows is an allow.
    Build,
    /// A yes-or-no that a decision hangs on, and which of both allows.
    Verdict(bool),
}

/// One body of permission code.
#[derive(Clone)]
pub(super) struct Region<'r, 'a> {
    pub(super) kind: Kind,
    pub(super) file: &'r SourceFile,
    pub(super) names: &'r Names<'a>,
    pub(super) body: Body<'r>,
    pub(super) inside: String,
}

#[derive(Clone, Copy)]
pub(super) enum Body<'r> {
    Block(&'r Block),
    Expr(&'r Expr),
}

impl<'r> Body<'r> {
    pub(super) fn visit<V: Visit<'r>>(self, visitor: &mut V) {
        match self {
            Self::Block(block) => visitor.visit_block(block),
            Self::Expr(expr) => visitor.visit_expr(expr),
        }
    }
}

impl Region<'_, '_> {
    pub(super) fn finding(
        &self,
        rule: &'static Rule,
        at: proc_macro2::Span,
        label: impl Into<String>,
    ) -> Finding {
        Finding::new(rule, self.file.place(at), &self.inside, label)
    }

    pub(super) fn place(&self, at: proc_macro2::Span) -> Place {
        self.file.place(at)
    }
}

/// Every region of a package; helpers that a decision hangs on included.
pub(super) fn all<'r, 'a>(files: &'r [(&'r SourceFile, Names<'a>)]) -> Vec<Region<'r, 'a>> {
    let mut functions: Functions<'r, 'a> = HashMap::new();
    let mut found = Vec::new();
    let mut named = Vec::new();
    for (file, names) in files {
        let mut find = Find {
            file,
            names,
            path: Vec::new(),
            found: Vec::new(),
            named: Vec::new(),
            all: Vec::new(),
        };
        find.visit_file(&file.tree);
        found.append(&mut find.found);
        named.append(&mut find.named);
        for (name, region) in find.all {
            functions.entry(name).or_default().push(region);
        }
    }
    // Functions given by name where a closure could stand.
    for (name, kind) in named {
        for region in functions.get(&name).into_iter().flatten() {
            found.push(Region { kind, ..region.clone() });
        }
    }
    let mut next = 0;
    while let Some(region) = found.get(next).cloned() {
        next += 1;
        for (name, allows) in super::judged::helpers(&region) {
            for helper in functions.get(&name).into_iter().flatten() {
                let kind = Kind::Verdict(allows);
                let known = found.iter().any(|r| {
                    r.kind == kind && r.inside == helper.inside && r.file.path == helper.file.path
                });
                if helper.kind == Kind::Verdict(true) && !known {
                    found.push(Region { kind, ..helper.clone() });
                }
            }
        }
    }
    found
}

/// By name. Those that answer a yes-or-no are `Verdict(true)` until somebody asks them.
type Functions<'r, 'a> = HashMap<String, Vec<Region<'r, 'a>>>;

struct Find<'r, 'a> {
    file: &'r SourceFile,
    names: &'r Names<'a>,
    path: Vec<String>,
    found: Vec<Region<'r, 'a>>,
    named: Vec<(String, Kind)>,
    all: Vec<(String, Region<'r, 'a>)>,
}

impl<'r, 'a> Find<'r, 'a> {
    fn region(&self, kind: Kind, body: Body<'r>) -> Region<'r, 'a> {
        let inside = self.path.join("::");
        Region { kind, file: self.file, names: self.names, body, inside }
    }

    fn function(&mut self, signature: &'r Signature, block: &'r Block, of_trait: Option<Kind>) {
        self.path.push(signature.ident.to_string());
        let body = Body::Block(block);
        let by_type = self.kind_of(&signature.output);
        let builds = (by_type.is_none() && self.builds(block)).then_some(Kind::Build);
        if let Some(kind) = of_trait.or(by_type).or(builds) {
            let region = self.region(kind, body);
            self.found.push(region);
        }
        let kind = if yes_or_no(&signature.output) { Kind::Verdict(true) } else { Kind::Build };
        self.all.push((signature.ident.to_string(), self.region(kind, body)));
        self.visit_block(block);
        self.path.pop();
    }

    /// What a function's return type says that it is.
    fn kind_of(&self, output: &ReturnType) -> Option<Kind> {
        let ReturnType::Type(_, ty) = output else { return None };
        let has = |names: &[&str]| self.type_has(ty, names);
        if has(&["Decision", "Answer", "NoDecision"]) {
            Some(Kind::Decide)
        } else if has(&["Recording", "NotRecorded"]) {
            Some(Kind::Record)
        } else if has(&["Burned"]) {
            Some(Kind::Burn)
        } else if has(&["Guard", "GuardBuilder", "Authority", "CedarAuthority", "HttpAuthority"]) {
            Some(Kind::Build)
        } else {
            None
        }
    }

    fn type_has(&self, ty: &Type, wanted: &[&str]) -> bool {
        let mut has = Has { names: self.names, wanted, found: false };
        has.visit_type(ty);
        has.found
    }

    fn builds(&self, block: &Block) -> bool {
        struct Builds<'n, 'a>(&'n Names<'a>, bool);
        impl<'ast> Visit<'ast> for Builds<'_, '_> {
            fn visit_path(&mut self, path: &'ast syn::Path) {
                self.1 |= ["Guard", "CedarAuthority", "HttpAuthority"].iter().any(|ty| {
                    self.0.is_member(path, ty, "builder")
                        || self.0.is_member(path, ty, "builder_from_files")
                });
                syn::visit::visit_path(self, path);
            }
        }
        let mut builds = Builds(self.names, false);
        // No member is called by another name than its own.
        if self.file.text.contains("builder") {
            builds.visit_block(block);
        }
        builds.1
    }

    fn given(&mut self, arguments: impl Iterator<Item = &'r Expr>, kind: Kind) {
        for argument in arguments {
            match argument {
                Expr::Closure(closure) => {
                    let region = self.region(kind, Body::Expr(&closure.body));
                    self.found.push(region);
                }
                Expr::Path(path) => self
                    .named
                    .extend(path.path.segments.last().map(|s| (s.ident.to_string(), kind))),
                _ => {}
            }
        }
    }
}

impl<'r> Visit<'r> for Find<'r, '_> {
    fn visit_item_mod(&mut self, item: &'r syn::ItemMod) {
        self.path.push(item.ident.to_string());
        syn::visit::visit_item_mod(self, item);
        self.path.pop();
    }

    fn visit_item_fn(&mut self, item: &'r ItemFn) {
        self.function(&item.sig, &item.block, None);
    }

    fn visit_item_impl(&mut self, item: &'r ItemImpl) {
        let kind = item.trait_.as_ref().and_then(|(path, _)| {
            let is = |name| self.names.is_ours(path, name);
            (is("Authority") || is("Approver") || is("Dialect"))
                .then_some(Kind::Decide)
                .or(is("AuditSink").then_some(Kind::Record))
                .or(is("NonceStore").then_some(Kind::Burn))
        });
        self.path.push(type_name(&item.self_ty));
        for part in &item.items {
            match part {
                ImplItem::Fn(function) => self.function(&function.sig, &function.block, kind),
                other => self.visit_impl_item(other),
            }
        }
        self.path.pop();
    }

    fn visit_expr_call(&mut self, call: &'r syn::ExprCall) {
        if let Expr::Path(function) = &*call.func {
            let path = &function.path;
            if self.names.is_ours(path, "authority_fn") || self.names.is_ours(path, "answer_fn") {
                self.given(call.args.iter(), Kind::Decide);
            } else if self.names.is_member(path, "ScopeLayer", "new") {
                self.given(call.args.iter(), Kind::Identify);
            }
        }
        syn::visit::visit_expr_call(self, call);
    }

    fn visit_expr_method_call(&mut self, call: &'r syn::ExprMethodCall) {
        if call.method == "identified_by" {
            self.given(call.args.iter(), Kind::Identify);
        }
        syn::visit::visit_expr_method_call(self, call);
    }
}

/// Whether a type names one of this library's.
pub(super) struct Has<'n, 'a> {
    pub(super) names: &'n Names<'a>,
    pub(super) wanted: &'n [&'n str],
    pub(super) found: bool,
}

impl<'ast> Visit<'ast> for Has<'_, '_> {
    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.found |= self.wanted.iter().any(|name| self.names.is_ours(path, name));
        syn::visit::visit_path(self, path);
    }
}

fn yes_or_no(output: &ReturnType) -> bool {
    let ReturnType::Type(_, ty) = output else { return false };
    let Type::Path(path) = &**ty else { return false };
    path.path.is_ident("bool")
}

/// A type's last name.
pub(super) fn type_name(ty: &Type) -> String {
    match ty {
        Type::Path(path) => {
            path.path.segments.last().map(|s| s.ident.to_string()).unwrap_or_default()
        }
        Type::Reference(reference) => type_name(&reference.elem),
        other => {
            let at = other.span().start();
            format!("impl at line {}", at.line)
        }
    }
}
