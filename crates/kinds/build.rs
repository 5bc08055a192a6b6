//! A new definition file must reach the binary.
fn main() {
    println!("cargo:rerun-if-changed=../../definitions");
}
