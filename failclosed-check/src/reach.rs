//! Which effects can be reached from an entry point without passing a guard.

mod compact;
mod drops;
mod extract;
mod find;
mod graph;
mod index;
mod kept;
mod mir;
mod opaque;
mod opens;
pub(crate) mod path;
pub(crate) mod stable;
mod taken;
mod within;
pub mod wrap;

use std::collections::{HashMap, HashSet};

use cargo_metadata::Metadata;

use compact::{At, Bodies};
pub(crate) use extract::How;
use extract::{Dump, Dumps};

use crate::{
    config::{Build, Config},
    finding::{Finding, Place},
    inconclusive::CheckError,
    marked::{self, Marked},
    sinks,
    source::{self as read, Unit},
    typed::{self, Dropped},
};

/// What was found in one build, in numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Counts {
    /// Places at which something is done to the world.
    pub effects: usize,
    /// Of those, behind a guard on every way.
    pub guarded: usize,
    /// Reached without one.
    pub unguarded: usize,
    /// Not reached from any entry point.
    pub unreached: usize,
    /// Bodies that ask, or that take a permit.
    pub guards: usize,
    /// Bodies at which code begins.
    pub entries: usize,
    /// All bodies.
    pub bodies: usize,
}

/// A place at which something is done to the world, and who stands before it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[non_exhaustive]
pub struct Effect {
    /// Where.
    pub place: Place,
    /// The path of the function around it.
    pub inside: String,
    /// The kind of effect (`fs.write`).
    pub effect: String,
    /// What is called, by its full path.
    pub sink: String,
    /// How it is reached.
    pub state: State,
}

/// How an effect is reached.
#[allow(clippy::exhaustive_enums, reason = "what a report's reader must tell apart")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// By at least one way without a guard.
    Unguarded,
    /// Only past a guard.
    Guarded,
    /// From no entry point.
    Unreached,
}

impl State {
    /// As it is written in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unguarded => "unguarded",
            Self::Guarded => "guarded",
            Self::Unreached => "unreached",
        }
    }
}

/// As a list for a terminal.
pub fn listed(effects: &[Effect]) -> String {
    let mut out = String::new();
    for Effect { place, inside, effect, sink, state } in effects {
        let state = state.as_str();
        out.push_str(&format!("{state:9} {effect:8} {place} `{sink}` in `{inside}`\n"));
    }
    let seen = effects.len();
    out.push_str(&format!("{seen} effect{}\n", if seen == 1 { "" } else { "s" }));
    out
}

/// What following one build has shown.
#[derive(Debug)]
pub(crate) struct Followed {
    pub(crate) findings: Vec<Finding>,
    pub(crate) effects: Vec<Effect>,
    pub(crate) counts: Counts,
    /// Of values that the source drops: whether they are `()`.
    pub(crate) nothing: HashMap<Place, bool>,
}

/// What the source says, and the compiler's text does not.
#[derive(Debug, Default)]
pub(crate) struct Source {
    index: index::Index,
    /// The functions that say they are guarded.
    marked: Vec<Marked>,
    dropped: Vec<Dropped>,
    /// Enums that can say yes and no.
    verdicts: HashSet<String>,
    /// The first module that is called as this library is.
    taken: Option<Place>,
}

impl Source {
    /// `strict`: names will be cut.
    pub(crate) fn of(unit: &Unit, strict: bool) -> Self {
        Self {
            index: index::Index::of(unit),
            marked: unit.files.iter().flat_map(marked::in_file).collect(),
            dropped: typed::dropped(unit),
            verdicts: typed::verdicts(unit),
            taken: taken::find(unit, strict),
        }
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.index.add(other.index);
        self.marked.extend(other.marked);
        self.dropped.extend(other.dropped);
        self.verdicts.extend(other.verdicts);
        self.taken = self.taken.take().or(other.taken);
    }
}

