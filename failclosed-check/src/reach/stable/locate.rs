//! Where something stands, by its name: the source is read as tokens, so that what is in a macro's brackets
//! is found as well.

use std::collections::HashMap;

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::{spanned::Spanned as _, visit::Visit};

use super::{is_nowhere, renames::in_text};
use crate::{
    finding::Place,
    reach::{graph::Part, mir::Body, mir::makes, path},
    source::{SourceFile, Unit},
};

/// A function of the source.
struct Function {
    /// Where it begins and ends.
    whole: Place,
    /// Where a finding about all of it points: its name.
    name: Place,
    /// What is named in it, in the order in which it stands there.
    names: Vec<(String, Place)>,
}

#[derive(Default)]
struct Source {
    /// By full path.
    free: HashMap<String, Function>,
    /// Those of `impl`s, by file, line and column of the `impl`, and by their names.
    methods: HashMap<(String, String), Function>,
    /// Everything that is named, by file.
    files: HashMap<String, Vec<(String, Place)>>,
}

/// Gives places to bodies and to what they mention.
pub(crate) fn locate(parts: &mut [Part], units: &[Unit]) {
    let mut source = Source::default();
    let mut renamed = Renamed::new();
    for file in units.iter().flat_map(|unit| &unit.files) {
        let path = file.module.iter().map(|part| part.trim_end_matches("(bin)").to_owned());
        let mut fill = Fill { file, path: path.collect(), of_impl: None, source: &mut source };
        fill.visit_file(&file.tree);
        let names = named(file, file.tree.to_token_stream());
        source.files.insert(file.path.clone(), names);
        for (old, new) in in_text(&file.text) {
            renamed.entry(old.to_owned()).or_default().push(new.to_owned());
        }
    }
    for body in parts.iter_mut().flat_map(|part| &mut part.bodies) {
        let closure = body.arguments.first().and_then(|first| makes(first).pop());
        let own = closure.filter(|_| body.path.contains("{closure#")).and_then(|at| mir_place(&at));
        let function = source.function(&body.path);
        let (whole, name, names) = match (&own, function) {
            (Some(own), _) => {
                let all = source.files.get(&own.file).map(Vec::as_slice).unwrap_or_default();
                // The compiler says where the bars of a closure are, and not where it ends.
                let until = function.map_or(usize::MAX, |function| function.whole.end_line);
                let from = (own.line, own.column);
                let names =
                    all.iter().filter(|(_, at)| (at.line, at.column) >= from && at.line <= until);
                (own.clone(), own.clone(), names.cloned().collect())
            }
            (None, Some(function)) => {
                (function.whole.clone(), function.name.clone(), function.names.clone())
            }
            // Shown below, where the crate begins.
            (None, None) => continue,
        };
        // A function begins at its name, and not at what is written above it.
        let begins = if own.is_some() { &whole } else { &name };
        body.place = Some(begins.clone());
        place(body, &name, &names, &renamed);
    }
    // What no source was found for is shown where the crate begins, and is shown.
    for part in parts.iter_mut() {
        let root = units.iter().flat_map(|unit| &unit.files).find(
            |file| matches!(&*file.module, [root] if root.trim_end_matches("(bin)") == part.name),
        );
        // FAIL CLOSED: a crate whose source is in no package's directory is shown by its name, and not nowhere:
        // what stands nowhere is one place, and is known as one.
        let file = root.map_or_else(|| part.name.clone(), |root| root.path.clone());
        let begin = Place { file, line: 1, column: 1, end_line: 1, end_column: 1 };
        for body in &mut part.bodies {
            let at = made_at(&body.path).unwrap_or_else(|| begin.clone());
            place(body, &at, &[], &renamed);
        }
    }
}

/// The `impl` that a macro made stands where the macro is called.
fn made_at(path: &str) -> Option<Place> {
    mir_place(path.split_once("<impl at ")?.1.split_once('>')?.0)
}

fn mir_place(text: &str) -> Option<Place> {
    crate::reach::mir::place(text)
}

/// New names of old ones, in the workspace's own source.
type Renamed = HashMap<String, Vec<String>>;

fn place(body: &mut Body, name: &Place, names: &[(String, Place)], renamed: &Renamed) {
    // The nth call of a name is where the name stands for the nth time.
    let mut seen: HashMap<String, usize> = HashMap::new();
    for mention in body.mentions.iter_mut().filter(|mention| is_nowhere(&mention.place)) {
        // What was printed, and not what it may mean.
        let printed = path::plain(&mention.full);
        let last = path::last(&printed);
        let other = renamed.get(last).map(Vec::as_slice).unwrap_or_default();
        let all: Vec<&Place> = names
            .iter()
            .filter(|(name, _)| name == last || other.contains(name))
            .map(|(_, place)| place)
            .collect();
        let nth = seen.entry(last.to_owned()).or_default();
        if mention.called && !mention.again {
            *nth += 1;
        }
        // A call has been counted, and so has what else it may mean.
        let at = nth.saturating_sub(usize::from(mention.called));
        mention.place = all.get(at).or(all.last()).copied().unwrap_or(name).clone();
    }
    for at in body.holds.iter_mut().chain(&mut body.escapes).chain(&mut body.opaque) {
        if is_nowhere(&at.1) {
            let word = match at.0.as_str() {
                "asm!" => "asm",
                other if other.starts_with("transmute") => "transmute",
                _ => "",
            };
            // A task is shown where it is made.
            let made = mir_place(&at.0).filter(|_| word.is_empty());
            let found = names.iter().find(|(name, _)| name == word).map(|(_, place)| place.clone());
            at.1 = found.or(made).unwrap_or_else(|| name.clone());
        }
    }
}

