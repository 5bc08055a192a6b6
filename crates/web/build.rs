//! The vendor folder is made by `scripts/assets.sh`; an empty one lets the crate compile without it.

fn main() -> std::io::Result<()> {
    println!("cargo::rerun-if-changed=assets");
    println!("cargo::rerun-if-changed=assets/app");
    std::fs::create_dir_all("assets/vendor")?;
    println!("cargo::rerun-if-changed=assets/vendor");
    Ok(())
}
