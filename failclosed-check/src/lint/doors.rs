//! Ways to what is locked that do not lead through the lock: a public field, a second client.

use std::collections::HashSet;

use syn::{Expr, Visibility, spanned::Spanned as _, visit::Visit};

use super::{
    bodies::{bare, name},
    region::Has,
};
use crate::{finding::Finding, names::Names, rules::FC0225, source::SourceFile};

pub(super) fn check(files: &[(&SourceFile, Names<'_>)], findings: &mut Vec<Finding>) {
    // First what is locked, then who else makes one.
    let mut locked = HashSet::new();
    let mut made = Vec::new();
    for (file, names) in files {
        let mut look = Look {
            file,
            names,
            locked: &mut locked,
            made: Vec::new(),
            fields: Vec::new(),
            path: Vec::new(),
        };
        look.visit_file(&file.tree);
        made.append(&mut look.made);
        findings.append(&mut look.fields);
    }
    for one in made.into_iter().filter(|one| !one.in_lock && locked.contains(&one.constructor)) {
        let label = "a client of its own, that no permit opens";
        findings.push(Finding::new(&FC0225, one.place, one.inside, label));
    }
}

/// A call of a constructor.
struct Made {
    constructor: String,
    place: crate::finding::Place,
    inside: String,
    in_lock: bool,
}

struct Look<'v, 'a> {
    file: &'v SourceFile,
    names: &'v Names<'a>,
    locked: &'v mut HashSet<String>,
    made: Vec<Made>,
    fields: Vec<Finding>,
    path: Vec<String>,
}

/// Of std: what is in them is what counts, or there is nothing in them.
const NO_CLIENT: [&str; 16] = [
    "String", "Vec", "HashMap", "BTreeMap", "HashSet", "PathBuf", "Path", "Default", "Box", "Arc",
    "Rc", "Mutex", "RwLock", "Cell", "RefCell", "OnceLock",
];

/// `Client::new` of `Client::new(..)`, of `Arc::new(Client::new(..))`, of `Client::new(..)?`.
fn constructor(expr: &Expr, names: &Names<'_>) -> Option<String> {
    match bare(expr) {
        Expr::Call(call) => {
            let Expr::Path(path) = &*call.func else { return None };
            let full = names.full(&path.path);
            let [.., owner, function] = full.as_slice() else { return None };
            if NO_CLIENT.contains(&owner.as_str()) {
                return call.args.first().and_then(|inner| constructor(inner, names));
            }
            owner.starts_with(char::is_uppercase).then(|| format!("{owner}::{function}"))
        }
        Expr::Try(inner) => constructor(&inner.expr, names),
        Expr::Await(inner) => constructor(&inner.base, names),
        _ => None,
    }
}

impl<'ast> Look<'_, '_> {
    fn function(
        &mut self,
        name: &syn::Ident,
        block: &'ast syn::Block,
        visit: impl FnOnce(&mut Self),
    ) {
        // What is bound first, and locked by its name.
        let mut locks = Locks { names: self.names, bound: HashSet::new() };
        // By no other name is it brought into a file.
        if self.file.text.contains("Locked") {
            locks.visit_block(block);
        }
        self.path.push(name.to_string());
        let from = self.made.len();
        visit(self);
        self.path.pop();
        if locks.bound.is_empty() {
            return;
        }
        let mut lets =
            Lets { names: self.names, file: self.file, bound: &locks.bound, found: Vec::new() };
        lets.visit_block(block);
        for (constructor, place) in lets.found {
            self.locked.insert(constructor);
            for one in self.made.iter_mut().skip(from).filter(|one| one.place == place) {
                one.in_lock = true;
            }
        }
    }

    fn locks(&self, call: &'ast syn::ExprCall) -> Option<&'ast Expr> {
        let Expr::Path(path) = &*call.func else { return None };
        self.names.is_member(&path.path, "Locked", "new").then(|| call.args.first())?
    }
}

/// Names that are given to `Locked::new`.
struct Locks<'v, 'a> {
    names: &'v Names<'a>,
    bound: HashSet<String>,
}

impl<'ast> Visit<'ast> for Locks<'_, '_> {
    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        if let Expr::Path(path) = &*call.func
            && self.names.is_member(&path.path, "Locked", "new")
            && let Some(Expr::Path(argument)) = call.args.first().map(bare)
        {
            self.bound.extend(argument.path.get_ident().map(ToString::to_string));
        }
        syn::visit::visit_expr_call(self, call);
    }
}

/// What those names were bound to.
struct Lets<'v, 'a> {
    names: &'v Names<'a>,
    file: &'v SourceFile,
    bound: &'v HashSet<String>,
    found: Vec<(String, crate::finding::Place)>,
}

impl<'ast> Visit<'ast> for Lets<'_, '_> {
    fn visit_local(&mut self, local: &'ast syn::Local) {
        let locked = name(&local.pat).is_some_and(|name| self.bound.contains(&name));
        if let Some(init) = local.init.as_ref().filter(|_| locked)
            && let Some(constructor) = constructor(&init.expr, self.names)
        {
            self.found.push((constructor, self.file.place(first(&init.expr).span())));
        }
        syn::visit::visit_local(self, local);
    }
}

/// The call itself, through `?` and `.await`.
fn first(expr: &Expr) -> &Expr {
    match bare(expr) {
        Expr::Try(inner) => first(&inner.expr),
        Expr::Await(inner) => first(&inner.base),
        Expr::Call(call) => match call.args.first().map(bare) {
            Some(inner @ Expr::Call(_)) if wraps(call) => first(inner),
            _ => expr,
        },
        other => other,
    }
}

fn wraps(call: &syn::ExprCall) -> bool {
    match &*call.func {
        Expr::Path(path) => {
            let owner = path.path.segments.iter().rev().nth(1);
            owner.is_some_and(|owner| NO_CLIENT.iter().any(|name| owner.ident == name))
        }
        _ => false,
    }
}

impl<'ast> Visit<'ast> for Look<'_, '_> {
    fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
        for field in &item.fields {
            let mut has = Has { names: self.names, wanted: &["Locked"], found: false };
            has.visit_type(&field.ty);
            if has.found && matches!(field.vis, Visibility::Public(_)) {
                let at = field.ident.as_ref().map_or_else(|| field.ty.span(), syn::Ident::span);
                let label = "whoever has this can put another in its place, or take it out";
                let inside = item.ident.to_string();
                self.fields.push(Finding::new(&FC0225, self.file.place(at), inside, label));
            }
        }
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.function(&item.sig.ident, &item.block, |this| syn::visit::visit_item_fn(this, item));
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.function(&item.sig.ident, &item.block, |this| {
            syn::visit::visit_impl_item_fn(this, item);
        });
    }

    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        if let Some(inner) = self.locks(call) {
            let made = constructor(inner, self.names);
            // What is made inside of the lock is in it.
            let from = self.made.len();
            syn::visit::visit_expr_call(self, call);
            for one in self.made.iter_mut().skip(from) {
                one.in_lock = true;
            }
            self.locked.extend(made);
            return;
        }
        if let Expr::Path(path) = &*call.func
            && let [.., owner, function] = self.names.full(&path.path).as_slice()
            && !NO_CLIENT.contains(&owner.as_str())
            && owner.starts_with(char::is_uppercase)
        {
            self.made.push(Made {
                constructor: format!("{owner}::{function}"),
                place: self.file.place(call.span()),
                inside: self.path.join("::"),
                in_lock: false,
            });
        }
        syn::visit::visit_expr_call(self, call);
    }
}