impl Source {
    fn function(&self, path: &str) -> Option<&Function> {
        // A closure's function, an `async` function's body, a promoted constant's.
        let own = path.split("::{").next().unwrap_or(path);
        let own = own.split("::promoted[").next().unwrap_or(own);
        if let Some((_, after)) = own.split_once("<impl at ") {
            let (at, method) = after.split_once(">::")?;
            let start = at.rsplit_once(": ")?.0.to_owned();
            return self.methods.get(&(start, method.to_owned()));
        }
        self.free.get(own)
    }
}

/// Each name, with the path before it, in order.
fn named(file: &SourceFile, tokens: TokenStream) -> Vec<(String, Place)> {
    let mut found = Vec::new();
    let mut start: Option<Span> = None;
    let mut colons = 0;
    walk(tokens, &mut |token| match token {
        TokenTree::Ident(ident) => {
            let begin = start.filter(|_| colons == 2).unwrap_or_else(|| ident.span());
            let (from, to) = (file.place(begin), file.place(ident.span()));
            found.push((
                ident.to_string(),
                Place { end_line: to.end_line, end_column: to.end_column, ..from },
            ));
            start = Some(begin);
            colons = 0;
        }
        TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
        _ => {
            start = None;
            colons = 0;
        }
    });
    found
}

fn walk(tokens: TokenStream, each: &mut dyn FnMut(&TokenTree)) {
    for token in tokens {
        each(&token);
        if let TokenTree::Group(group) = token {
            walk(group.stream(), each);
        }
    }
}

struct Fill<'f> {
    file: &'f SourceFile,
    path: Vec<String>,
    /// Where the `impl` around begins, as the compiler prints it.
    of_impl: Option<String>,
    source: &'f mut Source,
}

impl Fill<'_> {
    fn function(&self, name: &syn::Ident, block: &syn::Block, whole: Span) -> Function {
        Function {
            whole: self.file.place(whole),
            name: self.file.place(name.span()),
            names: named(self.file, block.to_token_stream()),
        }
    }
}

impl<'ast> Visit<'ast> for Fill<'_> {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        self.path.push(item.ident.to_string());
        syn::visit::visit_item_mod(self, item);
        self.path.pop();
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        let function = self.function(&item.sig.ident, &item.block, item.span());
        self.path.push(item.sig.ident.to_string());
        self.source.free.insert(self.path.join("::"), function);
        let of_impl = self.of_impl.take();
        syn::visit::visit_item_fn(self, item);
        self.of_impl = of_impl;
        self.path.pop();
    }

    fn visit_item_static(&mut self, item: &'ast syn::ItemStatic) {
        self.constant(&item.ident, &item.expr, item.span());
        syn::visit::visit_item_static(self, item);
    }

    fn visit_item_const(&mut self, item: &'ast syn::ItemConst) {
        self.constant(&item.ident, &item.expr, item.span());
        syn::visit::visit_item_const(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        if let Some(block) = &item.default {
            let function = self.function(&item.sig.ident, block, item.span());
            self.path.push(item.sig.ident.to_string());
            self.source.free.insert(self.path.join("::"), function);
            self.path.pop();
        }
    }

    fn visit_item_trait(&mut self, item: &'ast syn::ItemTrait) {
        self.path.push(item.ident.to_string());
        syn::visit::visit_item_trait(self, item);
        self.path.pop();
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        let start = item.unsafety.map_or(item.impl_token.span, |token| token.span);
        let at = self.file.place(start);
        let before = self.of_impl.replace(format!("{}:{}:{}", at.file, at.line, at.column));
        syn::visit::visit_item_impl(self, item);
        self.of_impl = before;
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        if let Some(of_impl) = &self.of_impl {
            let function = self.function(&item.sig.ident, &item.block, item.span());
            let key = (of_impl.clone(), item.sig.ident.to_string());
            self.source.methods.insert(key, function);
        }
        syn::visit::visit_impl_item_fn(self, item);
    }

    fn visit_impl_item_const(&mut self, item: &'ast syn::ImplItemConst) {
        if let Some(of_impl) = &self.of_impl {
            let names = named(self.file, item.expr.to_token_stream());
            let whole = self.file.place(item.span());
            let name = self.file.place(item.ident.span());
            let key = (of_impl.clone(), item.ident.to_string());
            self.source.methods.insert(key, Function { whole, name, names });
        }
    }
}

impl Fill<'_> {
    fn constant(&mut self, name: &syn::Ident, value: &syn::Expr, whole: Span) {
        let function = Function {
            whole: self.file.place(whole),
            name: self.file.place(name.span()),
            names: named(self.file, value.to_token_stream()),
        };
        self.path.push(name.to_string());
        self.source.free.insert(self.path.join("::"), function);
        self.path.pop();
    }
}
