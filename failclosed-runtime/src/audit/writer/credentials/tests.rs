//! What is taken for a credential, and what is not.

use serde_json::json;

use super::*;

#[test]
fn keys_and_what_is_called_one_are_found() {
    let found = [
        ("note", json!("sk-proj-Zk3vQ8xN2mT7rB5yH9wL")),
        ("note", json!("ghp_16C7e42F292c6912E7710c838347Ae178B4a")),
        ("note", json!("AKIAIOSFODNN7EXAMPLE")),
        ("note", json!("Bearer 9f8e7d6c5b4a39281706f5e4d3c2b1a0")),
        ("header", json!("Basic YWxhZGRpbjpvcGVuc2VzYW1l")),
        ("note", json!("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl")),
        ("note", json!("-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA\n")),
        ("api_token", json!("4f1c9a7e2b8d6035")),
        ("db_password", json!("tr0ub4dor&3-horse-battery")),
        ("request", json!({ "headers": [{ "Authorization": "q7Kf2ZpX9vLm4TsW" }] })),
    ];
    for (name, value) in found {
        assert!(holds_one(name, &value), "{name}: {value}");
    }
}

#[test]
fn what_is_none_is_left_alone() {
    let none = [
        ("note", json!("lunch for two, at the skating rink")),
        ("vendor", json!("deli.example")),
        ("token", json!("short")),
        ("max_tokens", json!(4_096)),
        ("token", json!("masked:hmac-sha256:0123456789abcdef0123456789abcdef")),
        ("region", json!("asia-pacific-southeast")),
        ("note", json!("basic accounting, twelve lessons")),
        ("token_kind", json!("aaaaaaaaaaaaaaaaaaaaaaaa")),
        ("secret_santa", json!("who gives what to whom this year")),
        ("id", json!("9f8e7d6c5b4a39281706f5e4d3c2b1a0")),
    ];
    for (name, value) in none {
        assert!(!holds_one(name, &value), "{name}: {value}");
    }
}
