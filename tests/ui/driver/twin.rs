//! A case and its twin must be the same program but for the offending lines.

use std::fs;

use crate::case::Case;

/// So many lines of the one may be missing in the other, unless the header says `// differs: ..`.
const USUAL: usize = 3;

/// What makes the twin of a case no twin.
pub(crate) fn faults(case: &Case) -> Vec<String> {
    let fault = |what: String| vec![format!("{}: {what}", case.fail.display())];
    let (Ok(fail), Ok(pass)) = (fs::read_to_string(&case.fail), fs::read_to_string(&case.pass))
    else {
        return fault("has no twin".into());
    };
    let (fail, pass) = (code(&fail), code(&pass));
    let shared = shared(&fail, &pass);
    let lines = (fail.len() - shared).max(pass.len() - shared);
    match case.differs {
        _ if lines == 0 => fault("does not differ from its twin".into()),
        Some(number) if number > USUAL && lines == number => Vec::new(),
        Some(_) => fault(format!("differs in {lines} lines, which is not what its header says")),
        None if lines <= USUAL => Vec::new(),
        None => fault(format!("differs from its twin in {lines} lines")),
    }
}

/// The lines after the header.
fn code(text: &str) -> Vec<&str> {
    text.lines().skip_while(|line| line.starts_with("// ")).map(str::trim).collect()
}

/// How many lines two texts share, in order.
fn shared(left: &[&str], right: &[&str]) -> usize {
    let mut row = vec![0; right.len() + 1];
    for a in left {
        let mut diagonal = 0;
        for (index, b) in right.iter().enumerate() {
            let above = row[index + 1];
            row[index + 1] = if a == b { diagonal + 1 } else { above.max(row[index]) };
            diagonal = above;
        }
    }
    row[right.len()]
}
