//! From the graph to findings: what is reached, past which guard, and by which way.

use std::collections::{HashMap, HashSet, VecDeque};

use super::{
    Counts, Effect, Followed, State,
    graph::{Edge, Graph, Site, krate},
    mir::{makes, place},
};
use crate::{
    finding::{Finding, Hop, Place},
    marked::Marked,
    rules::{FC0101, FC0102, FC0103, FC0104, FC0105},
    sinks::{FFI, OPAQUE},
};

/// This library, as paths begin with it.
const OURS: [&str; 2] = ["failclosed", "failclosed_runtime"];

/// What is reached from somewhere, and by which step first.
struct Reached<'g> {
    from: HashMap<usize, Option<(usize, &'g Edge)>>,
}

/// Breadth first, so that the way that is shown is a shortest one. `stop` is reached and not left.
fn reach<'g>(
    graph: &'g Graph,
    starts: &[usize],
    stop: &HashSet<usize>,
    step: impl Fn(&Edge) -> bool,
) -> Reached<'g> {
    let mut from: HashMap<usize, Option<(usize, &Edge)>> =
        starts.iter().map(|start| (*start, None)).collect();
    let mut queue: VecDeque<usize> = starts.iter().copied().collect();
    while let Some(at) = queue.pop_front() {
        if stop.contains(&at) {
            continue;
        }
        for edge in graph.edges[at].iter().filter(|edge| step(edge)) {
            if let std::collections::hash_map::Entry::Vacant(e) = from.entry(edge.to) {
                e.insert(Some((at, edge)));
                queue.push_back(edge.to);
            }
        }
    }
    Reached { from }
}

impl Reached<'_> {
    fn has(&self, body: usize) -> bool {
        self.from.contains_key(&body)
    }

    /// The steps to a body, the entry point first.
    fn way(&self, graph: &Graph, to: usize) -> Vec<Hop> {
        let mut hops = Vec::new();
        let mut at = to;
        while let Some(Some((before, edge))) = self.from.get(&at) {
            // Into its own `async` body or closure is no step that anybody took.
            let own = graph.names[at] == graph.names[*before];
            if let Some(place) = edge.place.as_ref().filter(|_| !own) {
                hops.push(Hop { place: place.clone(), text: edge.how.text(&graph.names[edge.to]) });
            }
            at = *before;
        }
        if let Some(place) = &graph.bodies[at].place {
            let text = format!("entry point `{}`", graph.names[at].clone());
            hops.push(Hop { place: place.clone(), text });
        }
        hops.reverse();
        hops
    }
}

