//! The chain of delegation in the lines of a log.

use failclosed::{
    Subject,
    audit::{Kind, Writer},
};

use crate::common::{Scratch, buy, guard};

#[tokio::test]
async fn a_line_tells_who_delegated() {
    let scratch = Scratch::new();
    let writer = Writer::open(scratch.store()).unwrap();
    let top = guard(&writer);
    let middle = top.delegate(Subject::agent("buyer").unwrap());
    let low = middle.delegate(Subject::agent("clerk").unwrap());
    assert_eq!(buy(&top, "lunch", 1).await.1, 1);
    assert_eq!(buy(&low, "lunch", 1).await.1, 1);
    let (denied, ran) = buy(&low, "a car", 9).await;
    assert_eq!((denied.unwrap_err().cause().as_str(), ran), ("denied", 0));
    writer.close().await.unwrap();
    let decisions: Vec<_> =
        scratch.records().into_iter().filter(|record| record.record == Kind::Decision).collect();
    let chains: Vec<Vec<_>> = decisions
        .iter()
        .map(|record| record.delegated_by.iter().map(|by| by.agent.as_str()).collect())
        .collect();
    assert_eq!(chains, [vec![], vec!["shopper", "buyer"], vec!["shopper", "buyer"]]);
    let agents: Vec<_> = decisions.iter().map(|record| record.agent.as_deref()).collect();
    assert_eq!(agents, [Some("shopper"), Some("clerk"), Some("clerk")]);
    assert_eq!(scratch.whole().records, scratch.records().len() as u64);
    let text = std::fs::read_to_string(&scratch.segments()[0]).unwrap();
    let first = text.lines().next().unwrap();
    // Old lines, and those without a chain, are to the letter what they were.
    assert!(!first.contains("delegated_by"), "{first}");
}
