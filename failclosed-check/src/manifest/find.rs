//! Walks the source, and finds every executor.

use std::collections::{BTreeMap, HashSet};

use failclosed_syntax::{diag::Errors, guarded::options::Options, params::attrs::conditions};
use syn::{
    Attribute, Block, Expr, FnArg, ImplItemFn, ItemFn, ItemImpl, ItemStruct, ItemTrait, Macro, Pat,
    Signature, TraitItemFn, Type, spanned::Spanned, visit::Visit,
};

use super::{
    Executor, How, Lock, Manifest, Unread, VERSION,
    asked::{Asked, asked, carried, condition},
    known::Known,
    opens,
    scope::{Found, Full, Scope, joined},
    shape::tidy,
    types::{Place, arguments},
    written::{Written, in_macro, written},
};
use crate::source::{SourceFile, Unit};

/// Every executor of the packages.
pub(super) fn all(units: &[Unit]) -> Manifest {
    let scope = Scope::of(units);
    let mut unread = Vec::new();
    let known = Known::of(&scope, units, &mut unread);
    let ours = units.iter().flat_map(|unit| unit.roots.iter().cloned());
    let ours: HashSet<String> =
        ours.chain(["failclosed".to_owned(), "failclosed_runtime".to_owned()]).collect();
    let mut all = All { unread, ..All::default() };
    for unit in units {
        for file in &unit.files {
            let mut walk = Walk {
                known: &known,
                ours: &ours,
                uses_us: !unit.roots.is_empty(),
                file,
                at: Place::of(&file.module),
                names: Vec::new(),
                conditions: Vec::new(),
                block: Around::Nothing,
                all: &mut all,
            };
            walk.visit_file(&file.tree);
        }
    }
    all.finish()
}

#[derive(Default)]
struct All {
    executors: Vec<Executor>,
    /// A guarded trait's method, who implements it, and what is opened there.
    implemented: BTreeMap<String, Vec<(String, Vec<String>)>>,
    locked: Vec<Lock>,
    unread: Vec<Unread>,
}

impl All {
    fn finish(mut self) -> Manifest {
        for executor in self.executors.iter_mut().filter(|one| one.guarded_by == How::Trait) {
            for (who, opens) in self.implemented.remove(&executor.function).unwrap_or_default() {
                executor.implemented_by.push(who);
                executor.opens.extend(opens);
            }
            executor.implemented_by.sort();
            executor.opens.sort();
            executor.opens.dedup();
        }
        let key = |one: &Executor| {
            (one.action.clone(), one.action_type.clone(), one.function.clone(), one.line)
        };
        self.executors.sort_by_key(key);
        self.locked.sort();
        self.unread.sort();
        self.unread.dedup();
        Manifest {
            version: VERSION,
            executors: self.executors,
            locked: self.locked,
            unread: self.unread,
        }
    }
}

/// The block around a function.
#[derive(Clone)]
enum Around {
    Nothing,
    /// `#[guarded]`, an `impl` whose functions carry marks, and its own guard.
    Impl(Option<String>),
    Trait,
    Decorator,
    /// `#[guarded]`, an `impl` of the guarded trait of that path.
    Raw(String),
}

struct Walk<'w, 's, 'u> {
    known: &'w Known<'s, 'u>,
    /// The names under which this library is known anywhere.
    ours: &'w HashSet<String>,
    uses_us: bool,
    file: &'w SourceFile,
    at: Place,
    /// What is around, after the module.
    names: Vec<String>,
    conditions: Vec<String>,
    block: Around,
    all: &'w mut All,
}

