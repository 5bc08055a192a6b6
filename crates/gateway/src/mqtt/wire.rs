//! Packets as bytes: one whole packet at a time, with a ceiling.

use std::io;
use tokio::io::{AsyncRead, AsyncReadExt as _};

/// Longest packet: 10,000 readings of JSON do not fit, a thousand do (design).
pub(super) const LONGEST: usize = 256 * 1024;
/// What is kept of a longer one, where it is not the end of the connection: its topic is in there.
const BEGINNING: usize = 1024;

/// A packet, or its beginning when it is longer than [`LONGEST`].
pub(super) struct Packet {
    /// Fixed header and what follows.
    pub bytes: Vec<u8>,
    /// Whether nothing is left out.
    pub whole: bool,
}

/// Reads one packet; `None` when the connection ended between two.
///
/// # Errors
/// The connection ended within a packet; a length that no packet has, or above the ceiling.
pub(super) async fn packet<R: AsyncRead + Unpin>(reader: &mut R) -> io::Result<Option<Vec<u8>>> {
    let Some((bytes, length)) = head(reader).await? else { return Ok(None) };
    if length > LONGEST {
        return Err(io::Error::new(io::ErrorKind::InvalidData, format!("packet of {length} bytes")));
    }
    rest(reader, bytes, length).await.map(Some)
}

/// As [`packet`], but passes over what is above the ceiling.
///
/// # Errors
/// The connection ended within a packet; a length that no packet has.
pub(super) async fn packet_or_beginning<R: AsyncRead + Unpin>(reader: &mut R) -> io::Result<Option<Packet>> {
    let Some((bytes, length)) = head(reader).await? else { return Ok(None) };
    if length <= LONGEST {
        return Ok(Some(Packet { bytes: rest(reader, bytes, length).await?, whole: true }));
    }
    let bytes = rest(reader, bytes, BEGINNING).await?;
    let left = u64::try_from(length - BEGINNING).unwrap_or_default();
    if tokio::io::copy(&mut reader.take(left), &mut tokio::io::sink()).await? < left {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(Some(Packet { bytes, whole: false }))
}

/// The fixed header and the length of what follows it.
async fn head<R: AsyncRead + Unpin>(reader: &mut R) -> io::Result<Option<(Vec<u8>, usize)>> {
    let mut first = [0_u8; 1];
    if reader.read(&mut first).await? == 0 {
        return Ok(None);
    }
    let mut bytes = vec![first[0]];
    let mut length = 0_usize;
    for place in 0..4 {
        let byte = reader.read_u8().await?;
        bytes.push(byte);
        length |= usize::from(byte & 0x7f) << (7 * place);
        if byte & 0x80 == 0 {
            return Ok(Some((bytes, length)));
        }
    }
    Err(io::Error::new(io::ErrorKind::InvalidData, "malformed length"))
}

async fn rest<R: AsyncRead + Unpin>(reader: &mut R, mut bytes: Vec<u8>, length: usize) -> io::Result<Vec<u8>> {
    let head = bytes.len();
    bytes.resize(head + length, 0);
    reader.read_exact(bytes.get_mut(head..).unwrap_or_default()).await?;
    Ok(bytes)
}
