//! The standard's code tables, as data (`tables/*.csv`): a later edition adds rows, not code.

/// A code table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Table {
    /// `ST`: system codes. There is none for workplace air: each site agrees on one.
    System,
    /// `CN`: commands that matter here.
    Command,
    /// `QnRtn`: results of a request.
    RequestResult,
    /// `ExeRtn`: results of its execution.
    ExecutionResult,
    /// Data flags.
    DataFlag,
    /// Factors of HJ 524 that occur at workplaces; a device's others are mapped in its register.
    Factor,
    /// Version numbers of `Flag`.
    Version,
}

/// All tables, each as CSV text with a header row (`code,label,…`).
#[must_use]
pub const fn tables() -> &'static [(Table, &'static str)] {
    &[
        (Table::System, include_str!("../../tables/system_codes.csv")),
        (Table::Command, include_str!("../../tables/commands.csv")),
        (Table::RequestResult, include_str!("../../tables/request_results.csv")),
        (Table::ExecutionResult, include_str!("../../tables/execution_results.csv")),
        (Table::DataFlag, include_str!("../../tables/data_flags.csv")),
        (Table::Factor, include_str!("../../tables/factors.csv")),
        (Table::Version, include_str!("../../tables/versions.csv")),
    ]
}

/// The Chinese label of a code; `None` for an unknown one.
///
/// # Example
/// ```
/// use zhijian_telemetry::hj212::{Table, label};
/// assert_eq!(label(Table::Command, "2011"), Some("实时数据"));
/// assert_eq!(label(Table::System, "99"), None);
/// ```
#[must_use]
pub fn label(table: Table, code: &str) -> Option<&'static str> {
    rows(table).find(|row| row.first() == Some(&code)).and_then(|row| row.get(1).copied())
}

/// Rows of a table without its header. Labels hold no commas and no quotes, which a test checks.
pub(crate) fn rows(table: Table) -> impl Iterator<Item = Vec<&'static str>> {
    let text = tables().iter().find(|(name, _)| *name == table).map_or("", |(_, text)| text);
    text.lines().skip(1).map(|line| line.split(',').collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_every_table_has_as_many_cells_as_its_header_and_a_code_of_its_own() {
        for (table, text) in tables() {
            let width = text.lines().next().unwrap_or_default().split(',').count();
            let mut codes = std::collections::HashSet::new();
            for row in rows(*table) {
                assert_eq!(row.len(), width, "{table:?} {row:?}");
                assert!(row.iter().all(|cell| !cell.is_empty() && !cell.contains('"')), "{table:?} {row:?}");
                assert!(codes.insert(row[0]), "{table:?} lists {} twice", row[0]);
            }
            assert!(!codes.is_empty(), "{table:?}");
        }
    }
}
