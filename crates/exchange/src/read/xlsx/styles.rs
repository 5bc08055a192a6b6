//! Cell styles: of all that they say, only whether a number is a date.

use super::xml::{Step, Tag, Xml, attribute};
use crate::read::number_format::NumberFormat;
use crate::{FileError, limits};
use std::collections::HashMap;
use std::io::Read;

/// Number format of each cell style, by style number.
pub(super) fn read(source: impl Read) -> Result<Vec<NumberFormat>, FileError> {
    let mut xml = Xml::new(source, "样式");
    let mut custom: HashMap<u32, NumberFormat> = HashMap::new();
    let mut styles = Vec::new();
    let mut in_cell_styles = false;
    loop {
        match xml.step()? {
            Step::Start(start) => match start.local_name().as_ref() {
                "numFmt" => {
                    if let (Some(id), Some(code)) =
                        (attribute(&start, "numFmtId").and_then(|id| id.parse().ok()), attribute(&start, "formatCode"))
                    {
                        custom.insert(id, NumberFormat::of_code(&code));
                    }
                }
                "cellXfs" => in_cell_styles = true,
                "xf" if in_cell_styles => {
                    if styles.len() >= limits::STYLES {
                        return Err(FileError::TooLarge(format!("样式超过 {} 个", limits::STYLES)));
                    }
                    let id = attribute(&start, "numFmtId").and_then(|id| id.parse().ok()).unwrap_or(0);
                    styles.push(custom.get(&id).copied().unwrap_or_else(|| NumberFormat::builtin(id)));
                }
                _ => (),
            },
            Step::End(Tag::CellStyles) => in_cell_styles = false,
            Step::Finished => return Ok(styles),
            _ => (),
        }
    }
}
