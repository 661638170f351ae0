//! Compressed answers: an honest one, and a bomb that costs the server nothing.

use std::io::{self, Write};

use flate2::{Compress, Compression, Crc, FlushCompress, write::GzEncoder};

/// One block of the bomb, decompressed: 1 MiB of spaces, which JSON allows before a document.
const BLOCK: usize = 1 << 20;

/// The same bytes, compressed.
pub(super) fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes)?;
    encoder.finish()
}

/// `blocks` MiB of spaces and then `end`, in about a thousandth of that.
///
/// A full flush forgets what came before, so that one compressed block can be sent again and again:
/// the server compresses one MiB, whatever the client has to unpack.
pub(super) fn bomb(blocks: usize, end: &[u8]) -> io::Result<Vec<u8>> {
    let spaces = vec![b' '; BLOCK];
    let mut block = Vec::with_capacity(BLOCK);
    let mut deflate = Compress::new(Compression::best(), false);
    deflate.compress_vec(&spaces, &mut block, FlushCompress::Full).map_err(io::Error::other)?;
    let mut last = Vec::with_capacity(end.len() + 64);
    Compress::new(Compression::best(), false)
        .compress_vec(end, &mut last, FlushCompress::Finish)
        .map_err(io::Error::other)?;

    let (mut sum, mut of_block) = (Crc::new(), Crc::new());
    of_block.update(&spaces);
    for _ in 0..blocks {
        sum.combine(&of_block);
    }
    sum.update(end);

    let mut bytes = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
    for _ in 0..blocks {
        bytes.extend_from_slice(&block);
    }
    bytes.extend_from_slice(&last);
    bytes.extend_from_slice(&sum.sum().to_le_bytes());
    bytes.extend_from_slice(&sum.amount().to_le_bytes());
    Ok(bytes)
}

#[cfg(test)]
mod tests {
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
