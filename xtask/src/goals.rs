//! `cargo xtask goals`: runs the benches that have goals, and prints one table of them: what was wanted, what
//! was measured, and whether that is met. A slow machine moves a number; so nothing fails here but a bench.
//!
//! A bench prints tables, and a goal is a cell of one: a row and a column that are no longer there are an
//! error, and no goal is left out.

use std::process::{Command, Stdio};

use crate::{forget, tools::root};

/// What a number has to be.
#[derive(Clone, Copy)]
enum Wanted {
    AtMost(f64),
    AtLeast(f64),
}

/// One number of one bench.
struct Goal {
    what: &'static str,
    /// The heading of the table's first column, where another table has such a row.
    table: &'static str,
    /// The row by its first cells.
    row: &'static [&'static str],
    /// The heading of its column; of two numbers, the first, which is the best of all rounds.
    column: &'static str,
    /// A row whose number in that column is one of what is wanted; none for a number that stands by itself.
    over: Option<&'static [&'static str]>,
    /// How many of these are one of what is wanted.
    unit: f64,
    wanted: Wanted,
}

struct Bench {
    name: &'static str,
    goals: &'static [Goal],
}

const RATIO: &str = "ratio (min / median)";

const ATTRIBUTE: &str = r#"`#[requires_permission(action = "..")]`"#;

const GUARDED: &str = "traits of 20 methods, `#[guarded]`";

const fn goal(
    what: &'static str,
    row: &'static [&'static str],
    column: &'static str,
    wanted: Wanted,
) -> Goal {
    Goal { what, table: "", row, column, over: None, unit: 1.0, wanted }
}

const BENCHES: [Bench; 7] = [
    Bench {
        name: "guard",
        goals: &[
            goal(
                "attribute over the ready authority, less two clocks, ns",
                &["the same, less the two readings of the clock"],
                "min ns",
                Wanted::AtMost(100.0),
            ),
            goal(
                "full local guard over casbin's best case",
                &["full local guard"],
                RATIO,
                Wanted::AtMost(0.4),
            ),
        ],
    },
    Bench {
        name: "allocations",
        goals: &[goal(
            "allocations of a full local guard",
            &["full local guard, records into a bounded channel"],
            "allocations",
            Wanted::AtMost(0.0),
        )],
    },
    Bench {
        name: "guarded",
        goals: &[goal(
            "a call of a guarded trait over an attribute",
            &["`#[guarded]` trait: `Arc<dyn Payments>`"],
            RATIO,
            Wanted::AtMost(1.5),
        )],
    },
    Bench {
        name: "cedar",
        goals: &[goal(
            "Cedar's authority over its engine",
            &["5 policies: ours"],
            RATIO,
            Wanted::AtMost(1.03),
        )],
    },
    Bench {
        name: "http",
        goals: &[
            Goal {
                table: "1 in flight",
                ..goal(
                    "a question over HTTP, p50 over the naive client",
                    &["guarded: `AuthZen`"],
                    "p50 over reqwest, naive",
                    Wanted::AtMost(1.0),
                )
            },
            Goal {
                table: "16 in flight",
                ..goal(
                    "questions a second over raw reqwest",
                    &["guarded: `AuthZen`"],
                    "a second over it",
                    Wanted::AtLeast(0.95),
                )
            },
        ],
    },
    Bench {
        name: "expansion",
        goals: &[
            goal(
                "an attribute to check, over `instrument`",
                &[ATTRIBUTE],
                "check to instrument",
                Wanted::AtMost(0.6),
            ),
            goal(
                "an attribute to build, over `instrument`",
                &[ATTRIBUTE],
                "build to instrument",
                Wanted::AtMost(0.4),
            ),
            Goal {
                over: Some(&[ATTRIBUTE]),
                ..goal(
                    "a method of a guarded trait to check, over an attribute",
                    &[GUARDED],
                    "check to instrument",
                    Wanted::AtMost(1.5),
                )
            },
            Goal {
                over: Some(&[ATTRIBUTE]),
                ..goal(
                    "a method of a guarded trait to build, over an attribute",
                    &[GUARDED],
                    "build to instrument",
                    Wanted::AtMost(1.5),
                )
            },
        ],
    },
    Bench {
        name: "log",
        goals: &[
            goal(
                "durable decisions of 256 callers, of ideal",
                &["256", "guarded, in the log"],
                "over ideal",
                Wanted::AtLeast(0.7),
            ),
            Goal {
                unit: 1_000.0,
                ..goal(
                    "a call with a log that is not synced, us",
                    &["a log that is not synced"],
                    "min ns",
                    Wanted::AtMost(2.0),
                )
            },
            goal("`verify` over SHA-256", &["`verify`"], "over SHA-256", Wanted::AtLeast(0.5)),
        ],
    },
];

/// One cell under the heading of its column, as benches print it.
struct Cell<'t> {
    table: &'t str,
    row: Vec<&'t str>,
    column: &'t str,
    text: &'t str,
}

fn cells(line: &str) -> Option<Vec<&str>> {
    let inner = line.trim().strip_prefix('|')?.strip_suffix('|')?;
    Some(inner.split('|').map(str::trim).collect())
}

/// All cells of all tables in a text.
fn tables(text: &str) -> Vec<Cell<'_>> {
    let (mut found, mut head) = (Vec::new(), None::<Vec<&str>>);
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let Some(row) = cells(line) else {
            head = None;
            continue;
        };
        let is_rule = |line: &&str| line.starts_with("| --- ") || line.starts_with("| ---:");
        match &head {
            None if lines.next_if(is_rule).is_some() => head = Some(row),
            None => {}
            Some(head) => {
                let table = head.first().copied().unwrap_or_default();
                for (column, text) in head.iter().zip(&row) {
                    found.push(Cell { table, row: row.clone(), column, text });
                }
            }
        }
    }
    found
}

