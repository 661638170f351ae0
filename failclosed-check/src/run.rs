//! One run: lints, then each build, then what is allowed and what is known.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    slice,
};

use cargo_metadata::Metadata;

use crate::{
    allow,
    baseline::Baseline,
    changed::Unchanged,
    config::{Build, Config, Exclude, FailOn},
    dangers::{self, Danger},
    finding::{Finding, Place, Severity},
    inconclusive::CheckError,
    lint,
    reach::{self, Counts, Effect, How, stable},
    rules::{FC0214, FC0902},
    sinks::{self, Sink},
    source,
};

/// What to do.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Options {
    /// The workspace, or a directory in it.
    pub directory: PathBuf,
    /// The program that cargo starts in the compiler's place: one whose `main` begins with
    /// [`wrap::if_called`](crate::reach::wrap::if_called). None: no build, lints only.
    pub wrapper: Option<PathBuf>,
    /// Where cargo builds. None: where it always does.
    pub target: Option<PathBuf>,
    /// Whether findings of the baseline count.
    pub ignore_baseline: bool,
    /// Only what files that changed since this git revision have to do with.
    pub changed_since: Option<String>,
    /// Nothing that is not stable is asked of the compiler. `failclosed.toml` may say so as well.
    pub strict_stable: bool,
}

impl Options {
    /// Lints and builds of the workspace around a directory.
    pub fn new(directory: impl Into<PathBuf>, wrapper: Option<PathBuf>) -> Self {
        Self {
            directory: directory.into(),
            wrapper,
            target: None,
            ignore_baseline: false,
            changed_since: None,
            strict_stable: false,
        }
    }
}

/// What came out.
#[derive(Debug)]
#[non_exhaustive]
pub struct Report {
    /// By file and line.
    pub findings: Vec<Finding>,
    /// Each build by name, and its numbers. Empty: nothing was built.
    pub builds: Vec<(String, Counts)>,
    /// Each effect that was seen: guarded, allowed, known or not.
    pub effects: Vec<Effect>,
    /// How many findings are allowed, with reasons.
    pub allowed: usize,
    /// How many findings the baseline knows.
    pub known: usize,
    /// How many findings are in files that did not change, where only those that did were asked for.
    pub unchanged: usize,
    /// Each escape hatch that is used: allowed, known or not.
    pub dangers: Vec<Danger>,
    /// Packages that were not followed, and why.
    pub excluded: Vec<Exclude>,
    /// What the way of checking does not see, beside what no way does.
    pub limits: &'static [&'static str],
    /// The workspace's directory.
    pub root: PathBuf,
    /// Files by path, as they were when they were checked.
    pub sources: BTreeMap<String, String>,
    fail_on: FailOn,
}

impl Report {
    /// 0: nothing that counts was found; 1: something was.
    pub fn exit_code(&self) -> u8 {
        let least = match self.fail_on {
            FailOn::Error => Severity::Error,
            FailOn::Warning => Severity::Warning,
            FailOn::Never => return 0,
        };
        u8::from(self.findings.iter().any(|finding| finding.rule.severity >= least))
    }
}

