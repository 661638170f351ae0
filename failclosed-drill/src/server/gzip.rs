//! Compressed answers: an honest one, and a bomb that costs the server nothing.

use std::{
    io::{self, Write},
    sync::LazyLock,
};

use flate2::{Compress, Compression, Crc, FlushCompress, write::GzEncoder};

/// One block of the bomb, decompressed: 1 MiB of spaces, which JSON allows before a document.
const BLOCK: usize = 1 << 20;

/// The same bytes, compressed.
pub(super) fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes)?;
    encoder.finish()
}

/// The block, compressed, and its checksum. Made once: on a debug build it takes so long that a
/// client would be past its deadline before the first byte.
static PACKED: LazyLock<io::Result<(Vec<u8>, Crc)>> = LazyLock::new(|| {
    let spaces = vec![b' '; BLOCK];
    let mut packed = Vec::with_capacity(BLOCK);
    // A full flush forgets what came before, so that the block can be sent again and again.
    let mut deflate = Compress::new(Compression::best(), false);
    deflate.compress_vec(&spaces, &mut packed, FlushCompress::Full).map_err(io::Error::other)?;
    let mut sum = Crc::new();
    sum.update(&spaces);
    Ok((packed, sum))
});

/// `blocks` MiB of spaces and then `end`, in about a thousandth of that. The server compresses one
/// MiB, whatever the client has to unpack.
pub(super) fn bomb(blocks: usize, end: &[u8]) -> io::Result<Vec<u8>> {
    let (block, of_block) = PACKED.as_ref().map_err(|error| io::Error::other(error.to_string()))?;
    let mut last = Vec::with_capacity(end.len() + 64);
    Compress::new(Compression::fast(), false)
        .compress_vec(end, &mut last, FlushCompress::Finish)
        .map_err(io::Error::other)?;
    let mut sum = of_many(blocks, of_block);
    sum.update(end);

    let mut bytes = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
    for _ in 0..blocks {
        bytes.extend_from_slice(block);
    }
    bytes.extend_from_slice(&last);
    bytes.extend_from_slice(&sum.sum().to_le_bytes());
    bytes.extend_from_slice(&sum.amount().to_le_bytes());
    Ok(bytes)
}

/// The checksum of the same bytes, so many times: by doubling, not by reading them.
fn of_many(times: usize, one: &Crc) -> Crc {
    let (mut sum, mut power) = (Crc::new(), copy(one));
    let mut left = times;
    while left > 0 {
        if left % 2 == 1 {
            sum.combine(&power);
        }
        let same = copy(&power);
        power.combine(&same);
        left /= 2;
    }
    sum
}

fn copy(of: &Crc) -> Crc {
    let mut copy = Crc::new();
    copy.combine(of);
    copy
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::panic,
        reason = "a test stops at what it does not expect"
    )]

    use std::io::Read;

    use super::{BLOCK, bomb};

    #[test]
    fn the_bomb_is_valid_and_ends_in_its_answer() {
        let bytes = bomb(3, b"{}").unwrap();
        assert!(bytes.len() < 3 * BLOCK / 500, "{} bytes", bytes.len());
        let mut out = Vec::new();
        flate2::read::GzDecoder::new(bytes.as_slice()).read_to_end(&mut out).unwrap();
        assert_eq!(out.len(), 3 * BLOCK + 2);
        assert!(out.ends_with(b" {}"));
    }
}
