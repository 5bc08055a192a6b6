//! A stolen disk is worthless; keys change while data come in and after a kill; a wrong key is told.

use crate::Outcome;
use crate::home::{Home, pack, words};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

fn register() -> PathBuf {
    pack().join("用人单位名录.xlsx")
}

fn doses() -> PathBuf {
    pack().join("放射工作人员个人剂量.xlsx")
}

/// Files below a folder that hold one of the texts. `grep` looks for thousands of texts in one pass; the list lies outside the folder.
fn holding(folder: &Path, texts: &BTreeSet<String>) -> Result<String, Box<dyn std::error::Error>> {
    let elsewhere = tempfile::tempdir()?;
    let list = elsewhere.path().join("texts");
    std::fs::write(&list, texts.iter().map(|t| format!("{t}\n")).collect::<String>())?;
    let found =
        std::process::Command::new("grep").args(["-r", "-a", "-o", "-F", "-f"]).args([&list, folder]).env("LC_ALL", "C").output()?;
    assert!(matches!(found.status.code(), Some(0 | 1)), "grep failed: {}", words(&found));
    Ok(String::from_utf8_lossy(&found.stdout).lines().take(5).collect::<Vec<_>>().join("\n"))
}

/// Identity numbers, names of three and more characters, telephones of the register and the doses, as they are in clear.
fn secrets(home: &Home) -> Result<BTreeSet<String>, Box<dyn std::error::Error>> {
    let mut out = BTreeSet::new();
    for kind in ["dose", "employer", "radiation_worker"] {
        let rows = home.json(&["export", kind, "--format", "json", "--purpose", "测试"])?;
        for row in rows.as_array().ok_or("rows")? {
            for field in ["id_no", "person_name", "contact_phone", "phone"] {
                let text = row[field].as_str().unwrap_or_default();
                if text.chars().count() >= if field == "person_name" { 3 } else { 7 } {
                    out.insert(text.to_owned());
                }
            }
        }
    }
    Ok(out)
}

fn verified(home: &Home) -> Outcome {
    let verdict = home.json(&["audit", "verify", "--json"])?;
    assert_eq!(verdict["faults"], serde_json::json!([]));
    Ok(())
}

/// Number, use and state of a data key.
type Key = (u64, String, String);

fn keys(home: &Home) -> Result<Vec<Key>, Box<dyn std::error::Error>> {
    let list = home.json(&["keys", "list", "--json"])?;
    let text = |k: &Value, name: &str| k[name].as_str().unwrap_or_default().to_owned();
    Ok(list.as_array().ok_or("keys")?.iter().map(|k| (k["id"].as_u64().unwrap_or(0), text(k, "purpose"), text(k, "state"))).collect())
}

#[test]
fn nothing_on_the_disk_tells_who_somebody_is() -> Outcome {
    let home = Home::new()?;
    let log = home.path().join("import.log");
    let mut import = home.command(&["import", "--format", "json"]);
    import.args([register(), doses()]).env("ZHIJIAN_LOG", "debug").stdout(std::process::Stdio::null()).stderr(std::fs::File::create(&log)?);
    assert!(import.status()?.success());
    home.run(&["evaluate", "--plan", "qinhuangdao", "--year", "2020"])?;
    let secrets = secrets(&home)?;
    assert!(secrets.len() > 500, "there is something to look for: {}", secrets.len());
    let search = |when: &str| -> Outcome {
        assert_eq!(holding(home.path(), &secrets)?, "", "{when}");
        Ok(())
    };
    // The search finds what is there.
    std::fs::write(home.path().join("probe"), secrets.first().ok_or("secrets")?)?;
    assert!(holding(home.path(), &secrets)?.contains("probe"));
    std::fs::remove_file(home.path().join("probe"))?;
    search("after the import")?;
    // A key that is destroyed leaves nothing that it could open.
    let rotated = home.run(&["keys", "rotate", "--cipher", "aes-256-gcm"])?;
    assert!(rotated.status.success(), "{}", words(&rotated));
    let rotated = home.run(&["keys", "rotate", "--purpose", "blind"])?;
    assert!(rotated.status.success(), "{}", words(&rotated));
    std::thread::sleep(Duration::from_secs(11));
    for id in ["1", "2"] {
        let retired = home.run(&["keys", "retire", id])?;
        assert!(retired.status.success(), "{}", words(&retired));
    }
    let states: Vec<String> = keys(&home)?.into_iter().map(|(id, purpose, state)| format!("{id} {purpose} {state}")).collect();
    assert_eq!(states, ["1 seal retired", "2 blind retired", "3 seal active", "4 blind active"]);
    verified(&home)?;
    search("after the change of keys")?;
    // The same file again: every row is known under the new blind key.
    let report = home.import(&[&doses()])?;
    let accepted: u64 = report["files"][0]["sheets"].as_array().into_iter().flatten().filter_map(|s| s["accepted"].as_u64()).sum();
    assert_eq!(accepted, 0, "{report}");
    Ok(())
}

