//! The text of the body: what is not JSON, not one document, or says its answer twice.

use super::body;
use crate::{
    drill::{
        Cause::{Denied, Malformed},
        Drill,
        Group::Json,
    },
    format::Format,
};

pub(super) fn add(all: &mut Vec<Drill>, f: Format) {
    let start = all.len();
    not_one_document(all, f);
    not_json(all, f);
    not_an_object(all, f);
    said_twice(all, f);
    nested(all, f);
    for drill in &mut all[start..] {
        drill.causes = vec![Malformed];
    }
    // The last word is a plain no; a client that reads it as one is not wrong to name it.
    for drill in all[start..].iter_mut().filter(|drill| drill.id.starts_with("J3")) {
        drill.causes.push(Denied);
    }
}

fn not_one_document(all: &mut Vec<Drill>, f: Format) {
    let (allow, deny) = (f.allow(), f.deny());
    let yes = f.needle();
    let open = allow.find(&yes).map_or(0, |at| at + yes.len());
    all.extend([
        body(Json, "J1.empty", "an empty body", ""),
        body(Json, "J1.space", "nothing but spaces", "   \n"),
        body(Json, "J1.cut", "an allow without its last brace", &allow[..allow.len() - 1]),
        body(Json, "J1.cut-yes", "an allow cut off right behind its yes", &allow[..open]),
        body(Json, "J1.cut-value", "an allow cut off inside its yes", &allow[..open - 2]),
        body(Json, "J1.two", "two allows", format!("{allow}{allow}")),
        body(
            Json,
            "J1.two-lines",
            "an allow and a denial, line by line",
            format!("{allow}\n{deny}\n"),
        ),
        body(
            Json,
            "J1.two-swapped",
            "a denial and an allow, line by line",
            format!("{deny}\n{allow}\n"),
        ),
        body(Json, "J1.trailing", "a word behind the allow", format!("{allow} ok")),
        body(Json, "J1.comma", "a comma behind the allow", format!("{allow},")),
        body(Json, "J1.brace", "a brace too many", format!("{allow}}}")),
        body(
            Json,
            "J1.html",
            "a script tag behind the allow",
            format!("{allow}<script src=x></script>"),
        ),
        body(Json, "J1.nul-end", "a NUL behind the allow", format!("{allow}\0")),
        body(Json, "J1.nul", "a NUL before the allow", format!("\0{allow}")),
        body(Json, "J1.sse", "the allow as a server-sent event", format!("data: {allow}\n\n")),
        body(
            Json,
            "J1.seq",
            "the allow as a record of a JSON sequence",
            format!("\u{1e}{allow}\n"),
        ),
        body(
            Json,
            "J1.guard",
            "a guard against scripts before the allow",
            format!(")]}}',\n{allow}"),
        ),
        body(Json, "J1.call", "the allow in a call", format!("callback({allow})")),
        body(
            Json,
            "J1.chunked",
            "chunked framing inside the body",
            format!("{:x}\r\n{allow}\r\n0\r\n\r\n", allow.len()),
        ),
    ]);
}

