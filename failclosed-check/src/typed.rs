//! What the compiler knows of values that nobody looks at: a decision that is dropped, and `()`, which says
//! nothing that could be.
//!
//! The source says which values are dropped, the compiler of which types they are; the two meet at the
//! value's place.

use std::collections::{HashMap, HashSet};

use quote::ToTokens as _;
use syn::{Expr, Pat, Stmt, spanned::Spanned as _, visit::Visit};

use crate::{
    finding::{Finding, Place},
    reach::path::{last, plain_type, split},
    rules::FC0214,
    source::{SourceFile, Unit},
};

/// A value that the source drops, or of which it only asks whether it is there.
#[derive(Debug)]
pub(crate) struct Dropped {
    /// Where the whole value stands.
    pub(crate) value: Place,
    /// What a finding points at: the call that gave it.
    call: Place,
    /// The called function's last name.
    callee: String,
    inside: String,
    /// `.is_ok()`: whether it is there is looked at, and not what it is.
    only_there: bool,
}

/// What is known of the values at their places, in one build.
#[derive(Debug, Default)]
pub(crate) struct Judged {
    pub(crate) findings: Vec<Finding>,
    /// Of each place whose type is known: whether it is `()`.
    pub(crate) nothing: HashMap<Place, bool>,
}

/// Every such value of a package, where it uses this library.
pub(crate) fn dropped(unit: &Unit) -> Vec<Dropped> {
    let mut found = Vec::new();
    if !unit.roots.is_empty() {
        for file in &unit.files {
            let mut look = Look { file, path: Vec::new(), found: &mut found };
            look.visit_file(&file.tree);
        }
    }
    found
}

/// Compares them with the types that the compiler gives to values of a body, each at its place.
pub(crate) fn judge<'t>(
    dropped: &[Dropped],
    verdicts: &HashSet<String>,
    types: impl Iterator<Item = &'t (String, Place)>,
) -> Judged {
    let wanted: HashSet<&Place> = dropped.iter().map(|one| &one.value).collect();
    let mut known: HashMap<&Place, Vec<&str>> = HashMap::new();
    for (ty, place) in types.filter(|(ty, place)| wanted.contains(place) && !between(ty)) {
        known.entry(place).or_default().push(ty);
    }
    let mut judged = Judged::default();
    for one in dropped {
        let Some(types) = known.get(&one.value) else { continue };
        let nothing = types.iter().all(|ty| *ty == "()");
        judged.nothing.insert(one.value.clone(), nothing);
        let decides = types.iter().find(|ty| {
            let inner = inner(ty);
            // Of a bare decision nobody can ask whether it is there.
            let bare = inner == **ty && one.only_there;
            !bare && (is_decision(inner, verdicts) || inner == "bool" && named(&one.callee))
        });
        if let Some(ty) = decides {
            let (what, label) = if one.only_there {
                ("only asked whether it is there", "a denial is there as well")
            } else {
                ("dropped", "what it says is not looked at")
            };
            let mut finding = Finding::new(&FC0214, one.call.clone(), &one.inside, label);
            finding.message = format!("a decision of `{}` is {what}", one.callee);
            finding.notes.push(format!("its type is `{ty}`"));
            judged.findings.push(finding);
        }
    }
    judged
}

/// What is only on the way to a value: futures, what `?` makes in between, a value that never is.
fn between(ty: &str) -> bool {
    let ty = ty.trim();
    ty == "!"
        || ty.starts_with(['{', '&', '*'])
        || ["std::ops::ControlFlow<", "std::pin::Pin<", "std::task::", "impl "]
            .iter()
            .any(|start| ty.starts_with(start))
        || ty.contains("std::convert::Infallible")
}

/// Through what can hold one value: `Result<Decision, E>` is about a `Decision`.
fn inner(ty: &str) -> &str {
    for outer in ["std::result::Result<", "std::option::Option<", "std::boxed::Box<"] {
        if let Some(rest) = ty.strip_prefix(outer).and_then(|rest| rest.strip_suffix('>'))
            && let Some(first) = split(rest).first()
        {
            return inner(first);
        }
    }
    ty
}

/// Whether a type is a decision: this library's, one that is called so, or an enum of the workspace that
/// can say yes and no.
fn is_decision(ty: &str, verdicts: &HashSet<String>) -> bool {
    let ty = plain_type(ty);
    let name = last(&ty);
    let ours = ty.starts_with("failclosed::") || ty.starts_with("failclosed_runtime::");
    if ours {
        return name == "Decision";
    }
    ["Decision", "Verdict", "AccessDecision", "AuthorizationDecision"].contains(&name)
        || verdicts.contains(name)
}

/// Whether a function's name says that its yes is a permission.
fn named(callee: &str) -> bool {
    const SAYS: [&str; 11] = [
        "allow",
        "allows",
        "allowed",
        "permit",
        "permits",
        "permitted",
        "authorize",
        "authorized",
        "authorise",
        "authorised",
        "may",
    ];
    callee.split('_').any(|word| SAYS.contains(&word))
}

