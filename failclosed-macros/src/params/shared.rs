//! Types of parameters that are no arguments: state that other calls share, and handles.
//!
//! A lock, a counted pointer or a pool that happens to be `Serialize` would be shown like any argument:
//! what it holds goes to the authority, to people and into the log, and may be something else by the time
//! the body looks. Types are known to a macro by how they are written alone, so it is the last word of a
//! path that counts, wherever it stands in the type. An alias is not seen through: behind one, only the
//! demand for `Serialize` is left.

use syn::{GenericArgument, Ident, Pat, PathArguments, PathSegment, Type};

/// What guards or counts shared values.
const SHARES: [&str; 10] = [
    "Mutex",
    "RwLock",
    "ReentrantLock",
    "RefCell",
    "OnceCell",
    "OnceLock",
    "LazyCell",
    "LazyLock",
    "AppState",
    "SharedState",
];

/// `AtomicU64` and the like.
const ATOMIC: [&str; 12] =
    ["Bool", "Ptr", "U8", "U16", "U32", "U64", "Usize", "I8", "I16", "I32", "I64", "Isize"];

/// What hosts hand their state over in. Without `<..>` they may be anybody's data: a country's states.
const HANDS_OVER: [&str; 3] = ["State", "Extension", "ThinData"];

/// What opens connections, alone or at the end of a name: `PgPool`, `StripeClient`.
const HANDLES: [&str; 3] = ["Pool", "Client", "Connection"];

/// Pointers that are counted, and what may be behind one all the same: data that cannot hold a lock.
const COUNTED: [&str; 2] = ["Arc", "Rc"];
const PLAIN: [&str; 22] = [
    "str", "String", "Path", "PathBuf", "OsStr", "OsString", "CStr", "CString", "bool", "char",
    "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128", "isize",
];

/// The word in the type of a parameter that says that it is shared, if there is one.
pub(super) fn in_type(ty: &Type) -> Option<Ident> {
    match ty {
        Type::Reference(inner) => in_type(&inner.elem),
        Type::Paren(inner) => in_type(&inner.elem),
        Type::Group(inner) => in_type(&inner.elem),
        Type::Slice(inner) => in_type(&inner.elem),
        Type::Array(inner) => in_type(&inner.elem),
        Type::Ptr(inner) => in_type(&inner.elem),
        Type::Tuple(list) => list.elems.iter().find_map(in_type),
        Type::Path(path) => {
            let mut segments = path.path.segments.iter().rev();
            let last = segments.next()?;
            let within = segments.next().is_some_and(|module| module.ident == "web");
            word(last, within)
        }
        // Functions, traits and macros: what they stand for is shown where it is `Serialize`.
        _ => None,
    }
}

/// The types of the parts of a pattern, where they can be told apart: in
/// `(amount, State(app)): (u64, State<App>)` one is an argument.
pub(super) fn apart<'t>(pat: &Pat, ty: &'t Type) -> Option<Vec<&'t Type>> {
    match (pat, ty) {
        (Pat::Tuple(pats), Type::Tuple(types)) => {
            let all = pats.elems.iter().all(|pat| !matches!(pat, Pat::Rest(_)));
            (all && pats.elems.len() == types.elems.len()).then(|| types.elems.iter().collect())
        }
        _ => None,
    }
}

fn word(segment: &PathSegment, within_web: bool) -> Option<Ident> {
    let name = segment.ident.to_string();
    let is = |known: &[&str]| known.contains(&name.as_str());
    let generics = generics(segment);
    let shared = is(&SHARES)
        || name.strip_prefix("Atomic").is_some_and(|of| ATOMIC.contains(&of))
        || HANDLES.iter().any(|handle| name.ends_with(handle))
        || (!generics.is_empty() && (is(&HANDS_OVER) || (within_web && name == "Data")))
        || (is(&COUNTED) && !generics.iter().all(|ty| is_plain(ty)));
    if shared {
        return Some(segment.ident.clone());
    }
    if name == "PhantomData" {
        return None;
    }
    generics.into_iter().find_map(in_type)
}

fn generics(segment: &PathSegment) -> Vec<&Type> {
    match &segment.arguments {
        PathArguments::AngleBracketed(list) => {
            let types = list.args.iter().filter_map(|argument| match argument {
                GenericArgument::Type(ty) => Some(ty),
                _ => None,
            });
            types.collect()
        }
        PathArguments::None | PathArguments::Parenthesized(_) => Vec::new(),
    }
}

/// `Arc<str>`, `Arc<[u8]>`: nobody can change it, and it is all there is to show.
fn is_plain(ty: &Type) -> bool {
    match ty {
        Type::Path(path) => path.path.segments.last().is_some_and(|last| {
            let plain = PLAIN.iter().any(|plain| last.ident == plain);
            let holds = ["Vec", "Option", "Box"].iter().any(|holds| last.ident == holds);
            plain || (holds && generics(last).iter().all(|ty| is_plain(ty)))
        }),
        Type::Slice(inner) => is_plain(&inner.elem),
        Type::Array(inner) => is_plain(&inner.elem),
        Type::Reference(inner) => is_plain(&inner.elem),
        Type::Tuple(list) => list.elems.iter().all(is_plain),
        // FAIL CLOSED: what is behind it is not seen.
        _ => false,
    }
}
