//! A log that is read while it is written.

use std::{fs, io::Write as _};

use failclosed::audit::{FileOptions, Reader, Writer};

use crate::common::{Scratch, buy, guard, log};

/// How many records there are to read now.
fn rest(reader: &mut Reader) -> usize {
    let mut read = 0;
    while reader.next_record().unwrap().unwrap().is_some() {
        read += 1;
    }
    read
}

#[tokio::test]
async fn a_reader_goes_on_where_it_was_also_in_the_next_file() {
    let scratch = Scratch::new();
    // A file for each record.
    let writer =
        Writer::open(FileOptions::default().segment_bytes(1).open(scratch.path()).unwrap());
    let writer = writer.unwrap();
    let guard = guard(&writer);
    let mut reader = Reader::open(scratch.path()).unwrap();
    let mut read = rest(&mut reader);
    for amount in 0..5 {
        buy(&guard, "lunch", amount).await.0.unwrap();
        // The outcome may come a little later.
        read += rest(&mut reader);
    }
    writer.close().await.unwrap();
    read += rest(&mut reader);
    assert_eq!((read as u64, scratch.segments().len() > 5), (scratch.whole().records, true));
    assert_eq!(reader.finish().unwrap().unwrap(), scratch.whole());
}

/// A write that was taken back, as on a full disk, leaves nothing in the reader's memory.
#[tokio::test]
async fn half_a_record_is_read_again_and_is_no_end() {
    let scratch = Scratch::new();
    log(&scratch, scratch.store(), 2).await;
    let path = scratch.segments().pop().unwrap();
    let text = fs::read_to_string(&path).unwrap();
    let last = text.trim_end().rfind('\n').unwrap() + 1;
    fs::write(&path, &text[..last]).unwrap();
    let mut reader = Reader::open(scratch.path()).unwrap();
    let whole = rest(&mut reader);

    let mut file = fs::OpenOptions::new().append(true).open(&path).unwrap();
    file.write_all(b"{\"v\":1,\"seq").unwrap();
    assert_eq!(rest(&mut reader), 0);
    assert!(reader.finish().unwrap().unwrap_err().fault.contains("does not end"));
    file.set_len(last as u64).unwrap();
    file.write_all(&text.as_bytes()[last..]).unwrap();
    assert_eq!((rest(&mut reader), whole), (1, 4));
    assert_eq!(reader.finish().unwrap().unwrap(), scratch.whole());
}

#[tokio::test]
async fn a_file_that_goes_away_under_its_reader_is_no_end_of_the_log() {
    for (what, fault) in [("cut", "cut"), ("removed", "removed"), ("replaced", "replaced")] {
        let scratch = Scratch::new();
        log(&scratch, scratch.store(), 2).await;
        let path = scratch.segments().pop().unwrap();
        let mut reader = Reader::open(scratch.path()).unwrap();
        assert_eq!(rest(&mut reader), 5);
        match what {
            "cut" => fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(9).unwrap(),
            "removed" => fs::remove_file(&path).unwrap(),
            _ => {
                let copy = path.with_extension("copy");
                fs::copy(&path, &copy).unwrap();
                fs::rename(&copy, &path).unwrap();
            }
        }
        let found = reader.next_record().unwrap().unwrap_err();
        assert!(found.fault.contains(fault), "{what}: {found}");
        assert_eq!((found.seq, found.line), (5, 6), "{what}");
    }
}