/// Builds the project, and follows it from its entry points.
///
/// # Errors
/// `Build`, where it does not build; `Undecided`, where what the compiler wrote is not understood, or a
/// configured name occurs nowhere.
pub(crate) fn check(
    metadata: &Metadata,
    source: &Source,
    config: &Config,
    build: &Build,
    how: How<'_>,
) -> Result<Followed, CheckError> {
    taken::check(source.taken.as_ref())?;
    let sinks = sinks::all(config)?;
    let reads = sinks::reads()?;
    let mut all = Bodies::default();
    let Dumps { dumps, built, homes } = extract::dumps(metadata, build, how)?;
    // Where each crate's bodies end.
    let mut ends = Vec::new();
    for dump in &dumps {
        kept::add(dump, &mut all)?;
        ends.push(all.all.len());
    }
    if how.strict {
        let mut looked_for: Vec<&str> = sinks.iter().map(|sink| sink.path.as_str()).collect();
        looked_for.extend(opaque::LOOKED_FOR);
        let (families, looked_for): (Vec<&str>, Vec<&str>) =
            looked_for.into_iter().partition(|path| path.contains('*'));
        let names = stable::Names::of(&looked_for, &families);
        // The trees of all packages at once, and only here: names and places are looked up in any of them.
        read::apart("the workspace", || {
            let units = read::units(metadata)?;
            let renamed = stable::renamed(&homes, &names)?;
            let known = stable::Known {
                units: &units,
                index: &source.index,
                looked_for: &looked_for,
                families: &families,
                built: &built,
                renamed: &renamed,
            };
            let mut parts = parts(&dumps, &all, &ends);
            stable::resolve(&mut parts, &known);
            stable::locate(&mut parts, &units);
            all = Bodies::default();
            parts.iter().flat_map(|part| &part.bodies).for_each(|body| all.add(body));
            Ok(())
        })?;
    }
    let programs = dumps.iter().filter(|dump| dump.program).map(|dump| dump.name.clone());
    let programs: Vec<String> = programs.collect();
    let within = within::Within::of(metadata, &built, how.strict);
    let graph = graph::build(all, &programs, &source.index, &within, &sinks, &reads, config);
    // FAIL CLOSED: what is misspelled is looked for in vain.
    if let Some(unseen) = graph.unseen.first() {
        return Err(CheckError::undecided(
            format!("FC0903: `{unseen}`"),
            "failclosed.toml names it, and it occurs nowhere in this build",
        ));
    }
    if graph.entries.is_empty() {
        return Err(CheckError::undecided(
            "no entry point was found",
            "help: name some in `entries` of failclosed.toml; for a library, `pub`",
        ));
    }
    let mut followed = find::findings(&graph, &source.marked);
    let values = values(&graph.bodies, &source.dropped);
    let judged = typed::judge(&source.dropped, &source.verdicts, values.iter());
    followed.findings.extend(judged.findings);
    followed.nothing = judged.nothing;
    Ok(followed)
}

/// The bodies of each crate by themselves, as texts of their own: names and places are put into them.
fn parts(dumps: &[Dump], all: &Bodies, ends: &[usize]) -> Vec<graph::Part> {
    let mut from = 0;
    let part = |(dump, end): (&Dump, &usize)| {
        // FAIL CLOSED: it ends the program, and not a crate's bodies without a word.
        let bodies = &all.all[from..*end];
        from = *end;
        let bodies = bodies.iter().map(|body| all.whole(body)).collect();
        graph::Part { name: dump.name.clone(), bodies }
    };
    dumps.iter().zip(ends).map(part).collect()
}

/// The types of what stands where the source drops a value.
fn values(bodies: &Bodies, dropped: &[Dropped]) -> Vec<(String, Place)> {
    let places = dropped.iter().filter_map(|one| bodies.texts.find_at(&one.value));
    let places: HashSet<At> = places.collect();
    let held = bodies.all.iter().flat_map(|body| &body.holds);
    held.filter(|(_, at)| places.contains(at))
        .map(|(ty, at)| (bodies.texts.get(*ty).to_owned(), bodies.place(*at)))
        .collect()
}
