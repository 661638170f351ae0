//! Which body may run which, from what the compiler wrote. Where it cannot be told, every one that fits.

use std::{
    cell::RefCell,
    collections::{BTreeMap, HashMap, HashSet},
    path::Path,
    rc::Rc,
};

use super::{
    compact::{At, Bodies, Body, Id, Mention, Texts},
    drops,
    index::{Impl, Index},
    mir, opaque,
    opens::OPEN,
    path,
    within::Within,
};
use crate::{
    config::{Config, fits},
    finding::Place,
    sinks::{Known, Sink, wanted},
};

/// A step from one body into another.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Edge {
    pub(crate) to: usize,
    pub(crate) place: Option<At>,
    pub(crate) how: Step,
}

/// What makes a step. It becomes text where one is shown: a large workspace has hundreds of thousands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    Calls,
    Takes,
    Runs,
    Drops,
}

impl Step {
    /// In words, with the name of the body that it leads to.
    pub(crate) fn text(self, to: &str) -> String {
        match self {
            Self::Calls => format!("calls `{to}`"),
            Self::Takes => format!("takes `{to}`"),
            Self::Runs => format!("runs `{to}`"),
            Self::Drops => {
                let of = to.rsplit("::").nth(1).unwrap_or(to);
                format!("holds a `{of}`, which is dropped")
            }
        }
    }
}

/// A place at which something is done to the world.
#[derive(Debug, Clone)]
pub(crate) struct Site {
    pub(crate) body: usize,
    pub(crate) place: Place,
    pub(crate) sink: String,
    pub(crate) effect: String,
}

/// Everything that was built.
#[derive(Debug)]
pub(crate) struct Graph {
    pub(crate) bodies: Bodies,
    /// The bodies' paths as a person would say them; without line numbers.
    pub(crate) names: Vec<String>,
    pub(crate) edges: Vec<Vec<Edge>>,
    pub(crate) entries: Vec<usize>,
    pub(crate) guards: HashSet<usize>,
    /// Guards by the call that the attribute leaves: what FC0103 looks for.
    pub(crate) marked: Vec<Place>,
    pub(crate) sites: Vec<Site>,
    /// Configured names that occur nowhere.
    pub(crate) unseen: Vec<String>,
}

/// A crate's part: its bodies, where they are changed before they are followed.
pub(crate) struct Part {
    pub(crate) name: String,
    pub(crate) bodies: Vec<mir::Body>,
}

pub(super) struct Build<'a> {
    index: &'a Index,
    /// Whether methods of other crates' traits are entry points.
    callbacks: bool,
    texts: &'a Texts,
    bodies: &'a [Body],
    by_path: HashMap<&'a str, Vec<usize>>,
    /// Whose `impl` each body is in, as the index says it; looked up once.
    impls: Vec<Option<Option<&'a Impl>>>,
    /// Bodies of `impl`s, by the method's name.
    methods: HashMap<&'a str, Vec<usize>>,
    /// Types that are named anywhere but in their own `impl`s: only they can be behind a type parameter.
    used: HashSet<&'a str>,
    /// What paths that the bodies of a crate mention may mean: the same few stand in all of them.
    meant: RefCell<Meant<'a>>,
}

/// By crate and path.
type Meant<'a> = HashMap<(&'a str, Id), Rc<[usize]>>;

