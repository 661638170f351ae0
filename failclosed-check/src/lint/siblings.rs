//! Handlers of a router, tools of a block, arms of a dispatcher: where some ask, one that does not was
//! forgotten more often than not.

use std::collections::{HashMap, HashSet};

use syn::{Attribute, Expr, ImplItem, Signature, spanned::Spanned as _, visit::Visit};

use super::{
    bodies::{takes_permit, words},
    effects::Effects,
    region::{Body, type_name},
};
use crate::{finding::Finding, names::Names, rules::FC0228, source::SourceFile};

/// What is known of a package's functions, by their names.
#[derive(Default)]
pub(super) struct Functions<'r> {
    guarded: HashSet<String>,
    /// Those that say nothing of a permission.
    silent: HashMap<String, Vec<(&'r syn::Block, usize)>>,
}

impl<'r> Functions<'r> {
    pub(super) fn of(files: &'r [(&'r SourceFile, Names<'_>)]) -> Self {
        let mut functions = Self::default();
        for (nth, (file, names)) in files.iter().enumerate() {
            Fill { names, nth, functions: &mut functions }.visit_file(&file.tree);
        }
        functions
    }

    /// Whether code calls a function that asks, or that nobody here knows: it may ask.
    fn asks(&self, tokens: &impl quote::ToTokens) -> bool {
        words(tokens.to_token_stream()).iter().any(|word| self.guarded.contains(word))
    }
}

struct Fill<'v, 'r, 'a> {
    names: &'v Names<'a>,
    nth: usize,
    functions: &'v mut Functions<'r>,
}

impl<'r> Fill<'_, 'r, '_> {
    fn function(&mut self, attributes: &[Attribute], sig: &Signature, block: &'r syn::Block) {
        let name = sig.ident.to_string();
        if attributes.iter().any(|a| self.names.is_ours(a.path(), "requires_permission")) {
            self.functions.guarded.insert(name);
        } else if !marked(attributes) && !proves(sig, self.names) {
            self.functions.silent.entry(name).or_default().push((block, self.nth));
        }
    }
}

impl<'r> Visit<'r> for Fill<'_, 'r, '_> {
    fn visit_item_fn(&mut self, item: &'r syn::ItemFn) {
        self.function(&item.attrs, &item.sig, &item.block);
        syn::visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'r syn::ImplItemFn) {
        self.function(&item.attrs, &item.sig, &item.block);
        syn::visit::visit_impl_item_fn(self, item);
    }
}

fn proves(sig: &Signature, names: &Names<'_>) -> bool {
    sig.inputs.iter().any(|input| match input {
        syn::FnArg::Typed(typed) => takes_permit(&typed.ty, names),
        syn::FnArg::Receiver(_) => false,
    })
}

/// Whether it says what it is.
fn marked(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let last = attribute.path().segments.last();
        last.is_some_and(|last| last.ident == "unguarded" || last.ident == "guarded")
    })
}