pub(super) fn findings(graph: &Graph, marked: &[Marked]) -> Followed {
    let open = reach(graph, &graph.entries, &graph.guards, |_| true);
    let reached_guards: Vec<usize> =
        graph.guards.iter().copied().filter(|guard| open.has(*guard)).collect();
    // To ask is not what the answer is for. Where this library is of the workspace itself, what it does to ask
    // is reached without a guard, and no way around one.
    let asks = |edge: &Edge| OURS.contains(&krate(&graph.bodies[edge.to].path));
    let behind = reach(graph, &reached_guards, &HashSet::new(), |edge| !asks(edge));
    let unguarded = |body: usize| open.has(body) && !graph.guards.contains(&body);
    let entered: Vec<usize> =
        graph.entries.iter().copied().filter(|entry| behind.has(*entry)).collect();
    let inside = reach(graph, &entered, &graph.guards, |_| true);
    let mut findings = Vec::new();
    let mut counts = Counts {
        guards: graph.guards.len(),
        entries: graph.entries.len(),
        bodies: graph.bodies.len(),
        ..Counts::default()
    };
    // One place in the source can be in several bodies of one function (a coroutine is printed twice). FAIL
    // CLOSED: one in a macro is in several functions, and each is a finding: an allow for one is none for all.
    let mut sites: HashMap<(&Place, &str, &str), Vec<&Site>> = HashMap::new();
    for site in &graph.sites {
        sites.entry((&site.place, &site.sink, &graph.names[site.body])).or_default().push(site);
    }
    counts.effects = sites.len();
    let mut sites: Vec<_> = sites.into_iter().collect();
    sites.sort_by_key(|(key, _)| *key);
    let mut effects = Vec::new();
    for (_, sites) in sites {
        let Some(site) = sites.iter().copied().find(|site| unguarded(site.body)) else {
            let guarded = sites.iter().find(|site| {
                behind.has(site.body) || graph.guards.contains(&site.body) && open.has(site.body)
            });
            if let Some(site) = guarded {
                counts.guarded += 1;
                effects.push(effect(graph, site, State::Guarded));
            } else if let Some(site) = sites.first() {
                counts.unreached += 1;
                effects.push(effect(graph, site, State::Unreached));
            }
            continue;
        };
        effects.push(effect(graph, site, State::Unguarded));
        counts.unguarded += 1;
        let around =
            if behind.has(site.body) { bypasses(graph, &open, &behind, site) } else { Vec::new() };
        // FAIL CLOSED: an entry point that others call behind a guard is a way in of its own. It crosses no line
        // that a call could be shown at, and an allow for such a call must not cover it.
        if around.is_empty() || inside.has(site.body) {
            findings.push(direct(graph, &open, site));
        }
        {
            for one in around {
                // One call may lead to several effects: it is one way around the guard.
                match findings
                    .iter_mut()
                    .find(|f| f.rule == one.rule && f.place == one.place && f.inside == one.inside)
                {
                    Some(known) => known.notes.extend(one.notes),
                    None => findings.push(one),
                }
            }
        }
    }
    for finding in findings.iter_mut().filter(|finding| finding.notes.len() > SHOWN) {
        let more = finding.notes.split_off(SHOWN).len();
        finding.notes.push(format!("and {more} more effects"));
    }
    findings.extend(escapes(graph, &behind));
    findings.extend(without_guard(graph, marked));
    Followed { findings, effects, counts, nothing: HashMap::new() }
}

fn effect(graph: &Graph, site: &Site, state: State) -> Effect {
    Effect {
        place: site.place.clone(),
        inside: graph.names[site.body].clone(),
        effect: site.effect.clone(),
        sink: site.sink.clone(),
        state,
    }
}

/// How many effects of one call are named.
const SHOWN: usize = 3;

fn about(finding: &mut Finding, site: &Site) {
    finding.sink = Some(site.sink.clone());
    finding.effect = Some(site.effect.clone());
}

fn direct(graph: &Graph, open: &Reached<'_>, site: &Site) -> Finding {
    let inside = graph.names[site.body].clone();
    let label = format!("{}: `{}`", site.effect, site.sink);
    let opaque = [FFI, OPAQUE].contains(&site.effect.as_str());
    let rule = if opaque { &FC0105 } else { &FC0101 };
    let mut finding = Finding::new(rule, site.place.clone(), inside, label);
    finding.message = format!("`{}` can be reached without a permission check", site.sink);
    about(&mut finding, site);
    finding.hops = open.way(graph, site.body);
    finding
}