#[test]
fn a_killed_change_of_keys_goes_on_where_it_stopped() -> Outcome {
    let home = Home::new()?;
    home.import(&[&register(), &doses()])?;
    let mut kills = 0;
    let mut args = vec!["keys", "rotate"];
    let mut pause = 5_200;
    loop {
        let mut child = home.command(&args).stderr(std::process::Stdio::null()).spawn()?;
        if kills < 3 {
            std::thread::sleep(Duration::from_millis(pause));
            if child.try_wait()?.is_none() {
                // SIGKILL: nothing can be tidied up.
                child.kill()?;
                child.wait()?;
                kills += 1;
                verified(&home)?;
                // The key is there by now; what is left is sealing again.
                if keys(&home)?.iter().any(|(id, _, state)| *id == 3 && state == "active") {
                    args = vec!["keys", "reseal"];
                    pause = 300;
                }
                continue;
            }
        }
        assert!(child.wait()?.success());
        break;
    }
    assert!(kills > 0, "the run was too quick to be killed");
    let settled = home.run(&["keys", "reseal"])?;
    assert!(words(&settled).contains("重新加密 0 个"), "{}", words(&settled));
    verified(&home)
}

#[test]
fn a_wrong_open_or_missing_master_key_is_told_at_the_start() -> Outcome {
    let home = Home::new()?;
    home.import(&[&register()])?;
    let file = home.path().join("keys/data.key");
    let told = |home: &Home, expected: &str| -> Outcome {
        let output = home.run(&["audit", "verify"])?;
        assert!(!output.status.success() && words(&output).contains(expected), "expected “{expected}”: {}", words(&output));
        Ok(())
    };
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644))?;
        told(&home, "chmod 600")?;
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600))?;
    }
    let key = std::fs::read_to_string(&file)?;
    std::fs::remove_file(&file)?;
    told(&home, "主密钥不符")?;
    std::fs::write(&file, "1:abc\n")?;
    told(&home, "十六进制")?;
    std::fs::write(&file, key)?;
    verified(&home)?;
    // A new master key takes over; the old one opens nothing any more.
    let fresh = home.path().join("keys/new.key");
    let moved = home.run(&["keys", "rewrap", "--new-key-file", fresh.to_str().ok_or("path")?])?;
    assert!(moved.status.success(), "{}", words(&moved));
    told(&home, "主密钥不符")?;
    let with_new = home.command(&["audit", "verify"]).env("ZHIJIAN_KEY_FILE", &fresh).output()?;
    assert!(with_new.status.success(), "{}", words(&with_new));
    Ok(())
}

#[cfg(unix)]
#[test]
fn a_command_can_keep_the_master_key() -> Outcome {
    use std::os::unix::fs::PermissionsExt as _;
    let home = Home::new()?;
    // A stand-in for a module: it turns the text around, and says no when its key is taken away.
    let script = home.path().join("module.sh");
    std::fs::write(
        &script,
        "#!/bin/sh\n[ -e \"$(dirname \"$0\")/token\" ] || exit 3\nexec python3 -c 'import sys,base64;print(base64.b64encode(base64.b64decode(sys.stdin.read())[::-1]).decode())'\n",
    )?;
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o700))?;
    let token = home.path().join("token");
    std::fs::write(&token, "")?;
    let run = |args: &[&str]| home.command(args).env("ZHIJIAN_KEY_COMMAND", &script).output();
    let list = run(&["keys", "list"])?;
    assert!(list.status.success() && String::from_utf8_lossy(&list.stdout).contains("SM4-GCM"), "{}", words(&list));
    assert!(!home.path().join("keys/data.key").exists(), "no key on the disk");
    std::fs::remove_file(&token)?;
    let refused = run(&["keys", "list"])?;
    assert!(!refused.status.success() && words(&refused).contains("退出码 3"), "{}", words(&refused));
    Ok(())
}