pub(super) fn check(
    files: &[(&SourceFile, Names<'_>)],
    functions: &Functions<'_>,
    effects: &Effects,
    findings: &mut Vec<Finding>,
) {
    for (file, names) in files {
        let mut look = Look { file, names, files, functions, effects, findings, path: Vec::new() };
        look.visit_file(&file.tree);
    }
}

struct Look<'v, 'a> {
    file: &'v SourceFile,
    names: &'v Names<'a>,
    files: &'v [(&'v SourceFile, Names<'a>)],
    functions: &'v Functions<'v>,
    effects: &'v Effects,
    findings: &'v mut Vec<Finding>,
    path: Vec<String>,
}

/// A handler that a router is given.
struct Handler<'r> {
    /// Empty: it is written in place.
    name: String,
    closure: Option<&'r syn::ExprClosure>,
    at: proc_macro2::Span,
    /// Whether its route may change something, by its method.
    writes: bool,
}

impl Look<'_, '_> {
    fn add(&mut self, at: proc_macro2::Span, what: &str) {
        let label = format!("nobody is asked here, and others beside it are: {what}");
        let (place, inside) = (self.file.place(at), self.path.join("::"));
        self.findings.push(Finding::new(&FC0228, place, inside, label));
    }

    /// Whether a function of the package is silent, and asks nowhere below that can be seen.
    fn silent(&self, name: &str) -> bool {
        !self.functions.guarded.contains(name)
            && self
                .functions
                .silent
                .get(name)
                .is_some_and(|all| all.iter().all(|(block, _)| !self.functions.asks(block)))
    }

    fn has_effect(&self, name: &str) -> bool {
        self.functions.silent.get(name).into_iter().flatten().any(|(block, nth)| {
            let names = self.files.get(*nth).map(|(_, names)| names);
            names.is_some_and(|names| self.effects.has(Body::Block(block), names))
        })
    }

    fn router(&mut self, block: &syn::Block) {
        let mut routes = Routes { handlers: Vec::new(), layered: false, names: self.names };
        routes.visit_block(block);
        let guarded = |handler: &Handler<'_>| match handler.closure {
            Some(closure) => self.functions.asks(closure),
            None => self.functions.guarded.contains(&handler.name),
        };
        // A layer that asks stands before all of them; which it does not cover is FC0221.
        if routes.layered || !routes.handlers.iter().any(guarded) {
            return;
        }
        for handler in routes.handlers {
            let (does, silent) = match handler.closure {
                Some(closure) => (
                    self.effects.has(Body::Expr(&closure.body), self.names),
                    !self.functions.asks(closure),
                ),
                None => (self.has_effect(&handler.name), self.silent(&handler.name)),
            };
            if silent && (handler.writes || does) {
                self.add(handler.at, "handlers of this router");
            }
        }
    }

    fn tools(&mut self, item: &syn::ItemImpl) {
        if item.attrs.iter().any(|a| self.names.is_ours(a.path(), "guarded")) {
            return;
        }
        let is = |attributes: &[Attribute], name: &str| {
            attributes
                .iter()
                .any(|a| a.path().segments.last().is_some_and(|last| last.ident == name))
        };
        let tools = item.items.iter().filter_map(|item| match item {
            ImplItem::Fn(function) if is(&function.attrs, "tool") => Some(function),
            _ => None,
        });
        let ours = |function: &syn::ImplItemFn| {
            function.attrs.iter().any(|a| self.names.is_ours(a.path(), "requires_permission"))
        };
        let (asks, silent): (Vec<_>, Vec<_>) = tools.partition(|function| ours(function));
        for function in silent.into_iter().filter(|_| !asks.is_empty()) {
            let quiet = !marked(&function.attrs)
                && !proves(&function.sig, self.names)
                && !self.functions.asks(&function.block);
            if quiet {
                self.add(function.sig.ident.span(), "tools of this block");
            }
        }
    }

    fn arms(&mut self, dispatch: &syn::ExprMatch) {
        if !dispatch.arms.iter().any(|arm| self.functions.asks(&arm.body)) {
            return;
        }
        for arm in &dispatch.arms {
            let does = self.effects.has(Body::Expr(&arm.body), self.names);
            if does && !marked(&arm.attrs) && !self.functions.asks(&arm.body) {
                self.add(arm.pat.span(), "arms of this match");
            }
        }
    }

    fn within(&mut self, name: String, visit: impl FnOnce(&mut Self)) {
        self.path.push(name);
        visit(self);
        self.path.pop();
    }
}

impl<'ast> Visit<'ast> for Look<'_, '_> {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.within(item.sig.ident.to_string(), |this| {
            this.router(&item.block);
            syn::visit::visit_item_fn(this, item);
        });
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.within(item.sig.ident.to_string(), |this| {
            this.router(&item.block);
            syn::visit::visit_impl_item_fn(this, item);
        });
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        self.within(type_name(&item.self_ty), |this| {
            this.tools(item);
            syn::visit::visit_item_impl(this, item);
        });
    }

    fn visit_expr_match(&mut self, dispatch: &'ast syn::ExprMatch) {
        self.arms(dispatch);
        syn::visit::visit_expr_match(self, dispatch);
    }
}

/// The handlers that a function gives to routers.
struct Routes<'v, 'a, 'r> {
    names: &'v Names<'a>,
    handlers: Vec<Handler<'r>>,
    /// Whether a layer of this library asks for all.
    layered: bool,
}

impl<'r> Routes<'_, '_, 'r> {
    /// `post(pay)`, `get(list).post(pay)`, `web::post().to(pay)`.
    fn methods(&mut self, expr: &'r Expr) {
        const METHODS: [&str; 8] = ["get", "post", "put", "patch", "delete", "any", "on", "to"];
        let (name, arguments) = match expr {
            Expr::Call(call) => {
                let Expr::Path(path) = &*call.func else { return };
                let last = path.path.segments.last();
                (last.map(|s| s.ident.to_string()).unwrap_or_default(), &call.args)
            }
            Expr::MethodCall(call) => {
                self.methods(&call.receiver);
                (call.method.to_string(), &call.args)
            }
            _ => return,
        };
        if !METHODS.contains(&name.as_str()) {
            return;
        }
        let writes = name != "get";
        match arguments.last() {
            Some(Expr::Path(path)) => {
                let last = path.path.segments.last().map(|last| last.ident.to_string());
                self.handlers.extend(last.map(|name| Handler {
                    name,
                    closure: None,
                    at: path.span(),
                    writes,
                }));
            }
            Some(Expr::Closure(closure)) => self.handlers.push(Handler {
                name: String::new(),
                closure: Some(closure),
                at: closure.span(),
                writes,
            }),
            // A handler that a call makes is known by nothing here.
            Some(_) | None => {}
        }
    }
}

impl<'ast> Visit<'ast> for Routes<'_, '_, 'ast> {
    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        if call.method == "route" {
            call.args.iter().for_each(|argument| self.methods(argument));
        }
        syn::visit::visit_expr_method_call(self, call);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.layered |= self.names.is_ours(path, "PermissionLayer")
            || self.names.is_member(path, "PermissionLayer", "new");
        syn::visit::visit_path(self, path);
    }

    // A function inside has routers of its own.
    fn visit_item(&mut self, _: &'ast syn::Item) {}
}