/// Enums of a package that have a yes and a no of permissions.
pub(crate) fn verdicts(unit: &Unit) -> HashSet<String> {
    struct Enums(HashSet<String>);
    impl<'ast> Visit<'ast> for Enums {
        fn visit_item_enum(&mut self, item: &'ast syn::ItemEnum) {
            const YES: [&str; 7] =
                ["Allow", "Allowed", "Permit", "Permitted", "Grant", "Granted", "Approved"];
            const NO: [&str; 9] = [
                "Deny",
                "Denied",
                "Forbid",
                "Forbidden",
                "Refuse",
                "Refused",
                "Reject",
                "Rejected",
                "Block",
            ];
            let has = |any: &[&str]| {
                item.variants.iter().any(|variant| any.iter().any(|name| variant.ident == name))
            };
            if has(&YES) && has(&NO) {
                self.0.insert(item.ident.to_string());
            }
        }
    }
    let mut enums = Enums(HashSet::new());
    for file in &unit.files {
        enums.visit_file(&file.tree);
    }
    enums.0
}

struct Look<'v> {
    file: &'v SourceFile,
    path: Vec<String>,
    found: &'v mut Vec<Dropped>,
}

/// The call that a value comes from, through `.await`, `?`, `.ok()` and brackets: where, and its name.
fn call(expr: &Expr) -> Option<(proc_macro2::Span, String)> {
    match expr {
        Expr::Await(inner) => call(&inner.base),
        Expr::Try(inner) => call(&inner.expr),
        Expr::Paren(inner) => call(&inner.expr),
        Expr::MethodCall(outer) if outer.method == "ok" && outer.args.is_empty() => {
            call(&outer.receiver)
        }
        Expr::MethodCall(call) => Some((call.method.span(), call.method.to_string())),
        Expr::Call(call) => {
            let Expr::Path(path) = &*call.func else { return None };
            let name = path.path.segments.last()?.ident.to_string();
            Some((path.span(), name))
        }
        _ => None,
    }
}

impl Look<'_> {
    fn add(&mut self, value: &Expr, only_there: bool) {
        if let Some((at, callee)) = call(value) {
            self.found.push(Dropped {
                value: self.file.place(value.span()),
                call: self.file.place(at),
                callee,
                inside: self.path.join("::"),
                only_there,
            });
        }
    }

    fn function(&mut self, name: &syn::Ident, visit: impl FnOnce(&mut Self)) {
        self.path.push(name.to_string());
        visit(self);
        self.path.pop();
    }
}

/// A name that says that nobody will use it, and nobody does.
fn unused(pat: &Pat, block: &syn::Block) -> bool {
    let Pat::Ident(bound) = pat else { return matches!(pat, Pat::Wild(_)) };
    let name = bound.ident.to_string();
    name.starts_with('_') && words(&block.to_token_stream(), &name) == 1
}

fn words(tokens: &proc_macro2::TokenStream, name: &str) -> usize {
    let of = |token| match token {
        proc_macro2::TokenTree::Ident(ident) => usize::from(ident == name),
        proc_macro2::TokenTree::Group(group) => words(&group.stream(), name),
        // A text may name it: `"{_d}"`.
        proc_macro2::TokenTree::Literal(text) => usize::from(text.to_string().contains(name)),
        proc_macro2::TokenTree::Punct(_) => 0,
    };
    tokens.clone().into_iter().map(of).sum()
}

impl<'ast> Visit<'ast> for Look<'_> {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.function(&item.sig.ident, |this| syn::visit::visit_item_fn(this, item));
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.function(&item.sig.ident, |this| syn::visit::visit_impl_item_fn(this, item));
    }

    fn visit_block(&mut self, block: &'ast syn::Block) {
        for stmt in &block.stmts {
            match stmt {
                Stmt::Local(local) if unused(&local.pat, block) => {
                    if let Some(init) = local.init.as_ref().filter(|init| init.diverge.is_none()) {
                        self.add(&init.expr, false);
                    }
                }
                Stmt::Expr(expr, Some(_)) => match expr {
                    // `_ = ask();`
                    Expr::Assign(assign) if matches!(&*assign.left, Expr::Infer(_)) => {
                        self.add(&assign.right, false);
                    }
                    // `drop(ask());`
                    Expr::Call(given) if is_drop(&given.func) => {
                        given.args.iter().for_each(|value| self.add(value, false));
                    }
                    other => self.add(other, false),
                },
                _ => {}
            }
        }
        syn::visit::visit_block(self, block);
    }

    fn visit_expr_method_call(&mut self, asked: &'ast syn::ExprMethodCall) {
        const THERE: [&str; 4] = ["is_ok", "is_err", "is_some", "is_none"];
        if asked.args.is_empty() && THERE.iter().any(|name| asked.method == name) {
            self.add(&asked.receiver, true);
        }
        syn::visit::visit_expr_method_call(self, asked);
    }
}

fn is_drop(function: &Expr) -> bool {
    matches!(function, Expr::Path(path) if path.path.segments.last().is_some_and(|l| l.ident == "drop"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_told_by_what_they_hold() {
        let own = HashSet::from(["Ruling".to_owned()]);
        for (ty, expected) in [
            ("failclosed::Decision", true),
            ("std::result::Result<failclosed_runtime::Decision, shop::E<u8, u8>>", true),
            ("std::option::Option<std::boxed::Box<shop::Ruling>>", true),
            ("std::result::Result<(), failclosed::Denial>", false),
            ("failclosed::decision::Ask", false),
            ("std::vec::Vec<shop::Ruling>", false),
        ] {
            assert_eq!(is_decision(inner(ty), &own), expected, "{ty}");
        }
        assert!(named("is_allowed") && named("may_buy") && !named("maybe") && !named("allowance"));
    }
}
