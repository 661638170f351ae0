//! The workspace's actions with a type: `#[derive(Action)]`, and `impl Action` by hand.

use std::collections::HashMap;

use failclosed_syntax::{
    action::{Options, ResourceField, named_fields, shown},
    diag::Errors,
};
use syn::{
    DeriveInput, Expr, ExprLit, ImplItem, Item, ItemImpl, ItemStruct, Lit, LitStr, ext::IdentExt,
    visit::Visit,
};

use super::{
    Argument, Resource, Skipped, Unread,
    asked::{argument, is_text},
    scope::{Found, Full, Scope, joined},
    shape::tidy,
    types::{Place, Types},
};
use crate::source::{SourceFile, Unit};

/// An action with a type.
pub(super) struct TypedAction {
    pub(super) name: String,
    pub(super) instance: Option<String>,
    pub(super) resource: Option<Resource>,
    pub(super) arguments: Vec<Argument>,
    pub(super) skipped: Vec<Skipped>,
}

/// What is known of the whole workspace.
pub(super) struct Known<'s, 'u> {
    pub(super) types: Types<'s, 'u>,
    pub(super) actions: HashMap<Full, TypedAction>,
}

impl<'s, 'u> Known<'s, 'u> {
    pub(super) fn of(scope: &'s Scope<'u>, units: &'u [Unit], unread: &mut Vec<Unread>) -> Self {
        let mut known = Self { types: Types { scope }, actions: HashMap::new() };
        for file in units.iter().flat_map(|unit| &unit.files) {
            let mut find = Find { known: &mut known, file, at: file.module.clone(), unread };
            find.visit_file(&file.tree);
        }
        known
    }
}

struct Find<'f, 'k, 's, 'u> {
    known: &'k mut Known<'s, 'u>,
    file: &'f SourceFile,
    at: Full,
    unread: &'k mut Vec<Unread>,
}

impl Find<'_, '_, '_, '_> {
    fn derived(&mut self, item: &ItemStruct) {
        let input = DeriveInput::from(item.clone());
        let mut errors = Errors::new();
        let options = Options::parse(&input, &mut errors);
        let fields = errors.keep(named_fields(&input));
        let of_fields = fields.map(|fields| shown(fields, &mut errors)).unwrap_or_default();
        if let Err(error) = errors.first() {
            self.refuse(error.span(), &error.to_string());
            return;
        }
        let Some(name) = options.name else { return };
        let at = Place {
            letters: Vec::new(),
            own: syn::parse_str(&item.ident.to_string()).ok(),
            module: self.at.clone(),
        };
        let mut action = TypedAction {
            name: name.value(),
            instance: options.instance.as_ref().map(|field| field.unraw().to_string()),
            resource: None,
            arguments: Vec::new(),
            skipped: Vec::new(),
        };
        for field in fields.into_iter().flatten() {
            let Some(ident) = &field.ident else { continue };
            let name = ident.unraw().to_string();
            let shown = of_fields.iter().find(|shown| shown.field.ident.as_ref() == Some(ident));
            match shown {
                Some(shown) => {
                    let ty = Ok((field.ty.clone(), at.clone()));
                    action.arguments.push(argument(self.known, name, ty, shown.masked));
                }
                None => action.skipped.push(Skipped { name, ty: Some(tidy(&field.ty)) }),
            }
            let named = |resource: &&ResourceField| resource.field.unraw() == ident.unraw();
            if let Some(resource) = options.resource.as_ref().filter(named) {
                let kind = resource.kind.as_ref().map(LitStr::value);
                action.resource = Some(Resource {
                    expression: ident.unraw().to_string(),
                    id_only: kind.is_none() && is_text(self.known, &field.ty, &at),
                    kind,
                });
            }
        }
        self.known.actions.insert(joined(&self.at, [item.ident.to_string()]), action);
    }

    /// `impl Action for Purchase { const NAME: &'static str = "purchase"; .. }`: its arguments are in code.
    fn by_hand(&mut self, item: &ItemImpl) {
        let Some((path, _)) = &item.trait_ else { return };
        if path.segments.last().is_none_or(|last| last.ident != "Action") {
            return;
        }
        let name = item.items.iter().find_map(|item| match item {
            ImplItem::Const(constant) if constant.ident == "NAME" => match &constant.expr {
                Expr::Lit(ExprLit { lit: Lit::Str(name), .. }) => Some(name.value()),
                _ => None,
            },
            _ => None,
        });
        let syn::Type::Path(own) = &*item.self_ty else { return };
        let found = self.known.types.scope.find(&own.path, &self.at);
        let (Found::Ours(full, _), Some(name)) = (found, name) else { return };
        let why = "its arguments are in code: an `impl Action` by hand".to_owned();
        let unknown = argument(self.known, "..".to_owned(), Err(why), false);
        let action = TypedAction {
            name,
            instance: None,
            resource: None,
            arguments: vec![unknown],
            skipped: Vec::new(),
        };
        self.known.actions.insert(full.clone(), action);
    }

    fn refuse(&mut self, span: proc_macro2::Span, why: &str) {
        self.unread.push(Unread {
            file: self.file.path.clone(),
            line: span.start().line,
            why: why.to_owned(),
        });
    }
}

impl<'ast> Visit<'ast> for Find<'_, '_, '_, '_> {
    fn visit_item(&mut self, item: &'ast Item) {
        match item {
            Item::Mod(module) => {
                self.at.push(module.ident.to_string());
                syn::visit::visit_item(self, item);
                self.at.pop();
                return;
            }
            Item::Struct(item) if derives_action(item) => self.derived(item),
            Item::Impl(item) => self.by_hand(item),
            _ => {}
        }
        syn::visit::visit_item(self, item);
    }
}

fn derives_action(item: &ItemStruct) -> bool {
    item.attrs.iter().filter(|attribute| attribute.path().is_ident("derive")).any(|attribute| {
        let mut found = false;
        let read = attribute.parse_nested_meta(|meta| {
            found |= meta.path.segments.last().is_some_and(|last| last.ident == "Action");
            Ok(())
        });
        // FAIL CLOSED: a list that cannot be read may name it.
        found || read.is_err()
    })
}
