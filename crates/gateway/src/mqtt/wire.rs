//! Packets as bytes: one whole packet at a time, with a ceiling.

use std::io;
use tokio::io::{AsyncRead, AsyncReadExt as _};

/// Longest packet: 10,000 readings of JSON do not fit, a thousand do (design).
pub(super) const LONGEST: usize = 256 * 1024;

/// Reads one packet; `None` when the connection ended between two.
///
/// # Errors
/// The connection ended within a packet; a length that no packet has, or above the ceiling.
pub(super) async fn packet<R: AsyncRead + Unpin>(reader: &mut R) -> io::Result<Option<Vec<u8>>> {
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
            if length > LONGEST {
                return Err(io::Error::new(io::ErrorKind::InvalidData, format!("packet of {length} bytes")));
            }
            let head = bytes.len();
            bytes.resize(head + length, 0);
            reader.read_exact(bytes.get_mut(head..).unwrap_or_default()).await?;
            return Ok(Some(bytes));
        }
    }
    Err(io::Error::new(io::ErrorKind::InvalidData, "malformed length"))
}
