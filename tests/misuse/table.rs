//! The guide's table of mistakes is what the tests show.

use std::{collections::BTreeMap, fs, path::Path};

const PAGE: &str = "src/guide/use_these.md";

/// How each row of the table says what stops it.
const STOPS: [&str; 4] = ["a compile error", "a refused start", "a denial", "nothing"];

struct Row {
    stop: String,
    proof: String,
}

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

fn page() -> String {
    fs::read_to_string(repository().join(PAGE)).unwrap()
}

fn rows(page: &str) -> Vec<Row> {
    let table = page.split_once("| mistake | stopped by | proof |").unwrap().1;
    let lines = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    lines
        .map(|line| {
            let cells: Vec<_> = line.trim_matches('|').split(" | ").map(str::trim).collect();
            let [_, stop, proof] = cells[..] else { panic!("three cells: {line}") };
            Row { stop: stop.to_owned(), proof: proof.trim_matches('`').to_owned() }
        })
        .collect()
}

/// Each mistake of this folder, with what stops it.
fn shown() -> BTreeMap<String, String> {
    let mut shown = BTreeMap::new();
    for file in ["around", "authority", "body", "person", "start"] {
        let path = format!("tests/misuse/{file}.rs");
        let text = fs::read_to_string(repository().join(&path)).unwrap();
        for case in text.split("// stopped by: ").skip(1) {
            let (stop, rest) = case.split_once('\n').unwrap();
            let name = rest.split_once("fn ").unwrap().1.split_once('(').unwrap().0;
            shown.insert(format!("{path}::{name}"), stop.to_owned());
        }
        let tests = text.matches("#[test]").count() + text.matches("#[tokio::test").count();
        let told = shown.keys().filter(|proof| proof.starts_with(&path)).count();
        assert_eq!(told, tests, "{path}: a mistake does not say what stops it");
    }
    shown
}

#[test]
fn every_mistake_is_in_the_guide_as_it_is_shown() {
    let rows = rows(&page());
    let mut shown = shown();
    for Row { stop, proof } in &rows {
        assert!(STOPS.contains(&stop.as_str()), "{proof}: {stop}");
        if let Some(stopped) = shown.remove(proof) {
            assert_eq!(&stopped, stop, "{proof}");
        } else if let Some((file, name)) = proof.split_once("::") {
            let text = fs::read_to_string(repository().join(file)).unwrap_or_default();
            assert!(text.contains(&format!("fn {name}(")), "{proof} is not there");
        } else {
            assert!(proof.starts_with("tests/ui/") && stop == "a compile error", "{proof}");
            assert!(repository().join(proof).exists(), "{proof} is not there");
        }
    }
    assert!(shown.is_empty(), "not in {PAGE}: {:?}", shown.keys());
    assert!(rows.len() >= 40, "{}", rows.len());
}

#[test]
fn the_guide_counts_them() {
    let page = page();
    let rows = rows(&page);
    let count = |stop: &str| rows.iter().filter(|row| row.stop == stop).count();
    let counted = format!(
        "Of {} mistakes {} do not compile, {} keep the guard from starting, {} end in a denial, and {} are \
         not stopped",
        rows.len(),
        count("a compile error"),
        count("a refused start"),
        count("a denial"),
        count("nothing"),
    );
    let told = page.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(told.contains(&counted), "{PAGE} does not say: {counted}");
}