/// `programs`: the names of the crates that are programs.
pub(crate) fn build(
    mut all: Bodies,
    programs: &[String],
    index: &Index,
    within: &Within,
    sinks: &[Sink],
    reads: &BTreeMap<String, String>,
    config: &Config,
) -> Graph {
    here(&mut all);
    // A crate may be built twice, with other features: a body counts as often as it differs in place.
    let mut seen = HashSet::new();
    all.all.retain(|body| !body.is_fn || seen.insert((body.path, body.place)));
    drop(seen);
    let mut build = Build {
        index,
        callbacks: config.check.entries.iter().any(|entry| entry == "callbacks"),
        texts: &all.texts,
        bodies: &all.all,
        impls: all.all.iter().map(|body| index.impl_of(all.texts.get(body.path))).collect(),
        by_path: HashMap::new(),
        methods: HashMap::new(),
        used: HashSet::new(),
        meant: RefCell::default(),
    };
    build.fill();
    let names = (0..build.bodies.len()).map(|at| build.shown(at)).collect();
    let sinks = Known::of(sinks);
    // By crate and path, as what they mean, and by which of its names: of a family, the one that it is.
    let mut listed: HashMap<(&str, Id), Vec<(String, &Sink)>> = HashMap::new();
    let mut edges: Vec<Vec<Edge>> = Vec::new();
    let mut sites: Vec<Site> = Vec::new();
    let mut seen_names: HashSet<&str> = HashSet::new();
    for (at, body) in build.bodies.iter().enumerate() {
        edges.push(build.edges(body));
        let own = krate(build.path(body));
        let first = sites.len();
        for mention in &body.mentions {
            let listed = listed.entry((own, mention.path)).or_insert_with(|| {
                let names = names_of(own, build.texts.get(mention.path)).into_iter();
                names.filter_map(|name| sinks.get(&name).map(|sink| (name, sink))).collect()
            });
            // Only of the standard library and tokio: of others nobody knows what else they do.
            let nothing = |sink: &Sink| mention.nowhere && OPEN.contains(&sink.path.as_str());
            for (name, sink) in listed.iter().filter(|(_, sink)| !nothing(sink)) {
                seen_names.insert(&sink.path);
                let place = all.place(mention.place);
                let known = sites.iter().skip(first);
                if !known.into_iter().any(|s| s.place == place && s.sink == *name) {
                    let (sink, effect) = (name.clone(), sink.effect.clone());
                    sites.push(Site { body: at, place, sink, effect });
                }
            }
        }
    }
    for at in 0..build.bodies.len() {
        // FAIL CLOSED: a module or a package of the workspace that is called as the C library's crate is may
        // have anything under these names.
        let theirs = || {
            let own = within.packages(krate(build.path(&build.bodies[at])));
            within.packages("libc").is_empty()
                && own.iter().all(|package| !index.has_module(package, "libc"))
                && !own.is_empty()
        };
        let listed = |path: &str| sinks.get(path).is_some() || reads.contains_key(path) && theirs();
        let found = opaque::sites(&all, at, &build, listed);
        sites.extend(found.into_iter().filter(|site| wanted(config, &site.effect)));
    }
    let orphans = build.children(&mut edges);
    for (at, edge) in drops::steps(&all, &build.dropping(), index, within) {
        edges[at].push(edge);
    }
    // What is an effect by itself is not looked into.
    for (body, edges) in build.bodies.iter().zip(&mut edges) {
        if sinks.get(build.path(body)).is_some() {
            edges.clear();
        }
    }
    let paths = || build.bodies.iter().map(|body| build.path(body));
    let manual = |path: &str| config.guards.manual.iter().any(|guard| fits(&guard.path, path));
    let is_guard = |body: &Body| {
        // FAIL CLOSED: beside assembly, what looks like the call may be a line of the assembly's text.
        (marker(&all.texts, body) && !body.quotes)
            || witness(&all.texts, body)
            || manual(build.path(body))
    };
    let guards = build.bodies.iter().enumerate().filter(|(_, body)| is_guard(body));
    let guards: HashSet<usize> = guards.map(|(at, _)| at).collect();
    let marked = build.bodies.iter().filter(|body| marker(&all.texts, body));
    let marked = marked.filter_map(|body| body.place).map(|at| all.place(at)).collect();
    let entries: Vec<usize> = (0..build.bodies.len())
        .filter(|at| orphans.contains(at) || build.is_entry(*at, programs, &config.check.entries))
        .collect();
    let is_unseen = |path: &String| !paths().any(|known| fits(path, known));
    let sinks = config.sinks.extra.iter().map(|extra| &extra.path);
    let guarded = config.guards.manual.iter().map(|guard| &guard.path);
    let entered = config.check.entries.iter().filter(|entry| entry.contains("::"));
    let unseen = sinks
        .filter(|path| !seen_names.contains(path.as_str()))
        .chain(guarded.chain(entered).filter(|path| is_unseen(path)))
        .cloned()
        .collect();
    Graph { names, edges, entries, guards, marked, sites, unseen, bodies: all }
}

/// What a macro of somebody else's wrote stands, to the compiler, in its file. It is shown, and known from one run
/// to the next, where the function begins that uses it.
fn here(all: &mut Bodies) {
    let Bodies { texts, all } = all;
    let foreign = |at: At| Path::new(texts.get(at.file)).is_absolute();
    for body in all {
        let Some(own) = body.place.filter(|own| !foreign(*own)) else { continue };
        let places = body.mentions.iter_mut().map(|mention| &mut mention.place);
        for place in places.chain(body.opaque.iter_mut().map(|(_, place)| place)) {
            if foreign(*place) {
                *place = own;
            }
        }
    }
}

pub(crate) fn krate(path: &str) -> &str {
    path.split("::").next().unwrap_or(path)
}

