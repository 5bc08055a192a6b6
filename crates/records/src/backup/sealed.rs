//! A sealed file: chunks of AES-256-GCM. The nonce holds the chunk's number and whether it is the last one, so that chunks cannot be
//! exchanged, left out or cut off; each file has a key of its own.

use super::{BackupError, BackupKey, damaged, file_error};
use crate::audit::hex;
use aes_gcm::aead::{Aead as _, KeyInit as _, Payload};
use aes_gcm::{Aes256Gcm, Nonce, aead::consts::U12};
use sm3::{Digest as _, Sm3};
use std::fs::File;
use std::io::{BufReader, BufWriter, Read as _, Write as _};
use std::path::{Path, PathBuf};

const MAGIC: &[u8; 10] = b"ZJBACKUP1\n";
const SALT: usize = 16;
/// Clear bytes of a chunk.
const CHUNK: usize = 1 << 20;
/// Bytes that sealing adds to a chunk.
const TAG: usize = 16;

fn cipher(key: &BackupKey, salt: &[u8]) -> Result<Aes256Gcm, BackupError> {
    Aes256Gcm::new_from_slice(&key.derive(b"file", salt)?).map_err(|_| BackupError::Key)
}

fn nonce(number: u64, last: bool) -> Nonce<U12> {
    let mut nonce = [0_u8; 12];
    nonce[..8].copy_from_slice(&number.to_be_bytes());
    nonce[11] = u8::from(last);
    Nonce::<U12>::from(nonce)
}

/// Writes a sealed file.
pub(super) struct Sealer {
    path: PathBuf,
    out: BufWriter<File>,
    cipher: Aes256Gcm,
    header: Vec<u8>,
    clear: Vec<u8>,
    number: u64,
    digest: Sm3,
    size: u64,
}

impl Sealer {
    /// Begins a file; one that is there is replaced.
    pub fn create(path: &Path, key: &BackupKey) -> Result<Self, BackupError> {
        let mut salt = [0_u8; SALT];
        getrandom::fill(&mut salt).map_err(|_| BackupError::Random)?;
        let header = [MAGIC.as_slice(), &salt].concat();
        let out = BufWriter::new(File::create(path).map_err(file_error("无法写入", path))?);
        let cipher = cipher(key, &salt)?;
        let (digest, clear) = (Sm3::new(), Vec::with_capacity(2 * CHUNK));
        let mut sealer = Self { path: path.to_owned(), out, cipher, header, clear, number: 0, digest, size: 0 };
        let header = sealer.header.clone();
        sealer.put(&header)?;
        Ok(sealer)
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), BackupError> {
        self.out.write_all(bytes).map_err(file_error("无法写入", &self.path))?;
        self.digest.update(bytes);
        self.size += bytes.len() as u64;
        Ok(())
    }

    /// Adds clear bytes.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), BackupError> {
        self.clear.extend_from_slice(bytes);
        while self.clear.len() > CHUNK {
            let rest = self.clear.split_off(CHUNK);
            let chunk = std::mem::replace(&mut self.clear, rest);
            self.chunk(&chunk, false)?;
        }
        Ok(())
    }

    fn chunk(&mut self, clear: &[u8], last: bool) -> Result<(), BackupError> {
        let payload = Payload { msg: clear, aad: &self.header };
        let sealed = self.cipher.encrypt(&nonce(self.number, last), payload).map_err(|_| BackupError::Key)?;
        self.number += 1;
        self.put(&u32::try_from(sealed.len()).unwrap_or(u32::MAX).to_be_bytes())?;
        self.put(&sealed)
    }

    /// The last chunk; the file is on the disk when this returns. Gives size and digest.
    pub fn finish(mut self) -> Result<(u64, String), BackupError> {
        let clear = std::mem::take(&mut self.clear);
        self.chunk(&clear, true)?;
        self.out.flush().map_err(file_error("无法写入", &self.path))?;
        self.out.get_ref().sync_all().map_err(file_error("无法写入", &self.path))?;
        Ok((self.size, hex(&self.digest.finalize())))
    }
}

/// Reads a sealed file line by line.
pub(super) struct Opener {
    path: PathBuf,
    input: BufReader<File>,
    cipher: Aes256Gcm,
    header: Vec<u8>,
    clear: Vec<u8>,
    /// Bytes of `clear` that have gone.
    gone: usize,
    number: u64,
    ended: bool,
}

impl Opener {
    /// Opens a file.
    pub fn open(path: &Path, key: &BackupKey) -> Result<Self, BackupError> {
        let mut input = BufReader::new(File::open(path).map_err(file_error("无法读取", path))?);
        let mut header = vec![0; MAGIC.len() + SALT];
        input.read_exact(&mut header).map_err(|_| damaged(path, "不是备份文件或被截断"))?;
        let salt = header.strip_prefix(MAGIC).ok_or_else(|| damaged(path, "不是备份文件"))?;
        let cipher = cipher(key, salt)?;
        Ok(Self { path: path.to_owned(), input, cipher, header, clear: Vec::new(), gone: 0, number: 0, ended: false })
    }

