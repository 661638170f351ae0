//! Headers and query members by which some servers let a request be another one.
//!
//! Frameworks take the method from `x-http-method-override` or `?_method=` (CVE-2018-14773), the path
//! from `x-original-url`, `x-rewrite-url` or `script-name`; proxies set `x-forwarded-prefix` and
//! `x-envoy-original-path`, and whoever reaches past them sets it too. No list of such names is whole.
//! So a name is judged by the words it is made of, however they are joined: servers read `-` and `_`
//! as one, and drop either.

use http::request::Parts;

/// What a request is, as part of a name. The first two are its method.
const SUBJECTS: [&str; 14] = [
    "method",
    "verb",
    "url",
    "uri",
    "path",
    "prefix",
    "pathinfo",
    "pathname",
    "pathtranslated",
    "scriptname",
    "query",
    "querystring",
    "route",
    "requestline",
];

/// How many of them are a method.
const METHODS: usize = 2;

/// What stands around them where nothing else is meant than the request itself. `payment-method` and
/// `callback-url` are made of other words, and say something else.
const AROUND: [&str; 49] = [
    "x",
    "http",
    "https",
    "cgi",
    "wsgi",
    "original",
    "originally",
    "orig",
    "origin",
    "forwarded",
    "forward",
    "real",
    "raw",
    "full",
    "true",
    "actual",
    "effective",
    "unencoded",
    "encoded",
    "decoded",
    "absolute",
    "relative",
    "internal",
    "external",
    "replaced",
    "replace",
    "stripped",
    "matched",
    "invoke",
    "invoked",
    "request",
    "requested",
    "req",
    "target",
    "client",
    "server",
    "proxy",
    "proxied",
    "upstream",
    "backend",
    "ingress",
    "gateway",
    "envoy",
    "waws",
    "arr",
    "ms",
    "base",
    "root",
    "context",
];

/// Whatever else is in a name with one of these and a subject: a request before somebody changed it.
const BEFORE: [&str; 6] = ["original", "orig", "forwarded", "forward", "envoy", "ingress"];

/// In any name: who says so wants something to be something else.
const ANOTHER: [&str; 3] = ["overrid", "overrul", "rewrit"];

/// What a browser asks ahead of a request to another origin. It is about a request that is yet to come.
const ASKS_AHEAD: &str = "access-control-request-method";

/// Methods as a query member's value. Others are data to every framework that was looked at.
const VERBS: [&str; 16] = [
    "get",
    "head",
    "post",
    "put",
    "patch",
    "delete",
    "options",
    "trace",
    "connect",
    "query",
    "copy",
    "move",
    "mkcol",
    "lock",
    "unlock",
    "proppatch",
];

/// The first header that can make a request another one, and is not `trusted`.
pub(super) fn header<'p>(parts: &'p Parts, trusted: &[&str]) -> Option<&'p str> {
    let mut names = parts.headers.keys().map(http::HeaderName::as_str);
    names.find(|name| {
        let is_trusted = trusted.iter().any(|trusted| trusted.eq_ignore_ascii_case(name));
        !is_trusted && *name != ASKS_AHEAD && is_overruling(name)
    })
}

fn is_overruling(name: &str) -> bool {
    let letters = letters(name);
    if ANOTHER.iter().any(|word| letters.contains(word)) {
        return true;
    }
    if !SUBJECTS.iter().any(|subject| letters.contains(subject)) {
        return false;
    }
    let is_before = || {
        let words: Vec<_> = words(name).collect();
        let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
        has(&BEFORE) && has(&SUBJECTS)
    };
    is_made_of(&letters, &[&SUBJECTS, &AROUND]) || is_before()
}

/// The first query member that can make a request another one. Its name, as it was sent.
///
/// Less is refused here than of headers, because the authority is shown the query: `?path=` and
/// `?method=paypal` are data, `?method=DELETE`, `?_method=` and `?_url=` are for the framework.
pub(super) fn query(query: &str) -> Option<&str> {
    // Some split at `;` too, and then there is one more member.
    query.split(['&', ';']).find_map(|member| {
        let (name, value) = member.split_once('=').unwrap_or((member, ""));
        is_overruling_member(&decoded(name), &decoded(value)).then_some(name)
    })
}

fn is_overruling_member(name: &str, value: &str) -> bool {
    // `_method[]` is `_method` to some; and some end a name at a zero.
    let name = name.split(['[', '\0']).next().unwrap_or(name);
    let letters = letters(name);
    let names = |subjects: &[&str]| subjects.iter().any(|subject| letters.contains(subject));
    if ANOTHER.iter().any(|word| letters.contains(word)) {
        return names(&SUBJECTS) || letters.contains("http");
    }
    if !names(&SUBJECTS) {
        return false;
    }
    let (methods, _) = SUBJECTS.split_at(METHODS);
    if methods.contains(&letters.as_str()) && name.len() == letters.len() {
        return VERBS.contains(&value.trim().to_ascii_lowercase().as_str());
    }
    let is_of_the_framework =
        letters.starts_with('x') || !name.starts_with(|c: char| c.is_ascii_alphanumeric());
    names(methods) && is_made_of(&letters, &[&SUBJECTS, &AROUND])
        || is_of_the_framework && is_made_of(&letters, &[&SUBJECTS, &AROUND])
        || letters == "restroute"
}

/// Letters and digits alone, in lower case.
fn letters(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

fn words(name: &str) -> impl Iterator<Item = String> {
    name.split(|c: char| !c.is_ascii_alphanumeric()).map(str::to_ascii_lowercase)
}

/// Whether `letters` is nothing but words of these lists, one behind the other.
fn is_made_of(letters: &str, lists: &[&[&str]]) -> bool {
    let mut ends = vec![false; letters.len() + 1];
    if let Some(first) = ends.first_mut() {
        *first = true;
    }
    for at in 0..letters.len() {
        let (Some(true), Some(rest)) = (ends.get(at).copied(), letters.get(at..)) else { continue };
        for word in lists.iter().copied().flatten().filter(|word| rest.starts_with(**word)) {
            if let Some(end) = ends.get_mut(at + word.len()) {
                *end = true;
            }
        }
    }
    ends.last() == Some(&true)
}

/// As a form is decoded. What is no text, or no encoding, stays as near to it as it can be read.
fn decoded(text: &str) -> String {
    let mut bytes = text.bytes();
    let mut decoded = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        let mut ahead = bytes.clone();
        let digits =
            (ahead.next().and_then(super::asked::hex), ahead.next().and_then(super::asked::hex));
        match (byte, digits) {
            (b'%', (Some(high), Some(low))) => {
                decoded.push(high << 4 | low);
                bytes = ahead;
            }
            (b'+', _) => decoded.push(b' '),
            _ => decoded.push(byte),
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests;