/// The names under which a list may have what a body of that crate mentions.
fn names_of(krate: &str, mention: &str) -> Vec<String> {
    let mut names = vec![mention.to_owned()];
    names.extend(without_impl(mention));
    for at in 0..names.len() {
        names.push(format!("{krate}::{}", names[at]));
    }
    names
}

/// Another name for what is printed: of a trait's method, as the trait's, whoever's it is
/// (`sqlx::Executor::execute`); of an `impl` that is not where its type is, as the type's
/// (`sea_orm::Insert::exec`).
pub(super) fn without_impl(mention: &str) -> Option<String> {
    if let Some((_, of_trait, rest)) = path::qualified(mention) {
        return Some(format!("{of_trait}{rest}"));
    }
    let (_, of) = mention.split_once("::<impl ").filter(|(_, of)| !of.starts_with("at "))?;
    let (of, method) = of.rsplit_once(">::")?;
    Some(format!("{}::{method}", path::plain_type(of)))
}

/// Whether the body asks: the call that the attribute leaves in it, after expansion.
fn marker(texts: &Texts, body: &Body) -> bool {
    body.mentions.iter().filter(|mention| mention.called).any(|mention| {
        let path = texts.get(mention.path);
        (path.starts_with("failclosed::__private_")
            || path.starts_with("failclosed_runtime::__private_"))
            && path::last(path) == "enter"
    })
}

/// Whether the body can only be called with the proof of an allow: a permit, itself and not maybe.
fn witness(texts: &Texts, body: &Body) -> bool {
    body.arguments.iter().any(|argument| {
        let ty = path::plain_type(texts.get(*argument));
        let ours = ty.starts_with("failclosed::") || ty.starts_with("failclosed_runtime::");
        ours && matches!(path::last(&ty), "Permit" | "PermitFor")
    })
}