    /// The next line; `None` after the last one, once the end mark was seen.
    pub fn line(&mut self) -> Result<Option<Vec<u8>>, BackupError> {
        let mut seen = self.gone;
        loop {
            if let Some(end) = self.clear.get(seen..).and_then(|rest| rest.iter().position(|byte| *byte == b'\n')) {
                let line = self.clear.get(self.gone..seen + end).unwrap_or_default().to_vec();
                self.gone = seen + end + 1;
                return Ok(Some(line));
            }
            if self.ended {
                let whole = self.gone == self.clear.len();
                return if whole { Ok(None) } else { Err(damaged(&self.path, "末行不完整")) };
            }
            seen = self.clear.len() - self.gone;
            self.clear.drain(..self.gone);
            self.gone = 0;
            self.chunk()?;
        }
    }

    fn chunk(&mut self) -> Result<(), BackupError> {
        let number = self.number + 1;
        let cut = |path: &Path| damaged(path, format!("在第 {number} 块处被截断，没有结束标记"));
        let mut length = [0_u8; 4];
        self.input.read_exact(&mut length).map_err(|_| cut(&self.path))?;
        let length = u32::from_be_bytes(length) as usize;
        if !(TAG..=CHUNK + TAG).contains(&length) {
            return Err(damaged(&self.path, format!("第 {number} 块被改动")));
        }
        let mut sealed = vec![0; length];
        self.input.read_exact(&mut sealed).map_err(|_| cut(&self.path))?;
        let open = |last| self.cipher.decrypt(&nonce(self.number, last), Payload { msg: &sealed, aad: &self.header });
        let clear = match open(false) {
            Ok(clear) => clear,
            Err(_) => {
                let clear = open(true).map_err(|_| damaged(&self.path, format!("第 {number} 块被改动、调换，或密钥不符")))?;
                self.ended = true;
                if self.input.read(&mut [0]).map_err(file_error("无法读取", &self.path))? > 0 {
                    return Err(damaged(&self.path, "结束标记之后还有内容"));
                }
                clear
            }
        };
        self.number += 1;
        self.clear.extend_from_slice(&clear);
        Ok(())
    }
}

/// Size and digest of a file as it lies there.
pub(super) fn digest(path: &Path) -> Result<(u64, String), BackupError> {
    let mut input = File::open(path).map_err(file_error("无法读取", path))?;
    let (mut sm3, mut size, mut buffer) = (Sm3::new(), 0, vec![0; CHUNK]);
    loop {
        let number = input.read(&mut buffer).map_err(file_error("无法读取", path))?;
        if number == 0 {
            return Ok((size, hex(&sm3.finalize())));
        }
        sm3.update(buffer.get(..number).unwrap_or_default());
        size += number as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(digit: char) -> BackupKey {
        BackupKey::read(&digit.to_string().repeat(64)).unwrap()
    }

    fn read(path: &Path, key: &BackupKey) -> Result<Vec<Vec<u8>>, BackupError> {
        let mut opener = Opener::open(path, key)?;
        let mut lines = Vec::new();
        while let Some(line) = opener.line()? {
            lines.push(line);
        }
        Ok(lines)
    }

    #[test]
    fn lines_come_back_and_every_kind_of_damage_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.data");
        let lines: Vec<Vec<u8>> = (0..5).map(|n| vec![b'a' + n; 700_000]).collect();
        let mut sealer = Sealer::create(&path, &key('1')).unwrap();
        for line in &lines {
            sealer.write(line).unwrap();
            sealer.write(b"\n").unwrap();
        }
        let told = sealer.finish().unwrap();
        assert_eq!(read(&path, &key('1')).unwrap(), lines);
        assert_eq!(digest(&path).unwrap(), told);
        let whole = std::fs::read(&path).unwrap();
        assert!(!whole.windows(64).any(|window| window.iter().all(|byte| *byte == b'a')), "nothing is in clear");
        assert!(matches!(read(&path, &key('2')), Err(BackupError::Damaged { .. })), "another key");
        let header = MAGIC.len() + SALT;
        let chunk = 4 + CHUNK + TAG;
        let mut flipped = whole.clone();
        flipped[header + chunk + 100] ^= 1;
        let exchanged =
            [&whole[..header], &whole[header + chunk..header + 2 * chunk], &whole[header..header + chunk], &whole[header + 2 * chunk..]]
                .concat();
        let cases: [(&str, Vec<u8>); 6] = [
            ("a flipped bit", flipped),
            ("chunks exchanged", exchanged),
            ("a chunk left out", [&whole[..header], &whole[header + chunk..]].concat()),
            ("cut between chunks", whole[..header + 2 * chunk].to_vec()),
            ("cut inside a chunk", whole[..whole.len() - 5].to_vec()),
            ("something added", [&whole[..], b"more"].concat()),
        ];
        for (why, bytes) in cases {
            std::fs::write(&path, bytes).unwrap();
            assert!(matches!(read(&path, &key('1')), Err(BackupError::Damaged { .. })), "{why}");
        }
        std::fs::write(&path, whole).unwrap();
        read(&path, &key('1')).unwrap();
    }
}
