//! Closed files are compressed, and are what they were.

use std::{
    fs,
    io::Write as _,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use failclosed::audit::{
    Broken, FileOptions, FileStore, MAX_LINE_BYTES, Reader, Record, Store, verify,
};
use sha2::{Digest as _, Sha256};

use crate::common::{Scratch, is_packed, log, text};

fn small() -> FileOptions {
    FileOptions::default().segment_bytes(1_500)
}

/// A closed log of several files, none of them compressed.
async fn plain(purchases: u64) -> Scratch {
    let scratch = Scratch::new();
    log(&scratch, small().compress(false).open(scratch.path()).unwrap(), purchases).await;
    assert!(!scratch.segments().iter().any(|path| is_packed(path)));
    scratch
}

/// Opens a log again until all of its closed files are compressed.
fn packed(scratch: &Scratch) {
    let open = || scratch.segments().into_iter().filter(|path| !is_packed(path)).count();
    for _ in 0..1_000 {
        if open() == 1 {
            return;
        }
        small().open(scratch.path()).unwrap().end().unwrap();
    }
    panic!("{:?} were not compressed", scratch.segments());
}

fn broken(scratch: &Scratch) -> Broken {
    verify(scratch.path()).unwrap().expect_err("a changed log was taken for whole")
}

/// A frame with the hash that would be right for it, as whoever can write the files makes one.
fn sealed(frame: &[u8]) -> Vec<u8> {
    let skipped = [0x5F, 0x2A, 0x4D, 0x18, 32, 0, 0, 0];
    [frame, &skipped, &Sha256::digest(frame)].concat()
}

fn frame_of(path: &Path) -> Vec<u8> {
    let mut file = fs::read(path).unwrap();
    file.truncate(file.len() - 40);
    file
}

#[tokio::test]
async fn closed_files_are_compressed_while_the_log_is_written_and_read_as_before() {
    let scratch = plain(12).await;
    let (whole, before) = (scratch.whole(), scratch.segments());
    let texts: Vec<_> = before.iter().cloned().map(|path| text(path).unwrap()).collect();
    let mut store = small().open(scratch.path()).unwrap();
    let lines = store.read(0, usize::MAX).unwrap();
    drop(store);
    packed(&scratch);
    let after = scratch.segments();
    // The same names, with an end; the last one is still written.
    for (before, after) in before[..before.len() - 1].iter().zip(&after) {
        assert_eq!(after.to_str().unwrap(), format!("{}.zst", before.display()));
        assert!(fs::metadata(after).unwrap().len() < 1_000, "{after:?}");
        assert_eq!(fs::metadata(after).unwrap().permissions().mode() & 0o777, 0o600);
    }
    assert_eq!((after.len(), after.last()), (before.len(), before.last()));
    let read: Vec<_> = after.into_iter().map(|path| text(path).unwrap()).collect();
    assert_eq!(read, texts);
    assert_eq!(scratch.whole(), whole);
    let mut store = small().open(scratch.path()).unwrap();
    assert_eq!(store.end().unwrap().hash, whole.hash);
    assert_eq!(store.read(0, usize::MAX).unwrap(), lines);
    for (from, limit) in [(3, 1), (7, 9), (whole.records - 1, 5), (whole.records, 1)] {
        let expected: Vec<_> =
            lines.iter().skip(usize::try_from(from).unwrap()).take(limit).cloned().collect();
        assert_eq!(store.read(from, limit).unwrap(), expected, "{from} {limit}");
    }
    drop(store);
    // And it goes on, with the files of this process compressed behind it.
    log(&scratch, small().open(scratch.path()).unwrap(), 12).await;
    packed(&scratch);
    assert_eq!(scratch.whole().records, 2 * whole.records);
}

#[tokio::test]
async fn nothing_is_compressed_where_that_is_not_wanted() {
    let scratch = plain(5).await;
    for _ in 0..3 {
        small().compress(false).open(scratch.path()).unwrap().end().unwrap();
    }
    assert!(!scratch.segments().iter().any(|path| is_packed(path)));
}

/// Also where it changes nothing of what is read: unused bits of a frame, and what programs skip.
#[tokio::test]
async fn any_changed_bit_of_a_compressed_file_is_found() {
    let scratch = plain(6).await;
    packed(&scratch);
    let path = scratch.segments().remove(0);
    let text = fs::read(&path).unwrap();
    for at in 0..text.len() {
        for bit in 0..8 {
            let mut changed = text.clone();
            changed[at] ^= 1 << bit;
            fs::write(&path, &changed).unwrap();
            let found = broken(&scratch);
            assert_eq!(found.file, path, "bit {bit} of byte {at}: {found}");
            assert_eq!(found.line, found.seq + 1, "bit {bit} of byte {at}: {found}");
        }
    }
    for length in 0..text.len() {
        fs::write(&path, &text[..length]).unwrap();
        assert_eq!(broken(&scratch).file, path, "cut at {length}");
    }
    fs::write(&path, &text).unwrap();
    scratch.whole();
}

/// Its hash is right: whoever can write the files can see to that.
#[tokio::test]
async fn a_frame_that_no_writer_makes_is_broken_where_it_is() {
    let scratch = plain(6).await;
    packed(&scratch);
    let path = scratch.segments().remove(0);
    let (file, frame) = (fs::read(&path).unwrap(), frame_of(&path));
    let lines = text(path.clone()).unwrap().lines().count() as u64;
    let more = zstd::encode_all(&b"{\"v\":1}\n"[..], 3).unwrap();
    let with = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut frame = frame.clone();
        change(&mut frame);
        frame
    };
    let skippable = [0x50, 0x2A, 0x4D, 0x18, 1, 0, 0, 0, 9];
    let wide = {
        let mut encoder = zstd::Encoder::new(Vec::new(), 3).unwrap();
        encoder.window_log(24).unwrap();
        encoder.include_contentsize(false).unwrap();
        encoder.write_all(text(path.clone()).unwrap().as_bytes()).unwrap();
        encoder.finish().unwrap()
    };
    let half = zstd::encode_all(text(path.clone()).unwrap().trim_end().as_bytes(), 3).unwrap();
    let behind = "there is more behind its end";
    let cases: [(&str, Vec<u8>, u64, &str); 9] = [
        ("another frame", [&frame[..], &more].concat(), lines, behind),
        ("a frame that is skipped", [&frame[..], &skippable].concat(), lines, behind),
        ("one byte", [&frame[..], &[0]].concat(), lines, behind),
        ("skipped first", [&skippable[..], &frame].concat(), 0, "does not begin and end"),
        ("nothing", Vec::new(), 0, "does not begin and end"),
        ("cut", frame[..frame.len() - 1].to_vec(), lines, "incomplete"),
        // Where it is decompressed at once, nothing of it is given out.
        ("another checksum", with(&|frame| *frame.last_mut().unwrap() ^= 1), 0, "checksum"),
        ("a window of 16 MiB", wide, 0, "too much memory"),
        ("half a line", half, lines - 1, "the line does not end"),
    ];
    for (what, frame, line, why) in cases {
        fs::write(&path, sealed(&frame)).unwrap();
        let found = broken(&scratch);
        assert_eq!((found.line, found.seq), (line + 1, line), "{what}: {found}");
        assert!(found.fault.contains(why) && found.file == path, "{what}: {found}");
        let read = small().compress(false).open(scratch.path()).unwrap().read(0, usize::MAX);
        assert!(read.is_err(), "{what}");
    }
    // Two frames that are sealed each by itself.
    fs::write(&path, [&file[..], &file].concat()).unwrap();
    assert!(broken(&scratch).fault.contains(behind));
    fs::write(&path, &file).unwrap();
    scratch.whole();
}