impl<'a> Build<'a> {
    fn path(&self, body: &Body) -> &'a str {
        self.texts.get(body.path)
    }

    fn fill(&mut self) {
        self.used.extend(self.index.associated().map(String::as_str));
        // Of each text: nobody named it yet; only code of that type did; others did as well.
        let mut named: Vec<Option<Option<&str>>> = vec![None; self.texts.len()];
        for (at, body) in self.bodies.iter().enumerate() {
            self.by_path.entry(self.path(body)).or_default().push(at);
            if self.impls[at].is_some() {
                let method = path::last(self.path(body));
                self.methods.entry(method).or_default().push(at);
            }
            let own = self.impls[at].flatten().and_then(|i| i.of_type.as_deref());
            let texts = body.mentions.iter().map(|mention| mention.full);
            for text in texts.chain(body.holds.iter().map(|(ty, _)| *ty)) {
                let by = &mut named[text.index()];
                if *by == Some(None) || (own.is_some() && *by == Some(own)) {
                    continue;
                }
                // Two types between them name whatever is in it.
                let own = if by.is_some() { None } else { own };
                *by = Some(own);
                let names = path::type_names(self.texts.get(text));
                self.used.extend(names.filter(|name| Some(*name) != own));
            }
        }
    }

    fn edges(&self, body: &Body) -> Vec<Edge> {
        let mut edges = Vec::new();
        for mention in &body.mentions {
            let how = if mention.called { Step::Calls } else { Step::Takes };
            let to = self.meant(krate(self.path(body)), mention.path);
            edges.extend(to.iter().map(|to| Edge { to: *to, place: Some(mention.place), how }));
        }
        edges
    }

    /// The bodies that a mention may mean.
    fn meant(&self, krate: &'a str, mention: Id) -> Rc<[usize]> {
        if let Some(known) = self.meant.borrow().get(&(krate, mention)) {
            return Rc::clone(known);
        }
        let found: Rc<[usize]> = self.targets(krate, self.texts.get(mention)).into();
        self.meant.borrow_mut().insert((krate, mention), Rc::clone(&found));
        found
    }

    /// Whether code of the workspace may be meant.
    pub(super) fn has_body(&self, by: &Body, mention: &Mention) -> bool {
        !self.meant(krate(self.path(by)), mention.path).is_empty()
    }

    /// The bodies of that path.
    pub(super) fn of_path(&self, path: &str) -> impl Iterator<Item = &'a Body> {
        self.by_path.get(path).into_iter().flatten().map(|at| &self.bodies[*at])
    }

    fn targets(&self, krate: &str, mention: &str) -> Vec<usize> {
        let own = self.by_path.get(format!("{krate}::{mention}").as_str());
        if let Some(found) = own.or_else(|| self.by_path.get(mention)) {
            return found.clone();
        }
        if let Some((of, of_trait, rest)) = path::qualified(mention) {
            let method = rest.trim_start_matches("::");
            return self.dispatch(krate, of, of_trait, method);
        }
        let method = path::last(mention);
        let Some(owner) = mention.strip_suffix(method).and_then(|o| o.strip_suffix("::")) else {
            return Vec::new();
        };
        // `module::Type::method`, or `module::<impl Type>::method`, where the type is elsewhere.
        let (module, of) = match owner.rsplit_once("<impl ") {
            Some((module, of)) => (module, of.trim_end_matches('>')),
            None => (owner.strip_suffix(path::last(owner)).unwrap_or_default(), owner),
        };
        let module = module.trim_end_matches("::");
        let of = path::plain_type(of);
        let name = path::last(&of);
        let home = |at: usize| self.lives(at, krate, module);
        self.of_impls(method, |at, found| match found.map(|f| (&f.of_trait, &f.of_type)) {
            Some((None, of_type)) => of_type.as_deref() == Some(name) && home(at),
            // A constant of a trait, whoever's it is.
            Some((Some(of_trait), of_type)) => of_trait == name && self.is_used(of_type.as_ref()),
            None => self.header_names(at, name) && home(at),
        })
    }

    /// Whether a value of a type can be behind a type parameter. None: of any type.
    fn is_used(&self, of_type: Option<&String>) -> bool {
        of_type.is_none_or(|ty| self.used.contains(ty.as_str()))
    }

    /// Whether a body is in that module: of the crate that speaks, or of another that it names in full.
    fn lives(&self, at: usize, speaking: &str, module: &str) -> bool {
        let path = self.path(&self.bodies[at]);
        let own = krate(path);
        let around = path.split("::<impl at ").next().unwrap_or(path);
        let full =
            if module.is_empty() { speaking.to_owned() } else { format!("{speaking}::{module}") };
        // Another crate's item is named by the way it can be seen, which need not be where it is.
        own == krate(module) || (own == speaking && around == full)
    }

    /// Whether a body's arguments or its value are of a type of that name.
    fn header_names(&self, at: usize, name: &str) -> bool {
        let body = &self.bodies[at];
        let texts = body.arguments.iter().chain([&body.returns]);
        texts.flat_map(|text| path::type_names(self.texts.get(*text))).any(|one| one == name)
    }

    fn dispatch(&self, krate: &str, of: &str, of_trait: &str, method: &str) -> Vec<usize> {
        let name = path::last(of_trait);
        let ty = path::last(of);
        let dynamic = of.starts_with("dyn ");
        // A type parameter, an associated type, an `impl Trait`: not known here.
        let parameter = !of.contains("::") && of.starts_with(|c: char| c.is_uppercase());
        let open = !dynamic
            && (of.starts_with('<')
                || of.starts_with("impl ")
                || parameter && !self.index.is_type(of));
        let exact = self.of_impls(method, |at, found| match found {
            Some(f) => f.of_trait.as_deref() == Some(name) && f.of_type.as_deref() == Some(ty),
            None => !dynamic && !open && self.header_names(at, ty),
        });
        // Methods of other crates' traits are entry points by themselves: who else calls one by a type
        // that is not known adds nothing.
        let entered = self.callbacks && !self.index.own_trait(name);
        if entered || (!exact.is_empty() && !dynamic) {
            return exact;
        }
        let mut found = self.of_impls(method, |_, found| match found {
            Some(f) => {
                let of_type = f.of_type.as_ref();
                let fits = of_type.is_none() || (dynamic || open) && self.is_used(of_type);
                f.of_trait.as_deref() == Some(name) && fits
            }
            // FAIL CLOSED: a macro made it, for a trait that is not known. Those of other crates' traits
            // are entry points by themselves.
            None => (dynamic || open) && self.index.own_trait(name),
        });
        for path in [format!("{krate}::{of_trait}::{method}"), format!("{of_trait}::{method}")] {
            found.extend(self.by_path.get(path.as_str()).into_iter().flatten());
        }
        found
    }

    /// Methods of that name that fit; the `impl` is None where a macro made it.
    fn of_impls(&self, method: &str, fits: impl Fn(usize, Option<&Impl>) -> bool) -> Vec<usize> {
        let all = self.methods.get(method).into_iter().flatten().copied();
        all.filter(|at| match self.impls[*at] {
            Some(found) => fits(*at, found),
            None => false,
        })
        .collect()
    }

    /// A closure, the body of an `async`, a promoted constant: may run where it is made.
    /// FAIL CLOSED: one whose function is not there runs nobody knows where. Those are given back, to be begun at.
    fn children(&self, edges: &mut [Vec<Edge>]) -> HashSet<usize> {
        let mut orphans = HashSet::new();
        for (at, body) in self.bodies.iter().enumerate() {
            let Some((parent, last)) = self.path(body).rsplit_once("::") else { continue };
            if !(last.starts_with('{') || last.starts_with("promoted[")) {
                continue;
            }
            let parents = self.by_path.get(parent);
            for parent in parents.into_iter().flatten() {
                edges[*parent].push(Edge { to: at, place: body.place, how: Step::Runs });
            }
            if parents.is_none() {
                orphans.insert(at);
            }
        }
        orphans
    }

    /// The bodies of `Drop::drop`, each with the name of its type.
    fn dropping(&self) -> Vec<(usize, String)> {
        let is_drop = |found: Option<&Impl>| {
            found.is_none_or(|found| found.of_trait.as_deref() == Some("Drop"))
        };
        let drops = self.of_impls("drop", |_, found| is_drop(found)).into_iter();
        drops
            .filter_map(|at| {
                let of = self.impls[at].flatten().and_then(|found| found.of_type.clone());
                // An `impl` that a macro made: by what it takes.
                let taken = || {
                    let ty = self.texts.get(*self.bodies[at].arguments.first()?);
                    Some(path::last(&path::plain_type(ty)).to_owned())
                };
                Some((at, of.or_else(taken)?))
            })
            .collect()
    }

    fn is_entry(&self, at: usize, programs: &[String], entries: &[String]) -> bool {
        let body = &self.bodies[at];
        let path = self.path(body);
        let krate = krate(path);
        let name = path.strip_prefix(krate).unwrap_or_default().trim_start_matches("::");
        let begins = |is: fn(&Index, &str, usize) -> bool| {
            body.place.is_some_and(|at| is(self.index, self.texts.get(at.file), at.line as usize))
        };
        // The body of an `async` function, and closures in it, begin where the function does: past its guard.
        if name.contains('{') {
            return false;
        }
        entries.iter().any(|entry| match entry.as_str() {
            "main" => name == "main" && programs.iter().any(|program| program == krate),
            "callbacks" => match self.impls[at] {
                // Methods of a trait of somebody else's are called by somebody else.
                Some(Some(found)) => found
                    .of_trait
                    .as_deref()
                    .is_some_and(|of| of != "Drop" && !self.index.own_trait(of)),
                Some(None) => true,
                None => begins(Index::is_exported),
            },
            "pub" => {
                !programs.iter().any(|program| program == krate)
                    && body.is_fn
                    && begins(Index::is_public)
            }
            pattern => fits(pattern, path),
        })
    }

    fn shown(&self, at: usize) -> String {
        let of_type = self.impls[at].flatten().and_then(|found| found.of_type.as_deref());
        shown(self.path(&self.bodies[at]), of_type.unwrap_or("impl"))
    }
}

