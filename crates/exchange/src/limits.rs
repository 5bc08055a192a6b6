//! How much a file may ask of us. Every limit is far above what offices send and far below what hurts a small server.

/// Most entries of a zip archive. A workbook has a dozen parts plus one or two a sheet.
pub const ZIP_ENTRIES: usize = 10_000;
/// Largest zip directory, bytes: [`ZIP_ENTRIES`] entries of ordinary name length.
pub const ZIP_DIRECTORY: u64 = 4 << 20;
/// Most decompressed bytes of a whole archive. They are streamed, never held: 1,048,576 rows of 70 columns stay below it.
pub const ZIP_TOTAL: u64 = 2 << 30;
/// Most decompressed bytes for one compressed byte. Sheets reach 10 to 40; deflate itself can do 1,030, which only bombs do.
pub const ZIP_RATIO: u64 = 200;
/// The ratio is judged from this size on: a tiny part may be one repeated character.
pub const ZIP_RATIO_FROM: u64 = 1 << 20;
/// Decompressed size of the shared string table, which is the one part of a workbook that is held in memory.
pub const SHARED_STRINGS: u64 = 512 << 20;
/// Decompressed size of the other parts that are read whole (sheet list, styles, relations).
pub const SMALL_PART: u64 = 32 << 20;
/// Most styles of a workbook; Excel itself allows 65,490.
pub const STYLES: usize = 100_000;
/// Most sheets of a workbook.
pub const SHEETS: usize = 1_000;
/// Longest piece of XML between two `<`. A cell holds at most 32,767 characters, six bytes each when escaped.
pub const XML_RUN: u64 = 1 << 20;
/// Deepest nesting of XML elements; workbooks use about eight levels.
pub const XML_DEPTH: usize = 64;
/// Most columns with content. The widest form here has about 70 columns; Excel itself ends at 16,384.
pub const COLUMNS: usize = 2_000;
/// Most rows of a sheet; more than any import in one file (a CSV may go beyond Excel's 1,048,576).
pub const ROWS: u32 = 100_000_000;
/// Most text bytes of one row.
pub const ROW_BYTES: usize = 8 << 20;
/// Text a sheet may yield for each byte of its XML or BIFF records, because short references can repeat long strings.
pub const TEXT_RATIO: u64 = 64;
/// Text that a sheet may always yield.
pub const TEXT_FREE: u64 = 64 << 20;
/// Largest old `.xls` file: its streams are held in memory, and 65,536 rows of 256 columns fit.
pub const XLS_FILE: u64 = 256 << 20;
/// Largest zip workbook as a file.
pub const XLSX_FILE: u64 = 1 << 30;
/// Largest text file.
pub const CSV_FILE: u64 = 16 << 30;
/// Most merged areas that are remembered of one sheet.
pub const MERGES: usize = 100_000;
