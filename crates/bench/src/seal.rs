//! What sealing costs: private fields through the vault against the raw cipher over the same bytes, on one core, in turns of one run.
//!
//! The private fields of a record are sealed together. A *field* is one of them: a record with eight private fields counts as eight. The case of a single field
//! sealed by itself is measured too; it is the worst one.

use aes_gcm::aead::{AeadInOut as _, KeyInit as _, consts::U12};
use aes_gcm::{Aes256Gcm, AesGcm, Nonce};
use serde_json::{Map, Value, json};
use std::time::Instant;
use zhijian_records::vault::{Algorithm, LocalMaster, Vault, WrittenRing};

const ID: &str = "0190a000000070008000000000000001";
/// Turns, ours and raw one after the other.
const TURNS: usize = 10;

/// Measures both ciphers.
pub fn run(records: usize) -> anyhow::Result<()> {
    let master = LocalMaster::new("bench", vec![7; 32].into())?;
    let card = fields(json!({
        "person_name": "测试某", "id_no": "130302198001010011", "phone": "13900000000", "address": "秦皇岛市海港区建设大街街道测试路9号",
        "birth_date": "1980-01-01", "emergency_contact": "测试甲", "emergency_phone": "13900000001", "chief_doctor": "样医甲"
    }));
    let single = fields(json!({"id_no": "130302198001010011"}));
    for algorithm in [Algorithm::Sm4Gcm, Algorithm::Aes256Gcm] {
        let vault = Vault::from_ring(&WrittenRing::fresh(&master, algorithm, "2026-01-01", 0)?, &master)?;
        for (what, private) in [("8 fields together", &card), ("1 field alone", &single)] {
            let (seal, open) = ours(&vault, private, records)?;
            let raw = raw(algorithm, serde_json::to_vec(private)?.len() + 16, records)?;
            let rate = |seconds: f64| (records * private.len()) as f64 / seconds;
            println!(
                "{:<12} {what:<18} seal {:>10.0} fields/s ({:.2} of the raw cipher), open {:>10.0} fields/s ({:.2}), raw {:>10.0}",
                algorithm.name(),
                rate(seal),
                raw / seal,
                rate(open),
                raw / open,
                rate(raw)
            );
        }
    }
    Ok(())
}

fn fields(value: Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}

/// Seconds of sealing and of opening.
fn ours(vault: &Vault, private: &Map<String, Value>, records: usize) -> anyhow::Result<(f64, f64)> {
    let (mut seal, mut open) = (0.0, 0.0);
    for _ in 0..TURNS {
        let clock = Instant::now();
        let sealed: Vec<Vec<u8>> = (0..records / TURNS).map(|_| vault.seal("exam", ID, private)).collect::<Result<_, _>>()?;
        seal += clock.elapsed().as_secs_f64();
        let clock = Instant::now();
        for value in &sealed {
            anyhow::ensure!(vault.open("exam", ID, value)?.len() == private.len(), "it comes back");
        }
        open += clock.elapsed().as_secs_f64();
    }
    Ok((seal, open))
}

/// Seconds of the cipher alone over as many bytes.
fn raw(algorithm: Algorithm, bytes: usize, records: usize) -> anyhow::Result<f64> {
    let sm4 = AesGcm::<sm4::Sm4, U12>::new_from_slice(&[7; 16])?;
    let aes = Aes256Gcm::new_from_slice(&[7; 32])?;
    let clock = Instant::now();
    let mut sum = 0_u64;
    for n in 0..records as u64 {
        let mut nonce = [0; 12];
        nonce[..8].copy_from_slice(&n.to_le_bytes());
        let nonce = Nonce::<U12>::from(nonce);
        let mut text = vec![b'x'; bytes];
        match algorithm {
            Algorithm::Sm4Gcm => sm4.encrypt_in_place(&nonce, b"", &mut text),
            Algorithm::Aes256Gcm => aes.encrypt_in_place(&nonce, b"", &mut text),
        }
        .map_err(|_| anyhow::anyhow!("the cipher failed"))?;
        sum += u64::from(text[0]);
    }
    anyhow::ensure!(sum > 0, "nothing was left out");
    Ok(clock.elapsed().as_secs_f64())
}