impl Goal {
    fn find(&self, cells: &[Cell<'_>]) -> Result<f64, String> {
        let one = match self.over {
            Some(row) => self.number(row, cells)?,
            None => self.unit,
        };
        Ok(self.number(self.row, cells)? / one)
    }

    fn number(&self, row: &[&str], cells: &[Cell<'_>]) -> Result<f64, String> {
        let mut found = cells.iter().filter(|cell| {
            (self.table.is_empty() || cell.table == self.table)
                && cell.row.starts_with(row)
                && cell.column == self.column
        });
        let cell = found.next().ok_or_else(|| {
            format!(
                "no number for `{}`: no row {:?} with a column `{}`\n\
                 help: name it as the bench does, in xtask/src/goals.rs",
                self.what, row, self.column
            )
        })?;
        if found.next().is_some() {
            return Err(format!("`{}` is more than one number", self.what));
        }
        let first = cell.text.split('/').next().unwrap_or_default().trim();
        first.parse().map_err(|_| format!("`{}`: `{first}` is no number", self.what))
    }

    fn row(&self, number: f64) -> String {
        let (is_met, wanted) = match self.wanted {
            Wanted::AtMost(most) => (number <= most, format!("at most {most}")),
            Wanted::AtLeast(least) => (number >= least, format!("at least {least}")),
        };
        let is_met = if is_met { "met" } else { "**missed**" };
        // As many digits as are measured.
        let number = (number * 1000.0).round() / 1000.0;
        format!("| {} | {wanted} | {number} | {is_met} |", self.what)
    }
}

/// Runs the benches with these names; all that have goals, where none is named.
///
/// # Errors
/// A name that none has, a bench that fails, and one that prints no number for a goal.
pub(crate) fn run(names: &[String]) -> Result<(), String> {
    if let Some(name) = names.iter().find(|name| BENCHES.iter().all(|bench| bench.name != **name)) {
        let known: Vec<_> = BENCHES.iter().map(|bench| bench.name).collect();
        return Err(format!("no goals for `{name}`\nhelp: one of {}", known.join(", ")));
    }
    let mut rows = Vec::new();
    let is_wanted =
        |bench: &&Bench| names.is_empty() || names.iter().any(|name| name == bench.name);
    for bench in BENCHES.iter().filter(is_wanted) {
        eprintln!("=== {}", bench.name);
        let mut command = Command::new(env!("CARGO"));
        forget(&mut command);
        let output = command
            .args(["bench", "--quiet", "-p", "failclosed-benches", "--bench", bench.name])
            .current_dir(root()?)
            .stderr(Stdio::inherit())
            .output()
            .map_err(|error| format!("cargo: {error}"))?;
        let text = String::from_utf8_lossy(&output.stdout);
        println!("{text}");
        if !output.status.success() {
            return Err(format!("the bench `{}`: {}", bench.name, output.status));
        }
        let cells = tables(&text);
        for goal in bench.goals {
            rows.push(goal.row(goal.find(&cells)?));
        }
    }
    println!("| goal | wanted | measured | |\n| --- | --- | ---: | --- |");
    rows.iter().for_each(|row| println!("{row}"));
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    const TEXT: &str = "said before\n\
        | 1 in flight | p50 us | a second over it |\n| --- | ---: | ---: |\n\
        | guarded | 23.9 / 24.1 | 0.84 / 0.93 |\n\n\
        | 16 in flight | p50 us | a second over it |\n| ---: | ---: | ---: |\n\
        | guarded | 300.9 / 307.6 | 0.80 |\n";

    fn wanted(table: &'static str, row: &'static [&'static str]) -> Goal {
        Goal { table, ..goal("it", row, "a second over it", Wanted::AtLeast(0.8)) }
    }

    #[test]
    fn a_goal_is_one_cell_of_one_table() {
        let cells = tables(TEXT);
        assert_eq!(wanted("1 in flight", &["guarded"]).find(&cells), Ok(0.84));
        assert_eq!(wanted("16 in flight", &["guarded"]).find(&cells), Ok(0.8));
        let in_either = wanted("", &["guarded"]).find(&cells).unwrap_err();
        assert!(in_either.contains("more than one number"), "{in_either}");
        for (table, row) in [("16 in flight", "naive"), ("256 in flight", "guarded")] {
            let missing = Goal { row: &[], ..wanted(table, &[]) };
            let missing = if row == "naive" { wanted(table, &["naive"]) } else { missing };
            assert!(missing.find(&cells).unwrap_err().contains("no number"), "{table} {row}");
        }
    }

    #[test]
    fn a_goal_may_be_one_row_over_another() {
        let text = "| of | s |\n| --- | ---: |\n| one | 6.0 |\n| other | 4.0 / 5.0 |\n";
        let cells = tables(text);
        let of = |row: &'static [&'static str]| Goal {
            over: Some(row),
            ..goal("it", &["one"], "s", Wanted::AtMost(1.5))
        };
        assert_eq!(of(&["other"]).find(&cells), Ok(1.5));
        assert!(of(&["none"]).find(&cells).unwrap_err().contains("no number"));
    }

    #[test]
    fn what_is_missed_says_so() {
        let at_least = wanted("", &[]);
        assert!(at_least.row(0.8).ends_with("| met |"));
        assert!(at_least.row(0.79).ends_with("| **missed** |"));
        let at_most = Goal { wanted: Wanted::AtMost(2.0), ..at_least };
        assert!(
            at_most.row(2.0).ends_with("| met |") && at_most.row(2.1).ends_with("| **missed** |")
        );
    }
}
