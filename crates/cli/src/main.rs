//! The binary `zhijian`.
fn main() {
    let root = std::env::args().nth(2).unwrap_or_else(|| "definitions".into());
    let files = zhijian_kinds::catalogue::folder_files(std::path::Path::new(&root)).unwrap_or_default();
    let (_, faults) = zhijian_kinds::Catalogue::load(&files);
    for fault in &faults {
        println!("{fault}");
    }
    std::process::exit(i32::from(!faults.is_empty()));
}
