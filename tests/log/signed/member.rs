//! A signed log in one of several stores.

use failclosed::audit::{Writer, any_of, signed::Seal};

use super::{Key, checked, open};
use crate::common::{Scratch, buy, guard, log};

/// It signs what it has, also what it was given later.
#[tokio::test]
async fn a_signed_store_signs_what_it_was_filled_with() {
    let (sealed, plain, key) = (Scratch::new(), Scratch::new(), Key::new());
    log(&plain, plain.store(), 5).await;
    let seal = || Seal::new(key.clone()).records(3);
    for calls in 1..=2 {
        let writer = Writer::open(any_of(open(&sealed, seal()), plain.store())).unwrap();
        for _ in 0..calls {
            assert_eq!(buy(&guard(&writer), "lunch", 1).await.1, 1);
        }
        writer.close().await.unwrap();
    }
    assert_eq!(sealed.whole(), plain.whole());
    let signed = checked(&sealed, &key).unwrap();
    assert_eq!(signed.last.size(), plain.whole().records);
}