/// Checks a workspace.
///
/// # Errors
/// [`CheckError`], where there is no result: never the same as nothing found.
pub fn check(options: &Options) -> Result<Report, CheckError> {
    let metadata = source::metadata(&options.directory)?;
    let root = metadata.workspace_root.as_std_path().to_owned();
    let config = Config::load(&root)?;
    config.excludes(&metadata)?;
    let exclude = config.check.exclude.as_slice();
    // Before the build: what cannot be answered is said at once.
    let since = options.changed_since.as_deref();
    let unchanged = since.map(|since| Unchanged::since(since, &root)).transpose()?;
    // FAIL CLOSED: without the lists of effects there is nothing that could be found.
    let sinks = sinks::all(&config)?;
    let strict = options.strict_stable || config.check.strict_stable;
    let is_strict = options.wrapper.as_ref().map(|_| strict);
    let Read { mut findings, source, dangers, mut texts, unfollowed } =
        read(&metadata, &sinks, is_strict, exclude)?;
    let mut builds = Vec::new();
    let mut effects = Vec::new();
    // Values that are `()` in every build that has them.
    let mut nothing: BTreeMap<Place, bool> = BTreeMap::new();
    if let Some(wrapper) = &options.wrapper {
        let plain = [Build::default()];
        let wanted = if config.build.is_empty() { &plain[..] } else { &config.build };
        for build in wanted {
            let how = How { wrapper, target: options.target.as_deref(), strict, exclude };
            let found = reach::check(&metadata, &source, &config, build, how)?;
            builds.push((name(build), found.counts));
            effects.extend(found.effects);
            for (value, is_nothing) in found.nothing {
                let before = nothing.entry(value).or_insert(true);
                *before &= is_nothing;
            }
            for finding in found.findings {
                // The source alone has said so already.
                let line = |place: &Place| (place.file.clone(), place.line);
                let same = |known: &&Finding| {
                    known.place == finding.place && known.key() == finding.key()
                        || finding.rule == &FC0214
                            && known.rule == &FC0214
                            && line(&known.place) == line(&finding.place)
                };
                if !findings.iter().any(|known| same(&known)) {
                    findings.push(finding);
                }
            }
        }
    }
    // What the source took for an answer, and is none.
    findings.retain(|finding| {
        let is_nothing = finding.value.as_ref().and_then(|value| nothing.get(value));
        is_nothing != Some(&true)
    });
    // By place; of one that differs between builds, each state once.
    effects.sort();
    effects.dedup();
    let complete = options.wrapper.is_some();
    let (mut findings, allowed) = allow::apply(findings, &texts, &config, complete);
    // Whether there is something to allow in what was not followed nobody can say.
    findings.retain(|finding| finding.rule != &FC0902 || !unfollowed.contains(&finding.place.file));
    let baseline =
        if options.ignore_baseline { Baseline::default() } else { Baseline::load(&root)? };
    let (mut findings, known) = baseline.apply(findings, complete);
    let all = findings.len();
    findings.retain(|finding| !unchanged.as_ref().is_some_and(|files| files.holds(finding)));
    let unchanged = all - findings.len();
    findings.sort_by(|a, b| (&a.place, a.rule.id, &a.sink).cmp(&(&b.place, b.rule.id, &b.sink)));
    for place in findings.iter().map(|finding| &finding.place) {
        if !texts.contains_key(&place.file) {
            texts.extend(text(&root, &place.file).map(|text| (place.file.clone(), text)));
        }
    }
    Ok(Report {
        findings,
        builds,
        effects,
        allowed,
        known,
        unchanged,
        dangers,
        excluded: if complete { config.check.exclude } else { Vec::new() },
        limits: if strict && complete { &stable::LIMITS } else { &[] },
        root,
        sources: texts,
        fail_on: config.check.fail_on,
    })
}

/// What is kept of the source once it was read.
#[derive(Debug, Default)]
struct Read {
    findings: Vec<Finding>,
    source: reach::Source,
    dangers: Vec<Danger>,
    texts: BTreeMap<String, String>,
    /// Files of packages that are not followed.
    unfollowed: BTreeSet<String>,
}

/// What is compared with a build is kept where there is one: `is_strict` says in which mode it is checked.
fn read(
    metadata: &Metadata,
    sinks: &[Sink],
    is_strict: Option<bool>,
    exclude: &[Exclude],
) -> Result<Read, CheckError> {
    let parts = source::each(metadata, |unit| {
        let followed = !exclude.iter().any(|one| one.package == unit.name);
        let is_strict = is_strict.filter(|_| followed);
        let paths = unit.files.iter().map(|file| file.path.clone());
        Read {
            unfollowed: if followed { BTreeSet::new() } else { paths.collect() },
            findings: lint::unit(&unit, sinks),
            source: is_strict
                .map(|is_strict| reach::Source::of(&unit, is_strict))
                .unwrap_or_default(),
            dangers: dangers::of(slice::from_ref(&unit)),
            texts: unit.files.into_iter().map(|file| (file.path, file.text)).collect(),
        }
    })?;
    let mut all = Read::default();
    for part in parts {
        all.findings.extend(part.findings);
        all.source.add(part.source);
        all.dangers.extend(part.dangers);
        all.texts.extend(part.texts);
        all.unfollowed.extend(part.unfollowed);
    }
    all.dangers.sort();
    Ok(all)
}

fn text(root: &Path, file: &str) -> Option<String> {
    std::fs::read_to_string(root.join(file)).ok()
}

fn name(build: &Build) -> String {
    let mut parts = Vec::new();
    if build.all_features {
        parts.push("all features".to_owned());
    }
    if build.no_default_features {
        parts.push("no default features".to_owned());
    }
    if !build.features.is_empty() {
        parts.push(build.features.join(","));
    }
    if build.examples {
        parts.push("examples".to_owned());
    }
    if parts.is_empty() { "default".to_owned() } else { parts.join(", ") }
}
