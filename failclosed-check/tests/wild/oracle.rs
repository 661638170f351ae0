//! What another program sees: clippy, with the same list as methods that are not allowed. It knows of
//! call sites alone, not of ways to them; so each of its sites must be known here, in whatever state.

use std::{collections::BTreeSet, fs};

use failclosed_check::{config::Config, run::Report, sinks};

use crate::program::{self, Program, cargo, repository};

/// A call site: file, line, the effect's last name.
type Site = (String, usize, String);

/// The lists, in clippy's words.
fn settings() -> String {
    let mut text = String::from("disallowed-methods = [\n");
    for sink in sinks::all(&Config::default()).unwrap() {
        // Of a trait's method clippy sees the trait, and not of whom it is called: every writer.
        // A family clippy does not know.
        if !sink.path.starts_with('<') && !sink.is_family() {
            text.push_str(&format!("    {{ path = {:?}, allow-invalid = true }},\n", sink.path));
        }
    }
    text.push_str("]\n");
    text
}

/// What clippy says of a program.
fn sites(program: &Program) -> BTreeSet<Site> {
    let settings_in = repository().join("target/wild/oracle");
    fs::create_dir_all(&settings_in).unwrap();
    let text = settings();
    let file = settings_in.join("clippy.toml");
    if fs::read_to_string(&file).ok().as_ref() != Some(&text) {
        fs::write(&file, text).unwrap();
    }
    let mut command = cargo(&["clippy", "--workspace", "--message-format=json"], &program.home());
    command.arg("--target-dir").arg(program::target()).env("CLIPPY_CONF_DIR", &settings_in);
    command.args(["--", "-Aclippy::all", "-Wclippy::disallowed_methods"]);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut sites = BTreeSet::new();
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let message: serde_json::Value = serde_json::from_str(line).unwrap();
        if message["message"]["code"]["code"] != "clippy::disallowed_methods" {
            continue;
        }
        if message["target"]["kind"][0] == "custom-build" {
            continue;
        }
        let said = message["message"]["message"].as_str().unwrap();
        let path = said.split('`').nth(1).unwrap();
        let name = path.rsplit("::").next().unwrap().to_owned();
        let span = &message["message"]["spans"][0];
        let line = usize::try_from(span["line_start"].as_u64().unwrap()).unwrap();
        sites.insert((span["file_name"].as_str().unwrap().to_owned(), line, name));
    }
    sites
}

/// Both see the same calls; what no list names, clippy cannot be told to look for.
pub(crate) fn compare(program: &Program, report: &Report) {
    let clippy = sites(program);
    let known: BTreeSet<Site> = report
        .effects
        .iter()
        .filter(|effect| !effect.sink.starts_with('<'))
        .filter(|effect| !["ffi", "opaque"].contains(&effect.effect.as_str()))
        .map(|effect| {
            let name = effect.sink.rsplit("::").next().unwrap().to_owned();
            (effect.place.file.clone(), effect.place.line, name)
        })
        .collect();
    assert!(clippy.len() > 5, "{}: clippy saw {clippy:?}", program.name);
    // Clippy does not look at the path that is opened.
    let nowhere = |(file, line, _): &&Site| {
        let text = fs::read_to_string(program.home().join(file)).unwrap();
        let line = text.lines().nth(line - 1).unwrap();
        ["\"/dev/null\"", "\"/dev/stdout\""].iter().any(|path| line.contains(path))
    };
    let only_clippy: Vec<_> = clippy.difference(&known).filter(|site| !nowhere(site)).collect();
    let only_here: Vec<_> = known.difference(&clippy).collect();
    assert!(only_clippy.is_empty(), "{}: only clippy sees {only_clippy:#?}", program.name);
    assert!(only_here.is_empty(), "{}: clippy does not see {only_here:#?}", program.name);
}
