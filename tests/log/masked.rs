//! A masked argument on the disk: its mask, and a digest that gives nothing away.

use failclosed::{
    Decision, Denial, Guard, Subject,
    audit::{Kind, Writer},
    authority_fn, requires_permission,
};

use crate::common::Scratch;

const TOKEN: &str = "sk_live_42424242";

#[requires_permission(action = "fetch", mask(token))]
async fn fetch(url: &str, token: &str) -> Result<usize, Denial> {
    Ok(url.len() + token.len())
}

#[tokio::test]
async fn a_masked_argument_is_on_no_disk() {
    let scratch = Scratch::new();
    let writer = Writer::open(scratch.store()).unwrap();
    let authority = authority_fn(async |request| {
        let token = request.argument::<String>("token")?;
        assert_eq!(token, TOKEN);
        match request.argument::<String>("url")?.as_str() {
            "/a" => Ok(Decision::allow()),
            _ => Ok(Decision::deny(format!("{token} may not"))),
        }
    });
    let guard = Guard::builder(Subject::agent("shopper").unwrap(), authority, writer.clone());
    let guard = failclosed::danger::unchecked(guard, "a test").unwrap();
    assert_eq!(guard.scope(fetch("/a", TOKEN)).await.unwrap(), 18);
    let denial = guard.scope(fetch("/b", TOKEN)).await.unwrap_err();
    assert_eq!(denial.reason(), "[masked] may not");
    writer.close().await.unwrap();
    let text: String =
        scratch.segments().iter().map(|path| std::fs::read_to_string(path).unwrap()).collect();
    assert!(text.contains("\"url\":\"/a\"") && !text.contains("4242"), "{text}");
    // Whole, and the digests are those of the masked questions that stand there.
    scratch.whole();
    let records = scratch.records();
    let decisions: Vec<_> = records.iter().filter(|one| one.record == Kind::Decision).collect();
    let tokens = decisions.iter().map(|decision| {
        let question: serde_json::Value =
            serde_json::from_str(decision.question.as_ref().unwrap().get()).unwrap();
        question["arguments"]["token"].as_str().unwrap().to_owned()
    });
    let tokens: Vec<_> = tokens.collect();
    assert_eq!(tokens.len(), 2);
    assert!(tokens[0].starts_with("masked:") && tokens[0] == tokens[1], "{tokens:?}");
}