/// The calls from code that no guard stands before, into code that others reach behind one.
fn bypasses(graph: &Graph, open: &Reached<'_>, behind: &Reached<'_>, site: &Site) -> Vec<Finding> {
    let leading = leads_to(graph, HashSet::from([site.body]));
    let mut found = Vec::new();
    for (from, edges) in graph.edges.iter().enumerate() {
        let outside = open.has(from) && !graph.guards.contains(&from) && !behind.has(from);
        for edge in edges.iter().filter(|_| outside) {
            let inside = behind.has(edge.to)
                && !graph.guards.contains(&edge.to)
                && leading.contains(&edge.to);
            if !inside {
                continue;
            }
            // FAIL CLOSED: a step without a place of its own is shown where the body begins that takes it, or where
            // it leads to; without it, an allow for another way would be one for this.
            let begins = graph.bodies[from].place.as_ref();
            let place = edge.place.as_ref().or(begins).unwrap_or(&site.place);
            let callee = graph.names[edge.to].clone();
            let label = format!("reaches `{}` without a permission check", site.sink);
            let mut finding =
                Finding::new(&FC0102, place.clone(), graph.names[from].clone(), label);
            finding.message = format!(
                "unguarded call into `{callee}`, which others reach behind a permission check"
            );
            about(&mut finding, site);
            finding.callee = Some(callee);
            finding.hops = open.way(graph, from);
            finding.notes.push(format!("the effect is at {} ({})", site.place, site.effect));
            if !found
                .iter()
                .any(|f: &Finding| f.place == finding.place && f.inside == finding.inside)
            {
                found.push(finding);
            }
        }
    }
    found
}

/// Closures and tasks with an effect, handed on behind a guard: they may run when its permit is gone.
fn escapes(graph: &Graph, behind: &Reached<'_>) -> Vec<Finding> {
    let mut found: Vec<Finding> = Vec::new();
    let effects: HashSet<usize> = graph.sites.iter().map(|site| site.body).collect();
    let leading = leads_to(graph, effects);
    let made: HashMap<String, usize> = (0..graph.bodies.len())
        .filter(|at| leading.contains(at))
        .filter_map(|at| Some((makes(graph.bodies[at].arguments.first()?).pop()?, at)))
        .collect();
    for (at, body) in graph.bodies.iter().enumerate().filter(|(at, _)| behind.has(*at)) {
        for (what, place) in &body.escapes {
            let known = found.iter().any(|finding| finding.place == *place);
            if made.contains_key(what) && !known {
                let label = "what runs here may run later, and nobody is asked then";
                let mut finding =
                    Finding::new(&FC0104, place.clone(), graph.names[at].clone(), label);
                finding.hops = behind.way(graph, at);
                finding.notes.push(format!("it is made at {what}"));
                found.push(finding);
            }
        }
    }
    // A closure that a guarded body returns: whoever has it runs it as often as they like. A task that it
    // returns is its own, which the caller waits for.
    for (at, body) in graph.bodies.iter().enumerate().filter(|(at, _)| graph.guards.contains(at)) {
        let closures = body.returns.match_indices("closure@");
        let closures =
            closures.filter_map(|(from, _)| makes(&body.returns[from..]).into_iter().next());
        for what in closures.filter(|what| made.contains_key(what)) {
            let begins = graph.bodies[at].place.clone();
            let Some(place) =
                place(&what).or(begins).filter(|p| !found.iter().any(|f| f.place == *p))
            else {
                continue;
            };
            let label = "whoever gets this may run it later, and nobody is asked then";
            found.push(Finding::new(&FC0104, place, graph.names[at].clone(), label));
        }
    }
    found
}

fn leads_to(graph: &Graph, to: HashSet<usize>) -> HashSet<usize> {
    let mut found = to;
    loop {
        let before = found.len();
        for (from, edges) in graph.edges.iter().enumerate() {
            if edges.iter().any(|edge| found.contains(&edge.to)) {
                found.insert(from);
            }
        }
        if found.len() == before {
            return found;
        }
    }
}

/// Functions that are in the build and say that they are guarded, and are not.
fn without_guard(graph: &Graph, marked: &[Marked]) -> Vec<Finding> {
    let mut found = Vec::new();
    for mark in marked {
        let within =
            |place: &Place| place.file == mark.place.file && mark.lines.contains(&place.line);
        let built = graph.bodies.iter().any(|body| body.place.as_ref().is_some_and(within));
        if built && !graph.marked.iter().any(within) {
            let label = "nothing is asked in this build";
            found.push(Finding::new(&FC0103, mark.place.clone(), mark.name.clone(), label));
        }
    }
    found
}