/// A gigabyte without a line end, in a hundred kilobytes: no more of it is read than a line may have.
#[tokio::test]
async fn a_bomb_does_not_fill_the_memory() {
    let scratch = plain(6).await;
    packed(&scratch);
    let path = scratch.segments().remove(0);
    let mut encoder = zstd::Encoder::new(Vec::new(), 3).unwrap();
    let zeros = vec![b'0'; 1 << 20];
    for _ in 0..1_024 {
        encoder.write_all(&zeros).unwrap();
    }
    let bomb = sealed(&encoder.finish().unwrap());
    assert!(bomb.len() < 200_000, "{}", bomb.len());
    fs::write(&path, bomb).unwrap();
    let before = resident();
    let found = broken(&scratch);
    assert_eq!((found.line, found.seq), (1, 0));
    assert!(found.fault.contains(&format!("longer than {MAX_LINE_BYTES} bytes")), "{found}");
    let grown = peak() - before;
    // Other tests take some meanwhile.
    assert!(grown < 16 * MAX_LINE_BYTES / 1_024, "{grown} KiB");
    // Who looks for a record in it neither.
    assert!(scratch.store().read(0, 1).is_err());
}

fn status(field: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(field)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

fn resident() -> u64 {
    // From here on, the peak is a new one.
    fs::write("/proc/self/clear_refs", "5").unwrap();
    status("VmRSS:")
}

fn peak() -> u64 {
    status("VmHWM:")
}

/// Killed at each step of it.
#[tokio::test]
async fn what_was_left_half_compressed_is_read_and_then_done_again() {
    let scratch = plain(6).await;
    let whole = scratch.whole();
    let first = scratch.segments().remove(0);
    let (done, part) = (end(&first, ".zst"), end(&first, ".zst.part"));
    let original = fs::read(&first).unwrap();
    // While it was written; when it was renamed, and the other one was not removed yet.
    for (left, content) in [(&part, &b"half"[..]), (&done, b"half"), (&done, b"")] {
        fs::write(left, content).unwrap();
        assert_eq!(scratch.whole(), whole);
        let store: FileStore = small().compress(false).open(scratch.path()).unwrap();
        { store }.end().unwrap();
        assert_eq!(scratch.whole(), whole);
        assert_eq!(fs::read(&first).unwrap(), original);
        packed(&scratch);
        assert_eq!(scratch.whole(), whole);
        assert!(!part.exists() && !first.exists());
        assert_eq!(text(done.clone()).unwrap().as_bytes(), original);
        fs::write(&first, &original).unwrap();
        fs::remove_file(&done).unwrap();
    }
}

fn end(path: &Path, end: &str) -> PathBuf {
    PathBuf::from(format!("{}{end}", path.display()))
}

/// It can never be written; nothing is lost, nothing is denied, and the log goes on.
#[tokio::test]
async fn a_file_that_cannot_be_compressed_stays_as_it_is() {
    let scratch = plain(6).await;
    let first = scratch.segments().remove(0);
    let part = end(&first, ".zst.part");
    fs::create_dir(&part).unwrap();
    let original = fs::read(&first).unwrap();
    log(&scratch, small().open(scratch.path()).unwrap(), 6).await;
    assert_eq!(fs::read(&first).unwrap(), original);
    assert_eq!(scratch.whole().records, 26);
    fs::remove_dir(&part).unwrap();
    packed(&scratch);
    assert_eq!(scratch.whole().records, 26);
}

#[tokio::test]
async fn a_reader_goes_on_where_a_file_is_compressed_or_removed_under_it() {
    let scratch = plain(6).await;
    let records = scratch.whole().records;
    let rest = |reader: &mut Reader| {
        let mut read = 0;
        while let Some(Record { .. }) = reader.next_record().unwrap().unwrap() {
            read += 1;
        }
        read
    };
    let mut reader = Reader::open(scratch.path()).unwrap();
    reader.next_record().unwrap().unwrap().unwrap();
    packed(&scratch);
    assert_eq!(rest(&mut reader) + 1, records);
    assert_eq!(reader.finish().unwrap().unwrap(), scratch.whole());
    // What is open is read to its end; what comes next is missed where it should be.
    let mut reader = Reader::open(scratch.path()).unwrap();
    reader.next_record().unwrap().unwrap().unwrap();
    let (first, second) = (scratch.segments().remove(0), scratch.segments().remove(1));
    let count = text(first.clone()).unwrap().lines().count() as u64;
    fs::remove_file(&first).unwrap();
    fs::remove_file(&second).unwrap();
    for _ in 1..count {
        reader.next_record().unwrap().unwrap().unwrap();
    }
    let found = reader.next_record().unwrap().unwrap_err();
    assert!(found.fault.contains("the segment begins at record"), "{found}");
    assert_eq!(found.seq, count);
}

/// The thread that compresses ends with the store, so that the next process does not meet it.
#[tokio::test]
async fn the_log_is_given_back_when_nothing_is_being_compressed() {
    let scratch = plain(40).await;
    for _ in 0..scratch.segments().len() {
        small().open(scratch.path()).unwrap().end().unwrap();
        let is_part = |path: &PathBuf| path.extension().is_some_and(|end| end == "part");
        let seen: Vec<_> =
            fs::read_dir(scratch.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert!(!seen.iter().any(is_part), "{seen:?}");
        let before = scratch.segments();
        thread::sleep(Duration::from_millis(1));
        assert_eq!(scratch.segments(), before);
    }
    scratch.whole();
}