impl Walk<'_, '_, '_> {
    fn refuse(&mut self, span: proc_macro2::Span, why: impl Into<String>) {
        let (file, line) = (self.file.path.clone(), span.start().line);
        self.all.unread.push(Unread { file, line, why: why.into() });
    }

    fn path(&self, name: &str) -> String {
        let around = joined(&self.at.module, self.names.iter().cloned());
        joined(&around, [name.to_owned()]).join("::")
    }

    /// One function, and what is in it.
    fn function(&mut self, attributes: &[Attribute], sig: &Signature, body: Option<&Block>) {
        let (letters, before) = (self.at.letters.len(), self.conditions.len());
        self.at.letters.extend(sig.generics.type_params().map(|param| param.ident.to_string()));
        self.conditions.extend(conditions(attributes).iter().map(condition));
        let scope = self.known.types.scope;
        match written(attributes, |path, word| scope.is_word(path, word, &self.at.module)) {
            Ok(Some(found)) => self.marked(&found, sig, body),
            Ok(None) => self.unmarked(sig, body),
            Err(error) => self.refuse(error.span(), error.to_string()),
        }
        if let Some(body) = body {
            let block = std::mem::replace(&mut self.block, Around::Nothing);
            self.names.push(sig.ident.to_string());
            self.visit_block(body);
            self.names.pop();
            self.block = block;
        }
        self.at.letters.truncate(letters);
        self.conditions.truncate(before);
    }

    fn marked(&mut self, found: &Written, sig: &Signature, body: Option<&Block>) {
        let asked = match asked(self.known, found.tokens.clone(), sig, &self.at) {
            Ok(asked) => asked,
            Err(error) => {
                // What is missing has no place of its own.
                let own = !error.span().byte_range().is_empty();
                let span = if own { error.span() } else { sig.ident.span() };
                return self.refuse(span, error.to_string());
            }
        };
        let how = match &self.block {
            Around::Nothing | Around::Raw(_) => How::Function,
            Around::Impl(_) => How::Impl,
            Around::Trait => How::Trait,
            Around::Decorator => How::Decorator,
        };
        let opened = opens::by(asked.permit.as_deref(), body);
        let mut executor =
            self.executor(how, sig.ident.span(), self.path(&sig.ident.to_string()), asked);
        if let (None, Around::Impl(guard)) = (&executor.guard, &self.block) {
            executor.guard.clone_from(guard);
        }
        executor.guarded_if.clone_from(&found.condition);
        executor.opens = opened;
        self.all.executors.push(executor);
    }

    /// A function that says nothing: it may take a permit, or stand behind a guarded trait.
    fn unmarked(&mut self, sig: &Signature, body: Option<&Block>) {
        let permit = sig.inputs.iter().find_map(|input| match input {
            FnArg::Typed(typed) => Some((typed, self.permit_for(&typed.ty)?)),
            FnArg::Receiver(_) => None,
        });
        let name = permit.as_ref().and_then(|(typed, _)| match &*typed.pat {
            Pat::Ident(name) => Some(name.ident.to_string()),
            _ => None,
        });
        let opened = opens::by(name.as_deref(), body);
        if let Around::Raw(of) = &self.block {
            let method = format!("{of}::{}", sig.ident);
            let who = self.path(&sig.ident.to_string());
            self.all.implemented.entry(method).or_default().push((who, opened));
            return;
        }
        let Some((_, action)) = permit else { return };
        let mut asked = Asked::nothing();
        if let Some(Type::Path(action)) = &action
            && !self.at.letters.iter().any(|letter| action.path.is_ident(letter))
        {
            carried(self.known, &action.path, &self.at, &mut asked);
        }
        // It asks nobody: what is shown, whoever made the permit has shown.
        let (action, action_type) = (asked.action, asked.action_type);
        let asked = Asked { action, action_type, ..Asked::nothing() };
        let function = self.path(&sig.ident.to_string());
        let mut executor = self.executor(How::Permit, sig.ident.span(), function, asked);
        executor.opens = opened;
        self.all.executors.push(executor);
    }

    fn executor(
        &self,
        guarded_by: How,
        span: proc_macro2::Span,
        function: String,
        asked: Asked,
    ) -> Executor {
        Executor {
            action: asked.action,
            action_type: asked.action_type,
            function,
            file: self.file.path.clone(),
            line: Some(span.start().line),
            guarded_by,
            conditions: self.conditions.clone(),
            guarded_if: None,
            guard: asked.guard,
            instance: asked.instance,
            resource: asked.resource,
            arguments: asked.arguments,
            skipped: asked.skipped,
            opens: Vec::new(),
            implemented_by: Vec::new(),
        }
    }

    /// The action of `&Permit<'_, A>`; an inner `None` where no action is named.
    fn permit_for(&self, ty: &Type) -> Option<Option<Type>> {
        match ty {
            Type::Reference(inner) => self.permit_for(&inner.elem),
            Type::Path(path) if self.is_ours(&path.path, "Permit") => {
                Some(arguments(&path.path).first().map(|action| (*action).clone()))
            }
            _ => None,
        }
    }

    /// Whether a path means this library's type of that name.
    fn is_ours(&self, path: &syn::Path, name: &str) -> bool {
        let is = |full: &Full| {
            full.last().is_some_and(|last| last == name)
                && full.first().is_some_and(|first| self.ours.contains(first))
        };
        match self.known.types.scope.find(path, &self.at.module) {
            Found::Ours(full, _) => is(full),
            Found::Foreign(full) => is(&full),
            // A glob of ours, most likely: a leaf too many is better than one that nobody sees.
            Found::Unknown(_) => {
                self.uses_us && path.segments.last().is_some_and(|last| last.ident == name)
            }
        }
    }

    /// The options of `#[guarded(..)]` above a block.
    fn guarded(&mut self, attributes: &[Attribute]) -> Option<Options> {
        let scope = self.known.types.scope;
        let is = |attr: &&Attribute| scope.is_word(attr.path(), "guarded", &self.at.module);
        let attribute = attributes.iter().find(is)?;
        let tokens = match &attribute.meta {
            syn::Meta::List(list) => list.tokens.clone(),
            _ => proc_macro2::TokenStream::new(),
        };
        let mut errors = Errors::new();
        let options = Options::parse(tokens, &mut errors);
        if let Err(error) = errors.first() {
            self.refuse(error.span(), error.to_string());
        }
        Some(options)
    }

    fn inside(
        &mut self,
        name: String,
        block: Around,
        attributes: &[Attribute],
        walk: impl FnOnce(&mut Self),
    ) {
        let (letters, before) = (self.at.letters.len(), self.conditions.len());
        self.conditions.extend(conditions(attributes).iter().map(condition));
        let around = std::mem::replace(&mut self.block, block);
        self.names.push(name);
        walk(self);
        self.names.pop();
        self.block = around;
        self.at.letters.truncate(letters);
        self.conditions.truncate(before);
    }
}

