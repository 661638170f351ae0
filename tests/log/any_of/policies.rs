//! The policies that records name are in each store before them.

use failclosed::{
    Decision, Guard, Subject,
    audit::{Writer, any_of, policies},
    authority::answer_fn,
    danger,
    decision::Policies,
};

use super::{Faulty, How, open, pair, until};
use crate::common::{Scratch, buy};

const TEXT: &str = "permit(principal, action, resource);";

async fn bought(writer: &Writer) {
    let authority =
        answer_fn(|_| Decision::allow().policies(Vec::from([Policies::new(TEXT)])).into());
    let guard = Guard::builder(Subject::agent("shopper").unwrap(), authority, writer.clone());
    let guard = danger::unchecked(guard, "a test").unwrap();
    assert_eq!(buy(&guard, "lunch", 1).await.1, 1);
}

#[tokio::test]
async fn one_that_was_away_is_given_them_before_its_records() {
    let (first, second) = pair();
    let (writer, _) = open(any_of(first.clone(), second.clone()));
    first.set(How::Fails);
    bought(&writer).await;
    assert!(first.policies().is_empty());
    assert_eq!(second.policies(), [Policies::new(TEXT)]);
    first.set(How::Works);
    writer.close().await.unwrap();
    assert_eq!(first.policies(), second.policies());
    assert_eq!(first.text(), second.text());
}

/// They were kept by another process: the store that has the records is asked for them.
#[tokio::test]
async fn one_that_is_filled_is_given_those_of_before() {
    let (long, short) = (Scratch::new(), Faulty::default());
    let writer = Writer::open(long.store()).unwrap();
    bought(&writer).await;
    writer.close().await.unwrap();
    let (writer, _) = open(any_of(short.clone(), long.store()));
    until(|| short.records().len() == 2).await;
    assert_eq!(short.policies(), [Policies::new(TEXT)]);
    writer.close().await.unwrap();
    // And into files.
    let files = Scratch::new();
    let (writer, _) = open(any_of(short.clone(), files.store()));
    writer.close().await.unwrap();
    let digest = Policies::new(TEXT).digest().to_owned();
    assert_eq!(policies(files.path(), &digest).unwrap(), Some(Policies::new(TEXT)));
}
