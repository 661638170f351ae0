//! A second reading of a reply, that shares nothing with the first: a small reader of JSON, and the
//! rules of each format written out again.

use std::{iter::Peekable, str::Chars};

/// A value, as this reader sees it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Json {
    Null,
    Bool(bool),
    Number,
    Text(String),
    Array(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl Json {
    fn member(&self, key: &str) -> Option<&Json> {
        let Json::Object(members) = self else { return None };
        members.iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    fn is_blank_text(&self) -> bool {
        matches!(self, Json::Text(text) if text.trim().is_empty())
    }

    fn is_empty(&self) -> bool {
        match self {
            Json::Null => true,
            Json::Bool(_) | Json::Number => false,
            Json::Text(text) => text.is_empty(),
            Json::Array(values) => values.is_empty(),
            Json::Object(members) => members.is_empty(),
        }
    }
}

/// Exactly one object, or nothing.
pub(crate) fn read(bytes: &[u8]) -> Option<Json> {
    let text = std::str::from_utf8(bytes).ok().filter(|_| bytes.len() <= 64 * 1024)?;
    let mut reader = Reader(text.chars().peekable());
    let value = reader.value(0)?;
    reader.blank();
    (reader.0.next().is_none() && matches!(value, Json::Object(_))).then_some(value)
}

struct Reader<'a>(Peekable<Chars<'a>>);

impl Reader<'_> {
    fn blank(&mut self) {
        while self.0.next_if(|c| matches!(c, ' ' | '\t' | '\n' | '\r')).is_some() {}
    }

    /// The next character that is not blank, if it is this one.
    fn eat(&mut self, wanted: char) -> Option<()> {
        self.blank();
        self.0.next_if_eq(&wanted).map(drop)
    }

    fn word(&mut self, word: &str, value: Json) -> Option<Json> {
        word.chars().all(|c| self.0.next() == Some(c)).then_some(value)
    }

    fn value(&mut self, depth: usize) -> Option<Json> {
        self.blank();
        if depth > 32 {
            return None;
        }
        match *self.0.peek()? {
            'n' => self.word("null", Json::Null),
            't' => self.word("true", Json::Bool(true)),
            'f' => self.word("false", Json::Bool(false)),
            '"' => self.text().map(Json::Text),
            '[' => self.list('[', ']', |reader| reader.value(depth + 1)).map(Json::Array),
            '{' => {
                let member = |reader: &mut Self| {
                    reader.blank();
                    let key = reader.text()?;
                    reader.eat(':')?;
                    Some((key, reader.value(depth + 1)?))
                };
                let members = self.list('{', '}', member)?;
                let twice = |(index, (key, _)): (usize, &(String, Json))| {
                    members[..index].iter().any(|(other, _)| other == key)
                };
                let unfit = members.len() > 256 || members.iter().enumerate().any(twice);
                (!unfit).then_some(Json::Object(members))
            }
            _ => self.number(),
        }
    }

    fn list<T>(
        &mut self,
        open: char,
        close: char,
        mut item: impl FnMut(&mut Self) -> Option<T>,
    ) -> Option<Vec<T>> {
        self.eat(open)?;
        let mut items = Vec::new();
        if self.eat(close).is_some() {
            return Some(items);
        }
        loop {
            items.push(item(self)?);
            if self.eat(close).is_some() {
                return Some(items);
            }
            self.eat(',')?;
        }
    }

    fn text(&mut self) -> Option<String> {
        self.0.next_if_eq(&'"')?;
        let mut units = Vec::new();
        loop {
            match self.0.next()? {
                '"' => return String::from_utf16(&units).ok(),
                '\\' => {
                    let c = match self.0.next()? {
                        'b' => 8,
                        't' => 9,
                        'n' => 10,
                        'f' => 12,
                        'r' => 13,
                        c @ ('"' | '\\' | '/') => c as u16,
                        'u' => {
                            let digits: String = self.0.by_ref().take(4).collect();
                            let hex = digits.len() == 4
                                && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
                            hex.then(|| u16::from_str_radix(&digits, 16).ok()).flatten()?
                        }
                        _ => return None,
                    };
                    units.push(c);
                }
                c if c < ' ' => return None,
                c => units.extend_from_slice(c.encode_utf16(&mut [0; 2])),
            }
        }
    }

    fn number(&mut self) -> Option<Json> {
        let mut text = String::new();
        while let Some(c) = self.0.next_if(|c| c.is_ascii_digit() || "+-.eE".contains(*c)) {
            text.push(c);
        }
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa.to_owned(), Some(exponent.to_owned())),
            None => (text.clone(), None),
        };
        let digits =
            |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let positive = mantissa.strip_prefix('-').unwrap_or(&mantissa);
        let (whole, fraction) = match positive.split_once('.') {
            Some((whole, fraction)) => (whole, Some(fraction)),
            None => (positive, None),
        };
        let sound = digits(whole)
            && (whole == "0" || !whole.starts_with('0'))
            && fraction.is_none_or(digits)
            && exponent.is_none_or(|text| digits(text.strip_prefix(['+', '-']).unwrap_or(&text)))
            && text.parse::<f64>().is_ok_and(f64::is_finite);
        sound.then_some(Json::Number)
    }
}

