//! Several clients over all drills of a format, in one table.
//!
//! ```text
//! cargo run -p failclosed-drill --example compare -- [--format behalf] [--deadline-ms 300]
//!     [--client naive]... [--only H1]... [--rows] [--details]
//! ```
//!
//! Each client is a process that speaks the line protocol: this program, started again. So each has
//! an environment of its own, and one that hangs, overflows its stack or eats the memory ends alone.

use std::{env, ffi::OsString, io, time::Duration};

use failclosed_drill::{Format, Report, Run};

mod lines;
mod naive;
mod ours;
mod table;
mod typed;

/// The clients there are. A new one is a module with a `verdict`, an arm in [`lines::answer`], and
/// its name here.
const CLIENTS: [&str; 3] = ["naive", "typed", "ours"];

struct Options {
    formats: Vec<Format>,
    clients: Vec<String>,
    deadline: Duration,
    only: Vec<String>,
    all_rows: bool,
    details: bool,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = env::args().skip(1);
    if let Some("client") = arguments.next().as_deref() {
        return lines::answer(&arguments.next().ok_or("which client?")?);
    }
    let options = options()?;
    for format in &options.formats {
        let reports = options
            .clients
            .iter()
            .map(|client| drill(client, *format, &options))
            .collect::<io::Result<Vec<Report>>>()?;
        if options.details {
            reports.iter().for_each(|report| println!("{}", report.to_text()));
        }
        println!("{}", table::markdown(&options.clients, &reports, options.all_rows));
    }
    Ok(())
}

fn drill(client: &str, format: Format, options: &Options) -> io::Result<Report> {
    let command: Vec<OsString> =
        vec![env::current_exe()?.into(), "client".into(), client.to_owned().into()];
    Run::new(format)
        .deadline(options.deadline)
        .only(|drill| {
            options.only.is_empty()
                || options.only.iter().any(|id| drill.id.starts_with(id.as_str()))
        })
        .lines(&command)
}

fn options() -> Result<Options, Box<dyn std::error::Error>> {
    let mut options = Options {
        formats: Vec::new(),
        clients: Vec::new(),
        deadline: Duration::from_millis(300),
        only: Vec::new(),
        all_rows: false,
        details: false,
    };
    let mut arguments = env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
        match argument.as_str() {
            "--format" => options.formats.push(value()?.parse()?),
            "--client" => options.clients.push(value()?),
            "--deadline-ms" => options.deadline = Duration::from_millis(value()?.parse()?),
            "--only" => options.only.push(value()?),
            "--rows" => options.all_rows = true,
            "--details" => options.details = true,
            _ => return Err(format!("no option {argument}").into()),
        }
    }
    if options.formats.is_empty() {
        options.formats = Format::ALL.to_vec();
    }
    if options.clients.is_empty() {
        options.clients = CLIENTS.map(str::to_owned).to_vec();
    }
    Ok(options)
}