fn not_json(all: &mut Vec<Drill>, f: Format) {
    let allow = f.allow();
    let inside = |text: &str| allow.replacen('{', &format!("{{{text}"), 1);
    let yes = f.needle();
    let mut with_bad_utf8 = br#"{"note":""#.to_vec();
    with_bad_utf8.extend_from_slice(&[0xff, 0xfe, 0x80]);
    with_bad_utf8.extend_from_slice(format!("\",{}", &allow[1..]).as_bytes());
    let mut overlong = br#"{"note":""#.to_vec();
    overlong.extend_from_slice(&[0xc0, 0xaf]);
    overlong.extend_from_slice(format!("\",{}", &allow[1..]).as_bytes());
    let wide: Vec<u8> = allow.encode_utf16().flat_map(u16::to_be_bytes).collect();
    all.extend([
        body(Json, "J1.bom", "a byte order mark before the allow", format!("\u{feff}{allow}")),
        body(Json, "J1.utf16", "an allow in UTF-16", wide),
        body(Json, "J1.utf8", "bytes that are not UTF-8 in a string", with_bad_utf8),
        body(Json, "J1.overlong", "an overlong UTF-8 form in a string", overlong),
        body(
            Json,
            "J1.surrogate",
            "half of a surrogate pair, as an escape",
            inside(r#""note":"\ud83d","#),
        )
        .strict(),
        body(
            Json,
            "J1.control",
            "a raw control character in a string",
            inside("\"note\":\"a\u{1}b\","),
        ),
        body(Json, "J1.newline", "a raw line end in a string", inside("\"note\":\"a\nb\",")),
        body(Json, "J1.nan", "NaN for a number", inside(r#""score":NaN,"#)),
        body(Json, "J1.infinity", "Infinity for a number", inside(r#""score":-Infinity,"#)),
        body(Json, "J1.octal", "a number with a leading zero", inside(r#""score":007,"#)),
        body(Json, "J1.hex", "a number in hexadecimal", inside(r#""score":0x1f,"#)),
        body(Json, "J1.escape", "an escape that JSON does not have", inside(r#""note":"\x41","#)),
        body(Json, "J1.comment", "a comment", inside("/* ok */")),
        body(Json, "J1.line-comment", "a comment to the end of the line", inside("// ok\n")),
        body(
            Json,
            "J1.comma-in",
            "a comma before the last brace",
            allow.replacen('}', ",}", allow.matches('}').count()),
        ),
        body(Json, "J1.commas", "two commas", inside(r#""note":1,,"#)),
        body(Json, "J1.single", "single quotes", allow.replace('"', "'")),
        body(
            Json,
            "J1.bare",
            "a key without quotes",
            allow.replace(&format!("\"{}\"", f.key()), f.key()),
        ),
        body(
            Json,
            "J1.equals",
            "an equals sign for the colon",
            allow.replace(&yes, &yes.replacen(':', "=", 1)),
        ),
        body(
            Json,
            "J1.python",
            "Python's `True`",
            allow.replace(&yes, &format!("\"{}\":True", f.key())),
        ),
        body(Json, "J1.upper", "`TRUE`", allow.replace(&yes, &format!("\"{}\":TRUE", f.key()))),
        body(Json, "J1.yaml", "YAML", format!("{}: {}\n", f.key(), f.yes())),
        body(Json, "J1.form", "a form", format!("{}={}", f.key(), f.yes())),
        body(
            Json,
            "J9",
            "random bytes",
            (0u32..256).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect::<Vec<_>>(),
        ),
    ]);
}

fn not_an_object(all: &mut Vec<Drill>, f: Format) {
    let allow = f.allow();
    let quoted = format!("\"{}\"", allow.replace('\\', r"\\").replace('"', r#"\""#));
    all.extend([
        body(Json, "J1.null", "`null`", "null"),
        body(Json, "J1.true", "`true`", "true"),
        body(Json, "J1.number", "`1`", "1"),
        body(Json, "J1.string", "`\"true\"`", "\"true\""),
        body(Json, "J1.word", "the yes and nothing else", f.yes()),
        body(Json, "J1.object", "`{}`", "{}"),
        body(Json, "J1.array", "`[]`", "[]"),
        body(Json, "J1.array-true", "`[true]`", "[true]"),
        body(Json, "J1.array-yes", "the values of an allow, in an array", array_of_values(f)),
        body(Json, "J1.array-of", "an allow in an array", format!("[{allow}]")),
        body(Json, "J1.inside", "an allow in another object", format!(r#"{{"data":{allow}}}"#)),
        body(Json, "J1.quoted", "an allow in a string", quoted),
    ]);
}

/// What a parser that accepts arrays for objects reads as an allow, member by member.
fn array_of_values(f: Format) -> &'static str {
    match f {
        Format::Behalf => r#"["req_00c0ffee",true,false,"Within the permission.","low"]"#,
        Format::AuthZen => "[true,null]",
        Format::Opa => r#"[true,"4ca636c1"]"#,
        Format::OpenFga => r#"[true,""]"#,
        Format::SpiceDb => r#"[{"token":"GhUK"},"PERMISSIONSHIP_HAS_PERMISSION"]"#,
        Format::Seed => "[true,true]",
    }
}

fn said_twice(all: &mut Vec<Drill>, f: Format) {
    let (yes, no) = (f.needle(), f.member(f.no()));
    let both = |text: String| f.with_members(&text);
    let key = f.key();
    let escaped = format!("\\u{:04x}{}", u32::from(key.as_bytes()[0]), &key[1..]);
    all.extend([
        body(Json, "J2", "the key twice: no, then yes", both(format!("{no},{yes}"))),
        body(
            Json,
            "J2.far",
            "the key twice, with others between",
            both(format!("{no},\"note\":[1,2],{yes}")),
        ),
        body(
            Json,
            "J2.escaped",
            "the key twice, the yes with an escape in its name",
            both(format!("{no},\"{escaped}\":{}", f.yes())),
        ),
        body(
            Json,
            "J2.escaped-first",
            "the key twice, the no with an escape in its name",
            both(format!("\"{escaped}\":{},{yes}", f.no())),
        ),
        body(
            Json,
            "J2.null",
            "the key twice: null, then yes",
            both(format!("\"{key}\":null,{yes}")),
        ),
        body(Json, "J2.same", "the key twice: yes both times", both(format!("{yes},{yes}"))),
        body(Json, "J3", "the key twice: yes, then no", both(format!("{yes},{no}"))),
        body(
            Json,
            "J3.null",
            "the key twice: yes, then null",
            both(format!("{yes},\"{key}\":null")),
        ),
    ]);
}

fn nested(all: &mut Vec<Drill>, f: Format) {
    let deep = |depth: usize| {
        let (open, close) = ("[".repeat(depth), "]".repeat(depth));
        f.allow_and(&format!("\"note\":{open}{close}"))
    };
    let objects = format!("{}1{}", "{\"a\":".repeat(10_000), "}".repeat(10_000));
    all.extend([
        body(Json, "J8", "200 000 opening brackets", "[".repeat(200_000)),
        body(Json, "J8.braces", "200 000 opening objects", "{\"a\":".repeat(200_000)),
        body(Json, "J8.10k", "an allow with arrays 10 000 deep beside it", deep(10_000)),
        body(Json, "J8.200k", "an allow with arrays 200 000 deep beside it", deep(200_000)),
        body(
            Json,
            "J8.objects",
            "an allow with objects 10 000 deep beside it",
            f.allow_and(&format!("\"note\":{objects}")),
        ),
    ]);
}
