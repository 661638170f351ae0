//! What is found in a log that was changed, and where.

use std::fs;

use failclosed::audit::{Broken, FileOptions, MAX_LINE_BYTES, verify, verify_each};

use crate::common::{Scratch, log};

fn broken(scratch: &Scratch) -> Broken {
    verify(scratch.path()).unwrap().expect_err("a changed log was taken for whole")
}

/// Every bit of every byte would be 8 times the work and the same code; one bit that keeps the text
/// readable and one that does not.
#[tokio::test]
async fn any_changed_byte_is_found_and_located() {
    let scratch = Scratch::new();
    log(&scratch, scratch.store(), 2).await;
    let path = scratch.segments().pop().unwrap();
    let text = fs::read(&path).unwrap();
    assert_eq!(scratch.whole().records, 5);
    for at in 0..text.len() {
        for bit in [0x01, 0x80] {
            let mut changed = text.clone();
            changed[at] ^= bit;
            fs::write(&path, &changed).unwrap();
            let line = text[..at].iter().filter(|byte| **byte == b'\n').count() as u64 + 1;
            let found = broken(&scratch);
            assert_eq!((found.line, found.seq), (line, line - 1), "byte {at}: {found}");
        }
    }
    fs::write(&path, &text).unwrap();
    scratch.whole();
}

#[tokio::test]
async fn removed_moved_doubled_and_swapped_records_are_found() {
    let scratch = Scratch::new();
    log(&scratch, scratch.store(), 3).await;
    let path = scratch.segments().pop().unwrap();
    let text = fs::read_to_string(&path).unwrap();
    let lines: Vec<_> = text.lines().collect();
    let put = |lines: &[&str]| {
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        fs::write(&path, text).unwrap();
    };
    // All but the last: that one is missing only to who knows the last hash.
    for at in 0..lines.len() - 1 {
        let mut removed = lines.clone();
        removed.remove(at);
        put(&removed);
        assert_eq!(broken(&scratch).line, at as u64 + 1);

        let mut swapped = lines.clone();
        swapped.swap(at, at + 1);
        put(&swapped);
        assert_eq!(broken(&scratch).line, at as u64 + 1);

        let mut doubled = lines.clone();
        doubled.insert(at, lines[at]);
        put(&doubled);
        assert_eq!(broken(&scratch).line, at as u64 + 2);
    }
    put(&lines);
    let hash = scratch.whole().hash;
    put(&lines[..lines.len() - 1]);
    assert_ne!(scratch.whole().hash, hash);
}

/// A record of another log has the right form, and even the right number.
#[tokio::test]
async fn a_record_of_another_log_is_found() {
    let (one, other) = (Scratch::new(), Scratch::new());
    log(&one, one.store(), 3).await;
    log(&other, other.store(), 3).await;
    let (path, from) = (one.segments().remove(0), other.segments().remove(0));
    let (text, foreign) = (fs::read_to_string(&path).unwrap(), fs::read_to_string(from).unwrap());
    let mut lines: Vec<_> = text.lines().collect();
    lines[2] = foreign.lines().nth(2).unwrap();
    fs::write(&path, lines.join("\n") + "\n").unwrap();
    assert_eq!((broken(&one).line, broken(&one).seq), (3, 2));
}

#[tokio::test]
async fn the_chain_goes_on_over_segments_and_restarts() {
    let scratch = Scratch::new();
    for round in 1..=3 {
        let store = FileOptions::default().segment_bytes(1_000).open(scratch.path()).unwrap();
        log(&scratch, store, 4).await;
        assert_eq!(scratch.whole().records, round * 9);
    }
    let segments = scratch.segments();
    assert!(segments.len() > 3, "{segments:?}");
    // A segment that is gone, first, middle or last but one, is a gap with a number.
    for gone in &segments[..segments.len() - 1] {
        let text = fs::read(gone).unwrap();
        fs::remove_file(gone).unwrap();
        assert!(broken(&scratch).fault.contains("the segment begins at record"));
        fs::write(gone, text).unwrap();
    }
    scratch.whole();
}

#[tokio::test]
async fn records_are_handed_over_in_order_and_none_from_the_fault_on() {
    let scratch = Scratch::new();
    log(&scratch, scratch.store(), 3).await;
    let handed = || {
        let mut seen = Vec::new();
        let answer = verify_each(scratch.path(), |record| seen.push(record.seq)).unwrap();
        (seen, answer)
    };
    let (seen, answer) = handed();
    assert_eq!(seen, (0..answer.unwrap().records).collect::<Vec<_>>());
    let path = scratch.segments().pop().unwrap();
    let text = fs::read_to_string(&path).unwrap();
    let mut lines: Vec<_> = text.lines().collect();
    lines.remove(2);
    fs::write(&path, lines.join("\n") + "\n").unwrap();
    let (seen, answer) = handed();
    assert_eq!((seen, answer.unwrap_err().seq), (vec![0, 1], 2));
}

/// A file without line ends must not fill the memory of whoever reads it.
#[tokio::test]
async fn a_line_longer_than_any_that_is_written_is_not_read_to_its_end() {
    let scratch = Scratch::new();
    log(&scratch, scratch.store(), 1).await;
    let path = scratch.segments().pop().unwrap();
    let mut text = fs::read(&path).unwrap();
    let records = scratch.whole().records;
    text.resize(text.len() + usize::try_from(MAX_LINE_BYTES).unwrap(), b'x');
    text.push(b'\n');
    fs::write(&path, &text).unwrap();
    let found = broken(&scratch);
    assert_eq!((found.seq, found.line), (records, records + 1));
    assert!(found.fault.contains("longer than"), "{found}");
}
