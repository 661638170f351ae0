//! Which code does something to the world, as far as the source alone tells: by the lists of effects, the project's own among them.

use std::collections::{HashMap, HashSet};

use syn::{Expr, visit::Visit};

use super::region::Body;
use crate::{names::Names, sinks::Sink, source::SourceFile};

/// What is known of a package.
pub(super) struct Effects {
    /// Full paths of functions.
    free: HashSet<String>,
    /// The module of a type, and its methods.
    methods: HashMap<String, HashSet<String>>,
    /// Functions of the package with an effect in them, or below.
    functions: HashSet<String>,
}

impl Effects {
    pub(super) fn of(files: &[(&SourceFile, Names<'_>)], sinks: &[Sink]) -> Self {
        let mut effects =
            Self { free: HashSet::new(), methods: HashMap::new(), functions: HashSet::new() };
        for sink in sinks {
            let plain = sink.path.replace('<', "");
            let mut parts: Vec<&str> =
                plain.split(" as ").next().unwrap_or_default().split("::").collect();
            let Some(name) = sink.path.rsplit("::").next() else { continue };
            if plain.contains(" as ") {
                parts.push(name);
            }
            parts.pop();
            // A type's name begins with a capital.
            if parts.last().is_some_and(|owner| owner.starts_with(char::is_uppercase)) {
                parts.pop();
                effects.methods.entry(parts.join("::")).or_default().insert(name.to_owned());
            } else {
                effects.free.insert(sink.path.clone());
            }
        }
        // What a body calls is looked at once; whether that has an effect, until nothing is added.
        let (mut open, mut known) = (Vec::new(), HashSet::new());
        for (file, names) in files {
            let mut here = Bodies { found: Vec::new() };
            here.visit_file(&file.tree);
            for (name, block) in here.found {
                let look = effects.look(Body::Block(block), names);
                if look.found || effects.in_modules(&look) {
                    known.insert(name);
                } else {
                    open.push((name, look.calls));
                }
            }
        }
        loop {
            let before = known.len();
            open.retain(|(name, calls): &(String, HashSet<String>)| {
                let is_open = calls.is_disjoint(&known);
                if !is_open {
                    known.insert(name.clone());
                }
                is_open
            });
            if known.len() == before {
                break;
            }
        }
        effects.functions = known;
        effects
    }

    /// Whether a path is a function with an effect.
    pub(super) fn is_free(&self, path: &syn::Path, names: &Names<'_>) -> bool {
        self.free.contains(&names.full(path).join("::"))
    }

    /// The module with effects that a path is in (`std::process` of `Command::new`).
    pub(super) fn module(&self, path: &syn::Path, names: &Names<'_>) -> Option<String> {
        let mut full = names.full(path);
        full.truncate(full.len().saturating_sub(2));
        let module = full.join("::");
        self.methods.contains_key(&module).then_some(module)
    }

    /// Whether code has an effect, or calls a function of the package that has.
    pub(super) fn has(&self, body: Body<'_>, names: &Names<'_>) -> bool {
        self.found(body, names, true)
    }

    /// Whether code has an effect itself.
    pub(super) fn directly(&self, body: Body<'_>, names: &Names<'_>) -> bool {
        self.found(body, names, false)
    }

    fn found(&self, body: Body<'_>, names: &Names<'_>, below: bool) -> bool {
        let look = self.look(body, names);
        look.found || self.in_modules(&look) || below && !self.functions.is_disjoint(&look.calls)
    }

    fn look<'e, 'a>(&'e self, body: Body<'_>, names: &'e Names<'a>) -> Look<'e, 'a> {
        let mut look = Look {
            effects: self,
            names,
            found: false,
            modules: HashSet::new(),
            methods: HashSet::new(),
            calls: HashSet::new(),
        };
        body.visit(&mut look);
        look
    }

    /// Whether a method is called that a type in the module of another call has.
    fn in_modules(&self, look: &Look<'_, '_>) -> bool {
        let called = |name: &String| look.methods.contains(name) || look.calls.contains(name);
        look.modules
            .iter()
            .any(|module| self.methods.get(module).is_some_and(|all| all.iter().any(called)))
    }
}

struct Bodies<'r> {
    found: Vec<(String, &'r syn::Block)>,
}

impl<'r> Visit<'r> for Bodies<'r> {
    fn visit_item_fn(&mut self, item: &'r syn::ItemFn) {
        self.found.push((item.sig.ident.to_string(), &item.block));
        syn::visit::visit_item_fn(self, item);
    }
}

struct Look<'e, 'a> {
    effects: &'e Effects,
    names: &'e Names<'a>,
    /// A function with an effect is called.
    found: bool,
    modules: HashSet<String>,
    methods: HashSet<String>,
    /// The last names of functions that are called.
    calls: HashSet<String>,
}

impl<'ast> Visit<'ast> for Look<'_, '_> {
    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        if let Expr::Path(path) = &*call.func {
            self.found |= self.effects.is_free(&path.path, self.names);
            self.modules.extend(self.effects.module(&path.path, self.names));
            let last = path.path.segments.last().map(|s| s.ident.to_string()).unwrap_or_default();
            self.calls.insert(last);
        }
        syn::visit::visit_expr_call(self, call);
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        self.methods.insert(call.method.to_string());
        syn::visit::visit_expr_method_call(self, call);
    }

    // A function inside runs where it is called.
    fn visit_item(&mut self, _: &'ast syn::Item) {}
}
