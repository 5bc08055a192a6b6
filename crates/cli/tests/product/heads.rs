//! Heads of the audit chain that leave the platform, from the console.

use crate::Outcome;
use crate::home::{Home, words};

#[test]
fn a_signed_head_is_believed_and_proves_the_chain() -> Outcome {
    let home = Home::new()?;
    assert!(home.run(&["init", "--region", "130300"])?.status.success());
    let path = |name: &str| home.path().join(name).to_string_lossy().into_owned();
    let (key, public, head) = (path("head.key"), path("head.key.pub"), path("head.json"));
    assert!(home.run(&["audit", "keygen", &key])?.status.success());
    assert!(!home.run(&["audit", "keygen", &key])?.status.success(), "a key is never replaced");
    assert!(home.run(&["audit", "sign", "--key", &key, "--output", &head])?.status.success());
    let output = home.run(&["audit", "check", &head, "--public", &public])?;
    assert!(output.status.success(), "{}", words(&output));
    assert!(String::from_utf8_lossy(&output.stdout).contains("签名有效"));
    assert!(home.run(&["init", "--region", "130302"])?.status.success(), "another line");
    let output = home.run(&["audit", "verify", "--head", &head])?;
    assert!(output.status.success() && words(&output).contains("与留存的链头相符"), "{}", words(&output));
    let signed = std::fs::read_to_string(&head)?;
    let digit = signed.find("\"hash\": \"").ok_or("hash")? + 9;
    let other = if signed.as_bytes().get(digit) == Some(&b'0') { "1" } else { "0" };
    std::fs::write(&head, format!("{}{other}{}", &signed[..digit], &signed[digit + 1..]))?;
    let output = home.run(&["audit", "check", &head, "--public", &public])?;
    assert!(!output.status.success() && words(&output).contains("被改动"), "{}", words(&output));
    let output = home.run(&["audit", "verify", "--head", &head])?;
    assert!(!output.status.success() && words(&output).contains("与留存的链头不符"), "{}", words(&output));
    Ok(())
}
