//! The page itself. It holds no script, and its browser is told to run none and to fetch nothing.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{
    super::text::{cell, of, time},
    State,
    facts::{Count, Ended, Ends, Facts, Open, total},
};

/// For browsers: even if text of a log were taken for markup, nothing of it would be run or fetched.
const RULES: &str =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";
/// As many rows as a reader wants of one table.
const ROWS: usize = 15;
const UNKNOWN_ROWS: usize = 50;
/// The longest name on the page, in columns.
const COLUMNS: usize = 90;

pub(super) fn page(directory: &str, state: &State, facts: &Facts) -> Markup {
    let decisions = total(&facts.ends);
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="Content-Security-Policy" content=(RULES);
                meta name="referrer" content="no-referrer";
                title { "What the agents asked for" }
                // Our own text: nothing of a log is in it.
                style { (PreEscaped(include_str!("page.css"))) }
            }
            body {
                h1 { "What the agents asked for" }
                @if let Some((first, last)) = facts.period {
                    p.dim { (time(first)) " to " (time(last)) ", from the log in " code { (directory) } }
                }
                (chain(state))
                (sums(facts))
                h2 { "Decisions over time" }
                @if decisions == 0 {
                    p { "No decision is recorded." }
                } @else {
                    p.key { @for ended in Ended::ALL {
                        span { svg viewBox="0 0 10 10" aria-hidden="true" { rect class=(ended.class()) width="10" height="10" {} } (ended.name()) }
                    } }
                    (facts.timeline.picture())
                    p.dim { "A bar is " (facts.timeline.unit()) ", in UTC." }
                }
                (table("Decisions by cause", "Cause", &facts.causes))
                (table("What was asked for", "Action", &facts.actions))
                (table("Who asked", "Agent", &facts.agents))
                (people(facts))
                (unknown(facts))
                (rest(facts))
            }
        }
    }
}

/// A name that somebody else may have chosen: control and bidirectional characters written out, and cut.
fn name(text: &str) -> String {
    cell(text, COLUMNS).trim_end().to_owned()
}

fn chain(state: &State) -> Markup {
    html! {
        p { b { "The log is " (state.said) "." } " No record was changed, removed, added or moved in between." }
        @if let Some(doubt) = state.doubt { p { (doubt) } }
        p.dim { "Hash of the last record: " code { (state.hash) } }
    }
}

fn sums(facts: &Facts) -> Markup {
    let open = facts.unknown().map_or_else(|| "too many".to_owned(), |open| open.len().to_string());
    html! {
        ul.sums {
            li { b { (total(&facts.ends)) } "decisions" }
            @for (ended, count) in Ended::ALL.into_iter().zip(facts.ends) {
                li class=(ended.class()) { b { (count) } (ended.name()) }
            }
            li { b { (open) } "with an unknown outcome" }
        }
    }
}

fn table(title: &str, head: &str, count: &Count) -> Markup {
    let (rows, others) = count.top(ROWS);
    let most = rows.iter().map(|(_, ends)| total(ends)).chain([total(&others)]).max().unwrap_or(0);
    html! {
        h2 { (title) }
        @if rows.is_empty() {
            p { "None." }
        } @else {
            table {
                thead { tr {
                    th { (head) } th { "" } th.n { "decisions" } th.n { "allowed" } th.n { "refused" } th.n { "no answer" }
                } }
                tbody {
                    @for (text, ends) in &rows { (row(&name(text), ends, most)) }
                    @if total(&others) > 0 { (row("(all others)", &others, most)) }
                }
            }
        }
    }
}

fn row(name: &str, ends: &Ends, most: u64) -> Markup {
    let [allowed, approved, refused, unanswered] = *ends;
    let wide = |count: u64| count as f64 * 100.0 / most.max(1) as f64;
    let mut x = 0.0;
    html! {
        tr {
            td { (name) }
            td.bar {
                svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" {
                    @for (ended, count) in Ended::ALL.into_iter().zip(*ends) {
                        @let from = { x += wide(count); x - wide(count) };
                        @if count > 0 {
                            rect class=(ended.class()) x=(format!("{from:.2}")) width=(format!("{:.2}", wide(count))) height="8" {}
                        }
                    }
                }
            }
            td.n { (total(ends)) } td.n { (allowed + approved) } td.n { (refused) } td.n { (unanswered) }
        }
    }
}

fn people(facts: &Facts) -> Markup {
    let (rows, others) = facts.approvers.top(ROWS);
    html! {
        h2 { "People who approved" }
        @if rows.is_empty() {
            p { "Nobody was asked and said yes." }
        } @else {
            table {
                thead { tr { th { "Person" } th.n { "approved" } } }
                tbody {
                    @for (text, ends) in &rows { tr { td { (name(text)) } td.n { (total(ends)) } } }
                    @if total(&others) > 0 { tr { td { "(all others)" } td.n { (total(&others)) } } }
                }
            }
        }
    }
}

fn unknown(facts: &Facts) -> Markup {
    let open = facts.unknown();
    html! {
        h2 { "Unknown outcomes" }
        @match open {
            None => p.warn { "Too many calls were open at one time to tell which of them ended." },
            Some(open) if open.is_empty() => p { "None: of every allowed call it is recorded how it ended." },
            Some(open) => {
                p { "These calls were allowed, and nothing is recorded of how they ended. Somebody has to look at what they did." }
                (open_calls(&open))
            }
        }
    }
}

fn open_calls(open: &[&Open]) -> Markup {
    html! {
        table {
            thead { tr { th { "Time" } th { "Agent" } th { "Action" } th { "Call" } } }
            tbody {
                @for open in open.iter().take(UNKNOWN_ROWS) {
                    tr {
                        td.when { (time(open.at_ms)) } td { (name(&open.who)) } td { (name(&open.action)) }
                        td { code { (name(&open.call)) } }
                    }
                }
            }
        }
        @if open.len() > UNKNOWN_ROWS {
            p.warn { "And " (open.len() - UNKNOWN_ROWS) " more: " code { "failclosed log unknown" } " lists them." }
        }
    }
}

fn rest(facts: &Facts) -> Markup {
    let (dangers, others) = facts.dangers.top(ROWS);
    html! {
        h2 { "The system itself" }
        @for (danger, ends) in dangers {
            p.warn { (of("decision", total(&ends))) " under a dangerous mode: " (name(danger)) }
        }
        @if total(&others) > 0 { p.warn { (of("decision", total(&others))) " under other dangerous modes" } }
        p { (of("self check", facts.self_checks)) ", not counted above; " (of("outcome", facts.lost)) " lost; "
            (of("repair", facts.repaired)) " after a crash." }
    }
}
