//! The fonts: Noto Serif SC, embedded (SIL Open Font License 1.1); a build without them uses Debian's fonts-noto-cjk.

use crate::error::PaperError;
use std::path::Path;
use std::sync::OnceLock;
use typst::foundations::Bytes;
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;

#[derive(rust_embed::RustEmbed)]
#[folder = "assets/fonts"]
struct Embedded;

/// Where Debian keeps them.
const SYSTEM: &str = "/usr/share/fonts/opentype/noto";
/// Files of the system that will do, and the face of simplified Chinese in each is picked by its name.
const SYSTEM_FILES: [&str; 2] = ["NotoSerifCJK-Regular.ttc", "NotoSerifCJK-Bold.ttc"];
/// Families in the order of preference.
pub const FAMILIES: [&str; 2] = ["Noto Serif SC", "Noto Serif CJK SC"];

/// Faces with the book that finds them.
#[derive(Debug)]
pub struct Fonts {
    pub(crate) faces: Vec<Font>,
    pub(crate) book: LazyHash<FontBook>,
    /// The family that layouts use.
    pub family: &'static str,
}

/// The fonts, read once.
///
/// # Errors
/// Neither embedded nor on the system.
pub fn fonts() -> Result<&'static Fonts, PaperError> {
    static FONTS: OnceLock<Option<Fonts>> = OnceLock::new();
    FONTS.get_or_init(read).as_ref().ok_or(PaperError::NoFont)
}

fn read() -> Option<Fonts> {
    let embedded =
        Embedded::iter().filter(|name| name.ends_with(".ttf")).filter_map(|name| Embedded::get(&name)).map(|file| match file.data {
            std::borrow::Cow::Borrowed(bytes) => Bytes::new(bytes),
            std::borrow::Cow::Owned(bytes) => Bytes::new(bytes),
        });
    let mut faces: Vec<Font> = embedded.flat_map(Font::iter).collect();
    if faces.is_empty() {
        faces = from_system(Path::new(SYSTEM));
    }
    let book = FontBook::from_fonts(&faces);
    let family = FAMILIES.into_iter().find(|family| book.contains_family(&family.to_lowercase()))?;
    Some(Fonts { faces, book: LazyHash::new(book), family })
}

fn from_system(folder: &Path) -> Vec<Font> {
    let files = SYSTEM_FILES.iter().filter_map(|name| std::fs::read(folder.join(name)).ok());
    files.flat_map(|bytes| Font::iter(Bytes::new(bytes))).filter(|font| FAMILIES.contains(&font.info().family.as_str())).collect()
}
