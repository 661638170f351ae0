//! Types that are no arguments: state that other calls share, handles, permits.
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

/// Whether a permit of ours is in a type: with the lifetime of its call, which a building permit has not.
pub fn permit_in(ty: &Type) -> Option<Ident> {
    find(ty, &|segment, _| {
        let lent = match &segment.arguments {
            PathArguments::AngleBracketed(list) => {
                matches!(list.args.first(), Some(GenericArgument::Lifetime(_)))
            }
            PathArguments::None | PathArguments::Parenthesized(_) => false,
        };
        segment.ident == "Permit" && lent
    })
}

/// The word in the type of a parameter that says that it is shared, if there is one.
pub fn in_type(ty: &Type) -> Option<Ident> {
    find(ty, &is_shared)
}

/// The first word that is what is looked for. It is asked with whether the word is in a module `web`.
fn find(ty: &Type, is: &dyn Fn(&PathSegment, bool) -> bool) -> Option<Ident> {
    match ty {
        Type::Reference(inner) => find(&inner.elem, is),
        Type::Paren(inner) => find(&inner.elem, is),
        Type::Group(inner) => find(&inner.elem, is),
        Type::Slice(inner) => find(&inner.elem, is),
        Type::Array(inner) => find(&inner.elem, is),
        Type::Ptr(inner) => find(&inner.elem, is),
        Type::Tuple(list) => list.elems.iter().find_map(|ty| find(ty, is)),
        Type::Path(path) => {
            let mut segments = path.path.segments.iter().rev();
            let last = segments.next()?;
            let within_web = segments.next().is_some_and(|module| module.ident == "web");
            if is(last, within_web) {
                return Some(last.ident.clone());
            }
            let empty = last.ident == "PhantomData";
            let mut within = generics(last).into_iter().filter(|_| !empty);
            within.find_map(|ty| find(ty, is))
        }
        // Functions, traits and macros: what they stand for is shown where it is `Serialize`.
        _ => None,
    }
}

/// The types of the parts of a pattern, where they can be told apart: in
/// `(amount, State(app)): (u64, State<App>)` one is an argument.
pub fn apart<'t>(pat: &Pat, ty: &'t Type) -> Option<Vec<&'t Type>> {
    match (pat, ty) {
        (Pat::Tuple(pats), Type::Tuple(types)) => {
            let all = pats.elems.iter().all(|pat| !matches!(pat, Pat::Rest(_)));
            (all && pats.elems.len() == types.elems.len()).then(|| types.elems.iter().collect())
        }
        _ => None,
    }
}

fn is_shared(segment: &PathSegment, within_web: bool) -> bool {
    let name = segment.ident.to_string();
    let is = |known: &[&str]| known.contains(&name.as_str());
    let generics = generics(segment);
    is(&SHARES)
        || name.strip_prefix("Atomic").is_some_and(|of| ATOMIC.contains(&of))
        || HANDLES.iter().any(|handle| name.ends_with(handle))
        || (!generics.is_empty() && (is(&HANDS_OVER) || (within_web && name == "Data")))
        || (is(&COUNTED) && !generics.iter().all(|ty| is_plain(ty)))
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
