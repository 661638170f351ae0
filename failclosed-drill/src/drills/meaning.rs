//! Bodies that are valid JSON and are not an allow.

use super::{body, reply};
use crate::{
    drill::{
        Cause::{Denied, Malformed, NeedsApproval, Unavailable},
        Drill,
        Group::Meaning,
    },
    format::Format,
    server::JSON,
};

mod authzen;
mod behalf;
mod opa;
mod openfga;
mod seed;
mod spicedb;

/// Values in the place of the yes that are not the yes.
const ODD: [(&str, &str); 16] = [
    ("true-text", r#""true""#),
    ("one", "1"),
    ("one-float", "1.0"),
    ("one-text", r#""1""#),
    ("yes", r#""yes""#),
    ("allow", r#""allow""#),
    ("upper", r#""TRUE""#),
    ("array", "[true]"),
    ("object", r#"{"value":true}"#),
    ("empty-array", "[]"),
    ("empty-object", "{}"),
    ("empty-text", r#""""#),
    ("minus", "-1"),
    ("zero", "0"),
    ("false-text", r#""false""#),
    ("big", "99999999999999999999"),
];

pub(super) fn add(all: &mut Vec<Drill>, f: Format) {
    all.extend(ODD.map(|(name, value)| {
        let title = format!("`{}` is `{value}`", f.key());
        body(Meaning, format!("J4.{name}"), title, f.with_value(value)).cause(&[Malformed])
    }));
    all.extend([
        body(Meaning, "J6", "the deciding member is missing", f.undecided()).cause(&[Malformed]),
        body(Meaning, "J6.null", "the deciding member is `null`", f.with_value("null"))
            .cause(&[Malformed]),
    ]);
    let key = f.key();
    let capital = format!("{}{}", key[..1].to_uppercase(), &key[1..]);
    // The first letter is Cyrillic, or a letter that looks like ours.
    let lookalike = key.replace('a', "\u{430}").replace('e', "\u{435}").replace('i', "\u{456}");
    let names = [
        ("J5", capital, "begins with a capital"),
        ("J5.upper", key.to_uppercase(), "is in capitals"),
        ("J5.space", format!("{key} "), "has a space behind it"),
        ("J5.before", format!(" {key}"), "has a space before it"),
        ("J5.nul", format!("{key}\\u0000"), "has a NUL behind it"),
        ("J5.alike", lookalike, "is written with letters that look alike"),
        ("J5.under", format!("is_{key}"), "has a prefix"),
    ];
    all.extend(names.map(|(id, name, what)| {
        body(Meaning, id, format!("the key `{key}` {what}"), f.with_key(&name)).cause(&[Malformed])
    }));
    all.extend([
        // Two keys for one thing, which a lenient reader takes for the same.
        body(Meaning, "J5.both", "no, and a yes under a key with a capital", {
            let capital = format!("{}{}", key[..1].to_uppercase(), &key[1..]);
            f.with_members(&format!("{},\"{capital}\":{}", f.member(f.no()), f.yes()))
        })
        .cause(&[Malformed, Denied]),
        body(Meaning, "J6.inside", "the deciding member sits one level too deep", {
            f.with_members(&format!("\"note\":{{{}}}", f.needle()))
        })
        .cause(&[Malformed]),
        body(Meaning, "J6.proto", "the yes comes by way of `__proto__`", {
            f.with_members(&format!("\"__proto__\":{{{}}}", f.needle()))
        })
        .cause(&[Malformed]),
    ]);
    match f {
        Format::Behalf => behalf::add(all),
        Format::AuthZen => authzen::add(all),
        Format::Opa => opa::add(all),
        Format::OpenFga => openfga::add(all),
        Format::SpiceDb => spicedb::add(all),
        Format::Seed => seed::add(all),
    }
}

/// An allow with more beside it that takes it back.
fn beside(id: &'static str, title: &'static str, members: &'static str) -> Drill {
    reply(Meaning, id, title, move |c| c.json(c.format().allow_and(members))).cause(&[Malformed])
}

/// An error as this authority words it.
fn error(id: &'static str, status: &'static str, text: &'static str) -> Drill {
    reply(Meaning, id, format!("{status}: {text}"), move |c| c.answer(status, JSON, text)).cause(&[
        Unavailable,
        Malformed,
        Denied,
    ])
}
