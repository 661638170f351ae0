//! `log export`: the log in the words of other programs. Nothing is left out of it.

use std::io::Write;

use clap::ValueEnum;
use failclosed_runtime::audit::Record;

use super::{Output, Place, Refusal, filter::Filter, read_with};

mod csv;
mod ocsf;

/// In which form.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Form {
    /// The records as they were written, a line of JSON each
    Json,
    /// A table for spreadsheets, with a heading
    Csv,
    /// Events of OCSF, for a SIEM: class 6003, a line of JSON each
    Ocsf,
}

pub(super) fn run(
    log: &Place,
    form: Form,
    filter: &Filter,
    out: &mut Output<impl Write>,
) -> Result<u8, Refusal> {
    if matches!(form, Form::Csv) {
        out.line(&csv::heading());
    }
    let mut failed = None;
    let export = |record: &Record, line: &[u8]| {
        let text = String::from_utf8_lossy(line);
        match form {
            Form::Json => Ok(text.into_owned()),
            Form::Csv => csv::row(record),
            Form::Ocsf => ocsf::event(record, &text).map(|event| event.to_string()),
        }
    };
    read_with(log, |record, line| {
        if failed.is_none() && filter.takes(record) {
            match export(record, line) {
                Ok(text) => out.line(&text),
                Err(why) => {
                    failed = Some(format!("record {} cannot be exported: {why}", record.seq))
                }
            }
        }
    })?;
    match failed {
        // FAIL CLOSED: an export with a hole in it is none.
        Some(why) => Err(Refusal::undecided(why)),
        None => Ok(0),
    }
}
