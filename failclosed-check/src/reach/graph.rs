//! Which body may run which, from what the compiler wrote. Where it cannot be told, every one that fits.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    path::Path,
};

use super::{
    drops,
    index::{Impl, Index},
    mir::{Body, Mention, OPEN},
    opaque, path,
    within::Within,
};
use crate::{
    config::{Config, fits},
    finding::Place,
    sinks::{Known, Sink, wanted},
};

/// A step from one body into another.
#[derive(Debug, Clone)]
pub(crate) struct Edge {
    pub(crate) to: usize,
    pub(crate) place: Option<Place>,
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
    pub(crate) bodies: Vec<Body>,
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

/// A crate's part: its bodies, and whether it is a program.
pub(crate) struct Part {
    pub(crate) name: String,
    pub(crate) program: bool,
    pub(crate) bodies: Vec<Body>,
}

struct Build<'a> {
    index: &'a Index,
    /// Whether methods of other crates' traits are entry points.
    callbacks: bool,
    bodies: Vec<Body>,
    names: Vec<String>,
    by_path: HashMap<String, Vec<usize>>,
    /// Whose `impl` each body is in, as the index says it; looked up once.
    impls: Vec<Option<Option<&'a Impl>>>,
    /// Bodies of `impl`s, by the method's name.
    methods: HashMap<String, Vec<usize>>,
    /// Types that are named anywhere but in their own `impl`s: only they can be behind a type parameter.
    used: HashSet<String>,
}

pub(crate) fn build(
    parts: Vec<Part>,
    index: &Index,
    within: &Within,
    sinks: &[Sink],
    reads: &BTreeMap<String, String>,
    config: &Config,
) -> Graph {
    let programs: Vec<String> =
        parts.iter().filter(|p| p.program).map(|p| p.name.clone()).collect();
    let mut seen = HashSet::new();
    // A crate may be built twice, with other features: a body counts as often as it differs in place.
    let bodies: Vec<Body> = parts
        .into_iter()
        .flat_map(|part| part.bodies)
        .map(here)
        .filter(|body| !body.is_fn || seen.insert((body.path.clone(), body.place.clone())))
        .collect();
    let names = bodies.iter().map(|body| shown(&body.path, index)).collect();
    let impls = bodies.iter().map(|body| index.impl_of(&body.path)).collect();
    let callbacks = config.check.entries.iter().any(|entry| entry == "callbacks");
    let mut build = Build {
        index,
        callbacks,
        bodies,
        names,
        impls,
        by_path: HashMap::new(),
        methods: HashMap::new(),
        used: HashSet::new(),
    };
    build.fill();
    let sinks = Known::of(sinks);
    let mut edges: Vec<Vec<Edge>> = Vec::new();
    let mut sites = Vec::new();
    let mut seen_names = HashSet::new();
    for at in 0..build.bodies.len() {
        edges.push(build.edges(at));
        let body = &build.bodies[at];
        for mention in &body.mentions {
            for name in names_of(krate(&body.path), &mention.path) {
                let sink = sinks.get(&name);
                // Only of the standard library and tokio: of others nobody knows what else they do.
                let nothing = |sink: &Sink| mention.nowhere && OPEN.contains(&sink.path.as_str());
                if let Some(sink) = sink.filter(|sink| !nothing(sink)) {
                    seen_names.insert(sink.path.clone());
                    let site = Site {
                        body: at,
                        place: mention.place.clone(),
                        // Of a family, the one that it is.
                        sink: name,
                        effect: sink.effect.clone(),
                    };
                    if !sites.iter().any(|s: &Site| {
                        s.place == site.place && s.sink == site.sink && s.body == at
                    }) {
                        sites.push(site);
                    }
                }
            }
        }
    }
    for at in 0..build.bodies.len() {
        let has_body = |own: &str, mention: &Mention| !build.targets(own, &mention.path).is_empty();
        let own = within.packages(krate(&build.bodies[at].path));
        // FAIL CLOSED: a module or a package of the workspace that is called as the C library's crate is may
        // have anything under these names.
        let theirs = within.packages("libc").is_empty()
            && own.iter().all(|package| !index.has_module(package, "libc"))
            && !own.is_empty();
        let listed = |path: &str| sinks.get(path).is_some() || theirs && reads.contains_key(path);
        let found = opaque::sites(&build.bodies, at, has_body, listed);
        sites.extend(found.into_iter().filter(|site| wanted(config, &site.effect)));
    }
    let orphans = build.children(&mut edges);
    for (at, edge) in drops::steps(&build.bodies, &build.dropping(), index, within) {
        edges[at].push(edge);
    }
    // What is an effect by itself is not looked into.
    for (at, body) in build.bodies.iter().enumerate() {
        if sinks.get(&body.path).is_some() {
            edges[at].clear();
        }
    }
    let manual =
        |body: &Body| config.guards.manual.iter().any(|guard| fits(&guard.path, &body.path));
    let is_guard = |at: usize| {
        let body: &Body = &build.bodies[at];
        // FAIL CLOSED: beside assembly, what looks like the call may be a line of the assembly's text.
        (marker(body) && !body.quotes) || witness(body) || manual(body)
    };
    let guards: HashSet<usize> = (0..build.bodies.len()).filter(|at| is_guard(*at)).collect();
    let marked =
        build.bodies.iter().filter(|b| marker(b)).filter_map(|b| b.place.clone()).collect();
    let entries: Vec<usize> = (0..build.bodies.len())
        .filter(|at| orphans.contains(at) || build.is_entry(*at, &programs, &config.check.entries))
        .collect();
    let unseen = config
        .sinks
        .extra
        .iter()
        .map(|extra| &extra.path)
        .filter(|path| !seen_names.contains(*path))
        .chain(
            config
                .guards
                .manual
                .iter()
                .map(|guard| &guard.path)
                .filter(|path| !build.bodies.iter().any(|body| fits(path, &body.path))),
        )
        .chain(config.check.entries.iter().filter(|entry| {
            entry.contains("::") && !build.bodies.iter().any(|body| fits(entry, &body.path))
        }))
        .cloned()
        .collect();
    Graph {
        bodies: build.bodies,
        names: build.names,
        edges,
        entries,
        guards,
        marked,
        sites,
        unseen,
    }
}

