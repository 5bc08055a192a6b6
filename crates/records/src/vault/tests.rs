use super::*;
use serde_json::json;

const ID: &str = "0190a000000070008000000000000001";

fn vault(keys: &[(u8, u8)]) -> Vault {
    Vault::new(&keys.iter().map(|(n, b)| (*n, vec![*b; 32])).collect::<Vec<_>>()).unwrap()
}

fn private() -> Map<String, Value> {
    json!({"person_name": "张测一", "id_no": "130322196104169975"}).as_object().unwrap().clone()
}

fn master(byte: u8) -> LocalMaster {
    LocalMaster::new("测试", Zeroizing::new(vec![byte; 32])).unwrap()
}

#[test]
fn sealed_fields_come_back_and_reveal_nothing() {
    let vault = vault(&[(1, 7)]);
    let sealed = vault.seal("exam", ID, &private()).unwrap();
    assert_eq!(vault.open("exam", ID, &sealed).unwrap(), private());
    assert_eq!(vault.check("exam", ID, &sealed).unwrap(), private());
    assert!(!sealed.windows(6).any(|w| w == b"130322"));
    let again = vault.seal("exam", ID, &private()).unwrap();
    assert_ne!(sealed, again, "two sealings of one text differ");
    assert_ne!(mark(&sealed), mark(&again), "and so do their commitments: equal texts cannot be told");
}

#[test]
fn every_changed_byte_is_noticed() {
    let vault = vault(&[(1, 7)]);
    let sealed = vault.seal("exam", ID, &private()).unwrap();
    for at in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[at] ^= 1;
        assert!(vault.open("exam", ID, &changed).is_err(), "byte {at}");
    }
    assert!(vault.open("exam", ID, &sealed[..sealed.len() - 1]).is_err());
}

#[test]
fn a_value_copied_to_another_record_or_kind_does_not_open() {
    let vault = vault(&[(1, 7)]);
    let sealed = vault.seal("exam", ID, &private()).unwrap();
    assert!(matches!(vault.open("exam", &ID.replace('1', "2"), &sealed), Err(VaultError::Broken)));
    assert!(matches!(vault.open("patient", ID, &sealed), Err(VaultError::Broken)));
}

#[test]
fn both_ciphers_seal_and_say_so() {
    for (algorithm, id) in [(Algorithm::Sm4Gcm, 1), (Algorithm::Aes256Gcm, 2)] {
        let ring = WrittenRing::fresh(&master(1), algorithm, "2026-01-01", 0).unwrap();
        let vault = Vault::from_ring(&ring, &master(1)).unwrap();
        let sealed = vault.seal("exam", ID, &private()).unwrap();
        assert_eq!((sealed[0], sealed[1]), (1, id));
        assert_eq!(sealed_by(&sealed), Some(1));
        assert_eq!(vault.open("exam", ID, &sealed).unwrap(), private());
    }
}

#[test]
fn another_master_key_opens_nothing_and_says_so() {
    let ring = WrittenRing::fresh(&master(1), Algorithm::Sm4Gcm, "2026-01-01", 0).unwrap();
    assert!(!ring.text().contains("zhijian:seal"));
    let wrong = Vault::from_ring(&ring, &master(2)).unwrap_err();
    assert!(matches!(wrong, VaultError::WrongMaster { .. }), "{wrong}");
    assert!(matches!(LocalMaster::new("x", Zeroizing::new(vec![1; 31])), Err(VaultError::ShortKey)));
    // A wrapped key that is put in another's place does not open.
    let mut swapped = ring.clone();
    swapped.keys[0].wrapped = ring.keys[1].wrapped.clone();
    assert!(Vault::from_ring(&swapped, &master(1)).is_err());
    // A new master key takes over.
    let mut moved = ring.clone();
    moved.rewrap(&master(1), &master(2)).unwrap();
    let sealed = Vault::from_ring(&ring, &master(1)).unwrap().seal("exam", ID, &private()).unwrap();
    assert_eq!(Vault::from_ring(&moved, &master(2)).unwrap().open("exam", ID, &sealed).unwrap(), private());
    assert!(Vault::from_ring(&moved, &master(1)).is_err());
}

#[test]
fn a_change_of_keys_keeps_the_commitment_and_opens_old_and_new() {
    let mut ring = WrittenRing::fresh(&master(1), Algorithm::Sm4Gcm, "2026-01-01", 0).unwrap();
    let vault = Vault::from_ring(&ring, &master(1)).unwrap();
    let old = vault.seal("exam", ID, &private()).unwrap();
    let id = ring.add(&master(1), Purpose::Seal, Algorithm::Aes256Gcm, "2026-02-01", 1).unwrap();
    vault.renew(&ring, &master(1)).unwrap();
    assert_eq!(sealed_by(&vault.seal("exam", ID, &private()).unwrap()), Some(1), "a key that is only ready does not write");
    ring.activate(id, 2).unwrap();
    vault.renew(&ring, &master(1)).unwrap();
    assert_eq!(vault.open("exam", ID, &old).unwrap(), private());
    let new = vault.reseal("exam", ID, &old).unwrap().unwrap();
    assert_eq!((sealed_by(&new), mark(&new)), (Some(id), mark(&old)));
    assert_eq!(vault.check("exam", ID, &new).unwrap(), private());
    assert_eq!(vault.reseal("exam", ID, &new).unwrap(), None);
    assert!(ring.retire(id, 3).is_err(), "the key that writes stays");
    ring.retire(1, 3).unwrap();
    vault.renew(&ring, &master(1)).unwrap();
    assert!(matches!(vault.open("exam", ID, &old), Err(VaultError::UnknownKey(1))));
    assert_eq!(vault.open("exam", ID, &new).unwrap(), private());
}

#[test]
fn an_erased_value_keeps_its_commitment_and_nothing_else() {
    let vault = vault(&[(1, 7)]);
    let sealed = vault.seal("exam", ID, &private()).unwrap();
    let gone = erased(&sealed);
    assert!(is_erased(&gone) && !is_erased(&sealed));
    assert_eq!((mark(&gone), gone.len(), sealed_by(&gone)), (mark(&sealed), 38, None));
    assert!(vault.open("exam", ID, &gone).unwrap().is_empty());
    assert!(erased(b"").is_empty());
}
