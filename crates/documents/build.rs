//! The fonts are copied by `scripts/assets.sh`; without them the crate compiles and looks for the system's at run time.

fn main() -> std::io::Result<()> {
    std::fs::create_dir_all("assets/fonts")?;
    println!("cargo::rerun-if-changed=assets/fonts");
    Ok(())
}
