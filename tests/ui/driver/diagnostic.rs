//! What the compiler said, and what a header says it says.

/// An error or a warning.
pub(crate) struct Diagnostic {
    pub(crate) code: Option<String>,
    /// All of it, as it is printed.
    pub(crate) text: String,
}

/// One thing in a header's `stopped by`: a code, a piece of the text, or both.
#[derive(Debug, Clone)]
pub(crate) struct Stop {
    code: Option<String>,
    text: Option<String>,
}

impl Stop {
    /// `E0277 "is not an action", "unused variable"`; `None` if it says nothing.
    pub(crate) fn parse(list: &str) -> Option<Vec<Self>> {
        let mut stops = Vec::new();
        let mut rest = list.trim();
        while !rest.is_empty() {
            let mut stop = Self { code: None, text: None };
            let word = rest.split([' ', ',']).next().unwrap_or_default();
            if word.len() == 5 && word.starts_with('E') {
                stop.code = Some(word.to_owned());
                rest = rest[5..].trim_start();
            }
            if let Some(quoted) = rest.strip_prefix('"') {
                let (text, after) = quoted.split_once('"')?;
                stop.text = Some(text.to_owned());
                rest = after.trim_start();
            }
            if stop.code.is_none() && stop.text.as_ref().is_none_or(|text| text.len() < 8) {
                return None;
            }
            stops.push(stop);
            rest = match rest.strip_prefix(',') {
                Some(after) => after.trim_start(),
                None if rest.is_empty() => rest,
                None => return None,
            };
        }
        (!stops.is_empty()).then_some(stops)
    }

    pub(crate) fn is(&self, said: &Diagnostic) -> bool {
        self.code.as_ref().is_none_or(|code| said.code.as_ref() == Some(code))
            && self.text.as_ref().is_none_or(|text| said.text.contains(text))
    }
}

/// The diagnostics in a recorded `.stderr`.
pub(crate) fn recorded(stderr: &str) -> Vec<Diagnostic> {
    let mut all: Vec<Diagnostic> = Vec::new();
    for line in stderr.lines() {
        if line.starts_with("error") || line.starts_with("warning") {
            let code = line
                .strip_prefix("error[")
                .and_then(|rest| rest.split_once(']'))
                .map(|(code, _)| code.to_owned());
            all.push(Diagnostic { code, text: String::new() });
        }
        if let Some(last) = all.last_mut() {
            last.text.push_str(line);
            last.text.push('\n');
        }
    }
    all
}
