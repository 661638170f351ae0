//! `log show`: a line for each record, or the records as they are.

use std::{io::Write, thread, time::Duration};

use anstyle::{AnsiColor, Style};
use clap::Args;
use failclosed_runtime::audit::{Kind, Record};

use super::{
    Output, Place, Refusal, broken,
    filter::Filter,
    read_with,
    text::{Look, Question, cell, columns_of, day_and_time, lasted, of, who},
    unreadable,
};

/// How often a log that is followed is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(200);

const DIM: Style = Style::new().dimmed();
const GOOD: Style = AnsiColor::Green.on_default();
const NO: Style = AnsiColor::Red.on_default();
const ODD: Style = AnsiColor::Yellow.on_default();
const ALARM: Style = AnsiColor::Red.on_default().bold();

#[derive(Debug, Args)]
pub(crate) struct Form {
    /// The records as they were written, a line each
    #[arg(long)]
    json: bool,
    /// Goes on as the log grows, until it is stopped
    #[arg(long, short)]
    follow: bool,
    #[command(flatten)]
    filter: Filter,
}

pub(super) fn run(log: &Place, form: &Form, out: &mut Output<impl Write>) -> Result<u8, Refusal> {
    let mut table = Table { look: Look::of_stdout(), day: String::new() };
    let mut show = |record: &Record, line: &[u8], out: &mut Output<_>| {
        if form.filter.takes(record) {
            if form.json { out.bytes(line) } else { table.show(record, out) }
        }
    };
    if !form.follow {
        read_with(log, |record, line| show(record, line, out))?;
        return Ok(0);
    }
    let mut reader = log.open().map_err(unreadable)?;
    while out.failed.is_none() {
        match reader.next_record().map_err(unreadable)?.map_err(broken)? {
            Some(record) => show(&record, reader.text(), out),
            None => {
                out.flush();
                thread::sleep(LOOK_EVERY);
            }
        }
    }
    Ok(0)
}

struct Table {
    look: Look,
    /// The day of the last line.
    day: String,
}

impl Table {
    fn show(&mut self, record: &Record, out: &mut Output<impl Write>) {
        let (day, time) = day_and_time(record.at_ms);
        if day != self.day {
            if self.day.is_empty() {
                let heads = ["RECORD", "TIME", "ANSWER", "WHO", "WHAT", "WHY"];
                out.line(self.look.paint(DIM, &self.row(heads).concat()).trim_end());
            }
            out.line(&self.look.paint(DIM, &day));
            self.day = day;
        }
        let (answer, style) = answer(record);
        let (seq, who, widths) = (record.seq.to_string(), who(record), self.widths());
        let [what, why] = [what(record), why(record)];
        let (what, why) = (fitting(&what, widths[4]), fitting(&why, widths[5]));
        let [seq, time, answer, who, what, why] = self.row([&seq, &time, &answer, &who, what, why]);
        let (seq, answer) = (self.look.paint(DIM, &seq), self.look.paint(style, &answer));
        let rest = [who, what, why].concat();
        // What is of little interest stays in the background as a whole.
        let rest = if style == DIM { self.look.paint(DIM, rest.trim_end()) } else { rest };
        out.line(format!("{seq}{time}{answer}{rest}").trim_end());
    }

    /// What a wider terminal has more goes to what was asked, and why.
    fn widths(&self) -> [usize; 6] {
        let more = self.look.columns.saturating_sub(80);
        [6, 8, 14, 17, 13 + more / 2, 17 + more - more / 2]
    }

    fn row(&self, cells: [&str; 6]) -> [String; 6] {
        let (widths, [seq, time, answer, who, what, why]) = (self.widths(), cells);
        [
            // A number is never cut.
            format!("{seq:>6} "),
            cell(time, widths[1]) + " ",
            cell(answer, widths[2]) + " ",
            cell(who, widths[3]) + " ",
            cell(what, widths[4]) + " ",
            cell(why, widths[5]),
        ]
    }
}

/// The longer of two forms, if there is room for it.
fn fitting(forms: &[String; 2], columns: usize) -> &str {
    let [long, short] = forms;
    if columns_of(long) <= columns || short.is_empty() { long } else { short }
}

/// The answer in one word, and how it stands out.
fn answer(record: &Record) -> (String, Style) {
    let or_unknown = |text: &Option<String>| text.clone().unwrap_or_else(|| "?".to_owned());
    match record.record {
        Kind::Decision => {
            let (answer, style) = match (record.verdict.as_deref(), record.cause.as_deref()) {
                (Some("allow"), _) => ("allow".to_owned(), GOOD),
                (_, Some("denied")) => ("denied".to_owned(), NO),
                _ => (or_unknown(&record.cause), ODD),
            };
            match (record.self_check, style == GOOD) {
                // Nobody may be allowed what a self check asks for.
                (true, true) => ("check allowed".to_owned(), ALARM),
                (true, false) => ("self check".to_owned(), DIM),
                (false, _) if record.danger.is_some() => (answer, ALARM),
                (false, _) => (answer, style),
            }
        }
        Kind::Outcome => {
            let done = record.outcome.as_deref() == Some("completed");
            (or_unknown(&record.outcome), if done { DIM } else { ODD })
        }
        Kind::Lost => ("lost".to_owned(), ALARM),
        Kind::Repaired | _ => (format!("{:?}", record.record).to_lowercase(), ODD),
    }
}

/// With the resource, and without.
fn what(record: &Record) -> [String; 2] {
    let action = record.action.clone().unwrap_or_default();
    let resource = Question::of(record).and_then(|question| question.resource());
    [resource.map_or_else(|| action.clone(), |resource| format!("{action} {resource}")), action]
}

/// With the reason, and without.
fn why(record: &Record) -> [String; 2] {
    if let Some(danger) = &record.danger {
        return [format!("DANGER {danger}"), String::new()];
    }
    if let Some(approval) = &record.approval {
        let by = approval.by.as_deref().unwrap_or("a person");
        return [format!("{by}, through {}", approval.through), by.to_owned()];
    }
    if record.verdict.is_some() {
        let rule = record.rule.clone().unwrap_or_default();
        let parts = [&record.rule, &record.reason].into_iter().flatten();
        return [parts.map(String::as_str).collect::<Vec<_>>().join(": "), rule];
    }
    let numbers = [
        record.elapsed_us.map(|micros| format!("after {}", lasted(micros))),
        record.outcomes.map(|lost| of("outcome", lost)),
        record.cut_bytes.map(|cut| format!("{} cut off", of("byte", cut))),
    ];
    [numbers.into_iter().flatten().collect::<Vec<_>>().join(", "), String::new()]
}