/// Nothing but what the format's description has.
fn only(reply: &Json, own: &[&str]) -> bool {
    let Json::Object(members) = reply else { return false };
    members.iter().all(|(key, _)| own.contains(&key.as_str()))
}

fn missing(value: Option<&Json>) -> bool {
    matches!(value, None | Some(Json::Null))
}

fn text_or_missing(value: Option<&Json>) -> bool {
    missing(value) || matches!(value, Some(Json::Text(_)))
}

pub(crate) fn behalf_allows(bytes: &[u8]) -> bool {
    let Some(reply) = read(bytes) else { return false };
    let text =
        |key| matches!(reply.member(key), Some(text @ Json::Text(_)) if !text.is_blank_text());
    let own = "requestId allowed approvalRequired approvalId reason risk shadowDecision";
    only(&reply, &own.split(' ').collect::<Vec<_>>())
        && missing(reply.member("shadowDecision"))
        && missing(reply.member("approvalId"))
        && reply.member("allowed") == Some(&Json::Bool(true))
        && matches!(reply.member("approvalRequired"), None | Some(Json::Bool(false)))
        && text("requestId")
        && text("reason")
}

pub(crate) fn authzen_allows(bytes: &[u8]) -> bool {
    let Some(reply) = read(bytes) else { return false };
    let harmless = |(key, value): &(String, Json)| {
        value.is_empty() || matches!(key.as_str(), "id" | "reason" | "reason_admin" | "reason_user")
    };
    let context = match reply.member("context") {
        None | Some(Json::Null) => true,
        Some(context @ Json::Object(members)) => {
            members.iter().all(harmless) && text_or_missing(context.member("id"))
        }
        Some(_) => false,
    };
    only(&reply, &["decision", "context"])
        && reply.member("decision") == Some(&Json::Bool(true))
        && context
}

pub(crate) fn opa_allows(bytes: &[u8]) -> bool {
    let Some(reply) = read(bytes) else { return false };
    only(&reply, &["result", "decision_id", "warning"])
        && reply.member("result") == Some(&Json::Bool(true))
        && missing(reply.member("warning"))
        && text_or_missing(reply.member("decision_id"))
}

pub(crate) fn openfga_allows(bytes: &[u8]) -> bool {
    let Some(reply) = read(bytes) else { return false };
    only(&reply, &["allowed", "resolution"])
        && reply.member("allowed") == Some(&Json::Bool(true))
        && text_or_missing(reply.member("resolution"))
}

pub(crate) fn spicedb_allows(bytes: &[u8]) -> bool {
    let Some(reply) = read(bytes) else { return false };
    let has = Json::Text("PERMISSIONSHIP_HAS_PERMISSION".into());
    let own = "permissionship checkedAt partialCaveatInfo debugTrace optionalExpiresAt";
    let zookie = reply.member("checkedAt");
    only(&reply, &own.split(' ').collect::<Vec<_>>())
        && reply.member("permissionship") == Some(&has)
        && own.split(' ').skip(2).all(|member| missing(reply.member(member)))
        && (missing(zookie) || matches!(zookie, Some(Json::Object(_))))
}