impl<'ast> Visit<'ast> for Walk<'_, '_, '_> {
    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        let before = self.conditions.len();
        self.conditions.extend(conditions(&module.attrs).iter().map(condition));
        self.at.module.push(module.ident.to_string());
        syn::visit::visit_item_mod(self, module);
        self.at.module.pop();
        self.conditions.truncate(before);
    }

    fn visit_item_fn(&mut self, item: &'ast ItemFn) {
        self.function(&item.attrs, &item.sig, Some(&item.block));
    }

    fn visit_impl_item_fn(&mut self, item: &'ast ImplItemFn) {
        self.function(&item.attrs, &item.sig, Some(&item.block));
    }

    fn visit_trait_item_fn(&mut self, item: &'ast TraitItemFn) {
        self.function(&item.attrs, &item.sig, item.default.as_ref());
    }

    fn visit_item_impl(&mut self, item: &'ast ItemImpl) {
        let own = tidy(&item.self_ty);
        let of = item.trait_.as_ref().map(|(path, _)| path);
        let name = of.map_or_else(|| own.clone(), |path| format!("<{own} as {}>", tidy(path)));
        let scope = self.known.types.scope;
        let marked = item.items.iter().any(|item| match item {
            syn::ImplItem::Fn(function) => function.attrs.iter().any(|attr| {
                scope.is_word(attr.path(), "requires_permission", &self.at.module)
                    || (scope.is_word(attr.path(), "unguarded", &self.at.module)
                        && !matches!(attr.meta, syn::Meta::Path(_)))
            }),
            _ => false,
        });
        let block = match (self.guarded(&item.attrs), of) {
            (None, _) => Around::Nothing,
            (Some(_), Some(path)) if !marked => {
                Around::Raw(match scope.find(path, &self.at.module) {
                    Found::Ours(full, _) => full.join("::"),
                    Found::Foreign(full) => full.join("::"),
                    Found::Unknown(_) => tidy(path),
                })
            }
            (Some(options), _) => Around::Impl(options.guard.as_ref().map(tidy)),
        };
        let before = self.at.own.replace((*item.self_ty).clone());
        let letters: Vec<_> =
            item.generics.type_params().map(|one| one.ident.to_string()).collect();
        self.inside(name, block, &item.attrs, |walk| {
            walk.at.letters.extend(letters);
            syn::visit::visit_item_impl(walk, item);
        });
        self.at.own = before;
    }

    fn visit_item_trait(&mut self, item: &'ast ItemTrait) {
        let block = match self.guarded(&item.attrs) {
            None => Around::Nothing,
            Some(options) if options.remote.is_some() => Around::Decorator,
            Some(_) => Around::Trait,
        };
        let before = self.at.own.take();
        let letters: Vec<_> =
            item.generics.type_params().map(|one| one.ident.to_string()).collect();
        self.inside(item.ident.to_string(), block, &item.attrs, |walk| {
            walk.at.letters.extend(letters);
            syn::visit::visit_item_trait(walk, item);
        });
        self.at.own = before;
    }

    fn visit_item_struct(&mut self, item: &'ast ItemStruct) {
        for (nth, field) in item.fields.iter().enumerate() {
            if let Type::Path(path) = &field.ty
                && self.is_ours(&path.path, "Locked")
            {
                let name =
                    field.ident.as_ref().map_or_else(|| nth.to_string(), ToString::to_string);
                let around = self.path(&item.ident.to_string());
                self.all.locked.push(Lock {
                    field: format!("{around}::{name}"),
                    ty: tidy(&field.ty),
                    file: self.file.path.clone(),
                    line: Some(field.span().start().line),
                });
            }
        }
        syn::visit::visit_item_struct(self, item);
    }

    /// `guard.run(Purchase { amount }, async |permit| ..)`
    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        let arguments: Vec<&Expr> = call.args.iter().collect();
        if let (true, [action, body]) = (call.method == "run" && self.uses_us, arguments.as_slice())
        {
            let path = match action {
                Expr::Path(path) => Some(&path.path),
                Expr::Struct(action) => Some(&action.path),
                Expr::Reference(_) => None,
                _ => None,
            };
            let closure = match body {
                Expr::Closure(closure) if closure.asyncness.is_some() => Some(closure),
                _ => None,
            };
            let mut asked = Asked::nothing();
            path.into_iter().for_each(|path| carried(self.known, path, &self.at, &mut asked));
            if asked.action.is_some() || closure.is_some() {
                let permit = closure.and_then(|closure| match closure.inputs.first() {
                    Some(Pat::Ident(name)) => Some(name.ident.to_string()),
                    _ => None,
                });
                if path.is_none() {
                    // A value that was made before: which action it is, its type says.
                    asked.action_type = Some(format!("the type of `{}`", tidy(*action)));
                }
                let around = joined(&self.at.module, self.names.iter().cloned()).join("::");
                let mut executor = self.executor(How::Run, call.method.span(), around, asked);
                executor.opens = closure.map_or_else(Vec::new, |closure| {
                    opens::in_expression(permit.as_deref(), &closure.body)
                });
                self.all.executors.push(executor);
            }
        }
        syn::visit::visit_expr_method_call(self, call);
    }

    /// Code in a macro is read where it is plain items; else nobody knows what becomes of its guards.
    fn visit_macro(&mut self, call: &'ast Macro) {
        if !in_macro(call.tokens.clone()) {
            return;
        }
        match syn::parse2::<syn::File>(call.tokens.clone()) {
            Ok(file) => self.visit_file(&file),
            // FAIL CLOSED: a list without them would look whole.
            Err(_) => self.refuse(
                call.path.span(),
                "functions with `#[requires_permission]` are made in a macro here\n\
                 help: write them outside of it",
            ),
        }
    }
}
