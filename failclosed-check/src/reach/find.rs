//! From the graph to findings: what is reached, past which guard, and by which way.

use std::collections::{HashMap, HashSet, VecDeque};

use super::{
    Counts, Effect, Followed, State,
    compact::At,
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
            if let Some(at) = edge.place.filter(|_| !own) {
                let place = graph.bodies.place(at);
                hops.push(Hop { place, text: edge.how.text(&graph.names[edge.to]) });
            }
            at = *before;
        }
        if let Some(begin) = graph.bodies.all[at].place {
            let text = format!("entry point `{}`", graph.names[at].clone());
            hops.push(Hop { place: graph.bodies.place(begin), text });
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
    let paths = graph.bodies.all.iter().map(|body| graph.bodies.texts.get(body.path));
    let ours: Vec<bool> = paths.map(|path| OURS.contains(&krate(path))).collect();
    let behind = reach(graph, &reached_guards, &HashSet::new(), |edge| !ours[edge.to]);
    let (outside, callers) = (outside(graph, &open, &behind), Callers::of(graph));
    let unguarded = |body: usize| open.has(body) && !graph.guards.contains(&body);
    let entered: Vec<usize> =
        graph.entries.iter().copied().filter(|entry| behind.has(*entry)).collect();
    let inside = reach(graph, &entered, &graph.guards, |_| true);
    let mut findings = Vec::new();
    let mut counts = Counts {
        guards: graph.guards.len(),
        entries: graph.entries.len(),
        bodies: graph.bodies.all.len(),
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
        let around = if behind.has(site.body) {
            bypasses(graph, &open, &outside, &callers, site)
        } else {
            Vec::new()
        };
        // FAIL CLOSED: an entry point that others call behind a guard is a way in of its own. It crosses no line
        // that a call could be shown at, and an allow for such a call must not cover it.
        if around.is_empty() || inside.has(site.body) {
            findings.push(direct(graph, &open, site));
        }
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
    for finding in findings.iter_mut().filter(|finding| finding.notes.len() > SHOWN) {
        let more = finding.notes.split_off(SHOWN).len();
        finding.notes.push(format!("and {more} more effects"));
    }
    findings.extend(escapes(graph, &behind, &callers));
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

/// The calls from code that no guard stands before, into code that others reach behind one: whatever effect
/// they lead to. Each with where it is shown: a step without a place of its own where the body begins that takes it.
fn outside<'g>(
    graph: &'g Graph,
    open: &Reached<'_>,
    behind: &Reached<'_>,
) -> Vec<(usize, Option<At>, &'g Edge)> {
    let is_inside = |to: usize| behind.has(to) && !graph.guards.contains(&to);
    let mut found = Vec::new();
    for (from, edges) in graph.edges.iter().enumerate() {
        if open.has(from) && !graph.guards.contains(&from) && !behind.has(from) {
            let begins = graph.bodies.all[from].place;
            let inside = edges.iter().filter(|edge| is_inside(edge.to));
            found.extend(inside.map(|edge| (from, edge.place.or(begins), edge)));
        }
    }
    found
}

/// Those of these calls that lead to one effect.
fn bypasses(
    graph: &Graph,
    open: &Reached<'_>,
    outside: &[(usize, Option<At>, &Edge)],
    callers: &Callers,
    site: &Site,
) -> Vec<Finding> {
    let leading = callers.leads_to([site.body]);
    let mut found = Vec::new();
    let mut seen = HashSet::new();
    let led_to = graph.bodies.texts.find_at(&site.place);
    for (from, at, edge) in outside.iter().filter(|(.., edge)| leading.contains(&edge.to)) {
        // FAIL CLOSED: one without any place is shown at what it leads to; without it, an allow for another way would
        // be one for this.
        let at = at.or(led_to);
        if !seen.insert((at, &graph.names[*from])) {
            continue;
        }
        let callee = graph.names[edge.to].clone();
        let label = format!("reaches `{}` without a permission check", site.sink);
        let place = at.map_or_else(|| site.place.clone(), |at| graph.bodies.place(at));
        let mut finding = Finding::new(&FC0102, place, graph.names[*from].clone(), label);
        finding.message =
            format!("unguarded call into `{callee}`, which others reach behind a permission check");
        about(&mut finding, site);
        finding.callee = Some(callee);
        finding.hops = open.way(graph, *from);
        finding.notes.push(format!("the effect is at {} ({})", site.place, site.effect));
        found.push(finding);
    }
    found
}

/// Closures and tasks with an effect, handed on behind a guard: they may run when its permit is gone.
fn escapes(graph: &Graph, behind: &Reached<'_>, callers: &Callers) -> Vec<Finding> {
    let text = |id| graph.bodies.texts.get(id);
    let mut found: Vec<Finding> = Vec::new();
    let leading = callers.leads_to(graph.sites.iter().map(|site| site.body));
    let made: HashSet<String> = (graph.bodies.all.iter().enumerate())
        .filter(|(at, _)| leading.contains(at))
        .filter_map(|(_, body)| makes(text(*body.arguments.first()?)).pop())
        .collect();
    for (at, body) in graph.bodies.all.iter().enumerate().filter(|(at, _)| behind.has(*at)) {
        for (what, place) in &body.escapes {
            let place = graph.bodies.place(*place);
            let known = found.iter().any(|finding| finding.place == place);
            if made.contains(text(*what)) && !known {
                let label = "what runs here may run later, and nobody is asked then";
                let mut finding = Finding::new(&FC0104, place, graph.names[at].clone(), label);
                finding.hops = behind.way(graph, at);
                finding.notes.push(format!("it is made at {}", text(*what)));
                found.push(finding);
            }
        }
    }
    // A closure that a guarded body returns: whoever has it runs it as often as they like. A task that it
    // returns is its own, which the caller waits for.
    let bodies = graph.bodies.all.iter().enumerate();
    for (at, body) in bodies.filter(|(at, _)| graph.guards.contains(at)) {
        let returns = text(body.returns);
        let closures = returns.match_indices("closure@");
        let closures = closures.filter_map(|(from, _)| makes(&returns[from..]).into_iter().next());
        for what in closures.filter(|what| made.contains(what)) {
            let begins = body.place.map(|at| graph.bodies.place(at));
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

/// From which bodies each is reached in one step.
struct Callers(Vec<Vec<usize>>);

impl Callers {
    fn of(graph: &Graph) -> Self {
        let mut callers = vec![Vec::new(); graph.edges.len()];
        for (from, edges) in graph.edges.iter().enumerate() {
            for edge in edges {
                // The edges of one body stand together.
                if callers[edge.to].last() != Some(&from) {
                    callers[edge.to].push(from);
                }
            }
        }
        Self(callers)
    }

    /// The bodies from which one of these is reached, and themselves.
    fn leads_to(&self, to: impl IntoIterator<Item = usize>) -> HashSet<usize> {
        let mut queue: Vec<usize> = to.into_iter().collect();
        let mut found: HashSet<usize> = queue.iter().copied().collect();
        while let Some(at) = queue.pop() {
            queue.extend(self.0[at].iter().copied().filter(|from| found.insert(*from)));
        }
        found
    }
}

/// Functions that are in the build and say that they are guarded, and are not.
fn without_guard(graph: &Graph, marked: &[Marked]) -> Vec<Finding> {
    let mut found = Vec::new();
    for mark in marked {
        let within =
            |place: &Place| place.file == mark.place.file && mark.lines.contains(&place.line);
        let file = graph.bodies.texts.find(&mark.place.file);
        let begins = |at: At| Some(at.file) == file && mark.lines.contains(&(at.line as usize));
        let built = graph.bodies.all.iter().any(|body| body.place.is_some_and(begins));
        if built && !graph.marked.iter().any(within) {
            let label = "nothing is asked in this build";
            found.push(Finding::new(&FC0103, mark.place.clone(), mark.name.clone(), label));
        }
    }
    found
}
