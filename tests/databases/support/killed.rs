//! What a shop that was killed had said, beside what is on record of it.

use std::{collections::HashSet, env, fs, process::Command};

use failclosed::audit::Record;

use crate::number;

/// What a shop said before it was killed.
#[derive(Debug, Default)]
pub struct Said {
    pub ran: HashSet<u64>,
    pub denied: HashSet<u64>,
    pub unrecorded: HashSet<u64>,
}

/// What came of the kills: said, and where a file for it is named, written there in the place of the last time.
pub fn came_of_it(store: &str, result: &str) {
    println!("{store}: {result}");
    let Some(file) = env::var_os("FAILCLOSED_SOAK") else { return };
    let date = Command::new("date").arg("+%F").output().unwrap().stdout;
    let date = String::from_utf8(date).unwrap();
    let before = fs::read_to_string(&file).unwrap();
    let of_others = before.lines().filter(|line| !line.starts_with(&format!("- {store}, ")));
    let mut text: Vec<_> = of_others.map(str::to_owned).collect();
    text.push(format!("- {store}, {}: {result}", date.trim()));
    fs::write(file, text.join("\n") + "\n").unwrap();
}

impl Said {
    /// Half a line was not said.
    pub fn read(text: &str) -> Self {
        let mut said = Self::default();
        for line in text.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n')) {
            let (what, which) = line.split_once(' ').unwrap();
            let of = match what {
                "ran" => &mut said.ran,
                "denied" => &mut said.denied,
                "unrecorded" => &mut said.unrecorded,
                other => panic!("the shop says {other}"),
            };
            assert!(of.insert(which.parse().unwrap()), "{line} twice");
        }
        said
    }

    /// Every body that ran is on record, and so is every denial that was not for want of a record.
    pub fn is_on_record(&self, records: &[Record]) {
        let decided = |verdict: &str| -> HashSet<u64> {
            let of = records.iter().filter(|record| record.verdict.as_deref() == Some(verdict));
            of.map(|record| number(record.question.as_ref().unwrap().get())).collect()
        };
        let (allows, denials) = (decided("allow"), decided("deny"));
        let missing: Vec<_> = self.ran.difference(&allows).collect();
        assert!(missing.is_empty(), "{missing:?} ran unrecorded");
        let missing: Vec<_> = self.denied.difference(&denials).collect();
        assert!(missing.is_empty(), "{missing:?} were denied, and that is not on record");
        assert!(self.ran.is_disjoint(&self.unrecorded));
    }
}