/// A path as a person would say it: an `impl` by its type, an `async` body as its function.
fn shown(path: &str, of_type: &str) -> String {
    let mut parts = Vec::new();
    let mut rest = path;
    while let Some(at) = path::top_level(rest, "::") {
        parts.push(&rest[..at]);
        rest = &rest[at + 2..];
    }
    parts.push(rest);
    let kept: Vec<&str> = parts
        .into_iter()
        .filter(|part| !part.starts_with('{') && !part.starts_with("promoted["))
        .map(|part| if part.starts_with("<impl at ") { of_type } else { part })
        .collect();
    kept.join("::")
}

#[cfg(test)]
mod tests {
    use super::names_of;

    #[test]
    fn a_list_may_name_the_trait_or_the_type() {
        for (mention, name) in [
            ("std::fs::write", "std::fs::write"),
            ("stripe::charge", "pay::stripe::charge"),
            ("<&mut sqlx::PgConnection as sqlx::Executor>::execute", "sqlx::Executor::execute"),
            ("<T as store::Keep>::keep", "pay::store::Keep::keep"),
            (
                "sea_orm::executor::insert::<impl sea_orm::Insert<A<B>>>::exec",
                "sea_orm::Insert::exec",
            ),
            ("a::<impl Db>::put", "pay::Db::put"),
        ] {
            assert!(names_of("pay", mention).iter().any(|known| known == name), "{mention}");
        }
        let one = "m::<impl at src/a.rs:1:1: 2:3>::put";
        assert_eq!(names_of("pay", one), [one.to_owned(), format!("pay::{one}")]);
    }
}
