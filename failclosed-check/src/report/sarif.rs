//! SARIF 2.1.0, for code scanning: the way to an effect is a code flow.

use serde_json::{Value, json};

use crate::{
    finding::{Finding, Place, Severity},
    rules,
    run::Report,
};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The report.
pub fn value(report: &Report) -> Value {
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "failclosed-check",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "rules": rules::ALL.iter().map(|rule| json!({
                    "id": rule.id,
                    "shortDescription": { "text": rule.title },
                    "help": { "text": rule.page, "markdown": rule.page },
                    "defaultConfiguration": { "level": level(rule.severity) },
                })).collect::<Vec<_>>(),
            }},
            "properties": { "excluded": report.excluded },
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": { "ROOT": { "description": { "text": "the workspace" } } },
            "results": report.findings.iter().map(result).collect::<Vec<_>>(),
        }],
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

fn result(finding: &Finding) -> Value {
    let key = finding.key();
    let known_by = [Some(key.rule), Some(key.file), Some(key.inside), key.sink, key.callee];
    let known_by: Vec<String> = known_by.into_iter().flatten().collect();
    let mut result = json!({
        "ruleId": finding.rule.id,
        "ruleIndex": rules::ALL.iter().position(|rule| rule.id == finding.rule.id),
        "level": level(finding.rule.severity),
        "message": { "text": format!("{}: {}", finding.message, finding.label) },
        "locations": [location(&finding.place, None)],
        "partialFingerprints": { "failclosed/v1": known_by.join("|") },
    });
    if !finding.hops.is_empty() {
        let steps = finding.hops.iter().map(|hop| (&hop.place, hop.text.as_str()));
        let last = [(&finding.place, finding.label.as_str())];
        let locations: Vec<Value> = steps
            .chain(last)
            .map(|(place, text)| json!({ "location": location(place, Some(text)) }))
            .collect();
        result["codeFlows"] = json!([{ "threadFlows": [{ "locations": locations }] }]);
    }
    result
}

fn location(place: &Place, text: Option<&str>) -> Value {
    let mut location = json!({
        "physicalLocation": {
            "artifactLocation": { "uri": uri(&place.file), "uriBaseId": "ROOT" },
            "region": {
                "startLine": place.line,
                "startColumn": place.column,
                "endLine": place.end_line,
                "endColumn": place.end_column,
            },
        },
    });
    if let Some(text) = text {
        location["message"] = json!({ "text": text });
    }
    location
}

/// A relative path as a URI: what is no unreserved character is written as its bytes.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    uri
}