/// What a macro of somebody else's wrote stands, to the compiler, in its file. It is shown, and known from one run
/// to the next, where the function begins that uses it.
fn here(mut body: Body) -> Body {
    let Some(own) = body.place.clone().filter(|own| !Path::new(&own.file).is_absolute()) else {
        return body;
    };
    let places = body.mentions.iter_mut().map(|mention| &mut mention.place);
    for place in places.chain(body.opaque.iter_mut().map(|(_, place)| place)) {
        if Path::new(&place.file).is_absolute() {
            place.clone_from(&own);
        }
    }
    body
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
fn marker(body: &Body) -> bool {
    body.mentions.iter().any(|mention| {
        mention.called
            && path::last(&mention.path) == "enter"
            && (mention.path.starts_with("failclosed::__private_")
                || mention.path.starts_with("failclosed_runtime::__private_"))
    })
}

/// Whether the body can only be called with the proof of an allow: a permit, itself and not maybe.
fn witness(body: &Body) -> bool {
    body.arguments.iter().any(|argument| {
        let ty = path::plain_type(argument);
        let ours = ty.starts_with("failclosed::") || ty.starts_with("failclosed_runtime::");
        ours && matches!(path::last(&ty), "Permit" | "PermitFor")
    })
}

impl Build<'_> {
    fn fill(&mut self) {
        self.used.extend(self.index.associated().cloned());
        for (at, body) in self.bodies.iter().enumerate() {
            self.by_path.entry(body.path.clone()).or_default().push(at);
            if self.impls[at].is_some() {
                let method = path::last(&body.path).to_owned();
                self.methods.entry(method).or_default().push(at);
            }
            let own = self.impls[at].flatten().and_then(|i| i.of_type.as_deref());
            let texts = body.mentions.iter().map(|m| m.full.as_str());
            for text in texts.chain(body.holds.iter().map(|(ty, _)| ty.as_str())) {
                let names = path::type_names(text).filter(|name| Some(*name) != own);
                self.used.extend(names.map(str::to_owned));
            }
        }
    }

    fn edges(&self, at: usize) -> Vec<Edge> {
        let body = &self.bodies[at];
        let mut edges = Vec::new();
        for mention in &body.mentions {
            let how = if mention.called { Step::Calls } else { Step::Takes };
            for to in self.targets(krate(&body.path), &mention.path) {
                edges.push(Edge { to, place: Some(mention.place.clone()), how });
            }
        }
        edges
    }

    /// The bodies that a mention may mean.
    fn targets(&self, krate: &str, mention: &str) -> Vec<usize> {
        if let Some(found) =
            self.by_path.get(&format!("{krate}::{mention}")).or_else(|| self.by_path.get(mention))
        {
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
            Some((Some(of_trait), of_type)) => {
                of_trait == name && of_type.as_ref().is_none_or(|ty| self.used.contains(ty))
            }
            None => self.header_names(at, name) && home(at),
        })
    }

    /// Whether a body is in that module: of the crate that speaks, or of another that it names in full.
    fn lives(&self, at: usize, speaking: &str, module: &str) -> bool {
        let path = &self.bodies[at].path;
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
        texts.flat_map(|text| path::type_names(text)).any(|one| one == name)
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
                let fits = match &f.of_type {
                    None => true,
                    Some(of_type) => (dynamic || open) && self.used.contains(of_type),
                };
                f.of_trait.as_deref() == Some(name) && fits
            }
            // FAIL CLOSED: a macro made it, for a trait that is not known. Those of other crates' traits
            // are entry points by themselves.
            None => (dynamic || open) && self.index.own_trait(name),
        });
        for path in [format!("{krate}::{of_trait}::{method}"), format!("{of_trait}::{method}")] {
            found.extend(self.by_path.get(&path).into_iter().flatten());
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
            let Some(cut) = body.path.rfind("::") else { continue };
            let last = &body.path[cut + 2..];
            if !(last.starts_with('{') || last.starts_with("promoted[")) {
                continue;
            }
            let parents = self.by_path.get(&body.path[..cut]);
            for parent in parents.into_iter().flatten() {
                edges[*parent].push(Edge { to: at, place: body.place.clone(), how: Step::Runs });
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
                    Some(
                        path::last(&path::plain_type(self.bodies[at].arguments.first()?))
                            .to_owned(),
                    )
                };
                Some((at, of.or_else(taken)?))
            })
            .collect()
    }

    fn is_entry(&self, at: usize, programs: &[String], entries: &[String]) -> bool {
        let body = &self.bodies[at];
        let krate = krate(&body.path);
        let name = body.path.strip_prefix(krate).unwrap_or_default().trim_start_matches("::");
        // The body of an `async` function, and closures in it, begin where the function does: past its guard.
        if name.contains('{') {
            return false;
        }
        entries.iter().any(|entry| match entry.as_str() {
            "main" => name == "main" && programs.iter().any(|program| program == krate),
            "callbacks" => match self.index.impl_of(name) {
                // Methods of a trait of somebody else's are called by somebody else.
                Some(Some(found)) => found
                    .of_trait
                    .as_deref()
                    .is_some_and(|of| of != "Drop" && !self.index.own_trait(of)),
                Some(None) => true,
                None => {
                    body.place.as_ref().is_some_and(|p| self.index.is_exported(&p.file, p.line))
                }
            },
            "pub" => {
                !programs.iter().any(|program| program == krate)
                    && body.is_fn
                    && body.place.as_ref().is_some_and(|p| self.index.is_public(&p.file, p.line))
            }
            pattern => fits(pattern, &body.path),
        })
    }
}

/// A path as a person would say it: an `impl` by its type, an `async` body as its function.
fn shown(path: &str, index: &Index) -> String {
    let mut parts = Vec::new();
    let mut rest = path;
    while let Some(at) = path::top_level(rest, "::") {
        parts.push(&rest[..at]);
        rest = &rest[at + 2..];
    }
    parts.push(rest);
    let of_type = index.impl_of(path).flatten().and_then(|found| found.of_type.clone());
    let kept: Vec<String> = parts
        .into_iter()
        .filter(|part| !part.starts_with('{') && !part.starts_with("promoted["))
        .map(|part| {
            let made = part.starts_with("<impl at ");
            if made {
                of_type.clone().unwrap_or_else(|| "impl".to_owned())
            } else {
                part.to_owned()
            }
        })
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
