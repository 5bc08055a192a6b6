//! Reading the audit chain: line after line, by what somebody asks for, and with the revisions that its commits wrote.

use crate::dialect::Dialect;
use crate::engine::Engine;
use crate::history::both_tables;
use crate::outbox::{action, unreadable};
use crate::query::push_prefix;
use crate::row::{Row, STORED_WIDTH};
use crate::sql::{Sql, bad};
use async_trait::async_trait;
use zhijian_records::port::{AuditLine, AuditQuery, AuditStore, Placed, RecordId, Revision, Stamp, StoreError, Trace};

const DOING: &str = "读取审计记录";

/// Columns of a line.
const COLUMNS: [&str; 17] = [
    "seq", "at", "actor", "reason", "source", "action", "kind", "record", "count", "digest", "prev", "hash", "role", "session", "address",
    "region", "rev",
];

/// Separators of fields and lines in the packed form.
const FIELD: char = '\u{1f}';
const LINE: char = '\u{1e}';

/// Lines after a sequence number, in order.
///
/// They come as one text: a row of seventeen values a line costs more than hashing the line. Separators in a value show in the number of
/// fields or lines; such lines are read value by value.
pub(crate) async fn lines(engine: &Engine, after: i64, limit: u32) -> Result<Vec<AuditLine>, StoreError> {
    let sql = Sql::with(DOING, packed(engine.backend.dialect()), [after.into(), limit.into()]);
    let Some(mut row) = engine.backend.read(sql).await?.into_iter().next() else { return Ok(Vec::new()) };
    let (number, text) = (row.int(0), row.text(1));
    if let Some(lines) = unpack(usize::try_from(number).unwrap_or_default(), &text) {
        return Ok(lines);
    }
    let text = format!("SELECT {} FROM audit WHERE seq > $1 ORDER BY seq LIMIT $2", COLUMNS.join(", "));
    engine.backend.read(Sql::with(DOING, text, [after.into(), limit.into()])).await?.into_iter().map(line).collect()
}

fn packed(dialect: Dialect) -> String {
    let character = if dialect == Dialect::Sqlite { "char" } else { "chr" };
    let fields = COLUMNS.join(&format!(" || {character}(31) || "));
    let lines = format!("SELECT seq, {fields} AS line FROM audit WHERE seq > $1 ORDER BY seq LIMIT $2");
    match dialect {
        Dialect::Sqlite => format!("SELECT count(*), group_concat(line, char(30)) FROM ({lines})"),
        Dialect::Postgres => format!("SELECT count(*), string_agg(line, chr(30) ORDER BY seq) FROM ({lines}) AS lines"),
    }
}

/// `None` when the text does not hold so many lines of so many fields.
fn unpack(number: usize, text: &str) -> Option<Vec<AuditLine>> {
    if number == 0 {
        return Some(Vec::new());
    }
    let mut lines = Vec::with_capacity(number);
    for line in text.split(LINE) {
        let mut fields = line.split(FIELD);
        let mut next = || fields.next();
        let line = AuditLine {
            seq: next()?.parse().ok()?,
            stamp: Stamp {
                at: next()?.parse().ok()?,
                actor: next()?.to_owned(),
                reason: next()?.to_owned(),
                source: next()?.to_owned(),
                trace: Trace::default(),
            },
            action: action(next()?).ok()?,
            kind: next()?.to_owned(),
            record: next()?.to_owned(),
            count: next()?.parse().ok()?,
            digest: next()?.to_owned(),
            prev: next()?.to_owned(),
            hash: next()?.to_owned(),
        };
        let trace = Trace {
            role: next()?.to_owned(),
            session: next()?.to_owned(),
            address: next()?.to_owned(),
            region: next()?.to_owned(),
            rev: next()?.parse().ok()?,
        };
        if next().is_some() {
            return None;
        }
        lines.push(AuditLine { stamp: Stamp { trace, ..line.stamp }, ..line });
    }
    (lines.len() == number).then_some(lines)
}

fn line(mut row: Row) -> Result<AuditLine, StoreError> {
    let trace = Trace { role: row.text(12), session: row.text(13), address: row.text(14), region: row.text(15), rev: row.small(16) };
    Ok(AuditLine {
        seq: row.int(0),
        stamp: Stamp { at: row.int(1), actor: row.text(2), reason: row.text(3), source: row.text(4), trace },
        action: action(&row.text(5))?,
        kind: row.text(6),
        record: row.text(7),
        count: row.small(8),
        digest: row.text(9),
        prev: row.text(10),
        hash: row.text(11),
    })
}

#[async_trait]
impl AuditStore for Engine {
    async fn audit_page(&self, asked: &AuditQuery) -> Result<Vec<AuditLine>, StoreError> {
        let mut sql = Sql::new(DOING, format!("SELECT {} FROM audit WHERE 1 = 1", COLUMNS.join(", ")));
        if let Some(before) = asked.before {
            sql.push(" AND seq < ").bind(before);
        }
        if let Some(from) = asked.from {
            sql.push(" AND at >= ").bind(from);
        }
        if let Some(to) = asked.to {
            sql.push(" AND at < ").bind(to);
        }
        for (column, value) in [("actor", &asked.actor), ("kind", &asked.kind), ("record", &asked.record)] {
            if !value.is_empty() {
                sql.push(&format!(" AND {column} = ")).bind(value.as_str());
            }
        }
        if let Some(action) = asked.action {
            sql.push(" AND action = ").bind(action.word());
        }
        if !asked.region.is_empty() {
            sql.push(" AND ");
            push_prefix(&mut sql, "region", &asked.region);
        }
        if !asked.record.is_empty() {
            // The index holds lines about records only.
            sql.push(" AND record <> ''");
        }
        sql.push(" ORDER BY seq DESC LIMIT ").bind(asked.limit);
        self.backend.read(sql).await?.into_iter().map(line).collect()
    }

    async fn audit_head(&self) -> Result<(i64, String), StoreError> {
        let rows = self.backend.read(Sql::new(DOING, "SELECT seq, hash FROM chain WHERE one = 1")).await?;
        rows.into_iter().next().map(|mut row| (row.int(0), row.text(1))).ok_or_else(|| unreadable("chain"))
    }

    async fn of_commits(&self, kind: &str, from: i64, to: i64, limit: u32) -> Result<Vec<Placed>, StoreError> {
        if !self.knows(kind) {
            return Ok(Vec::new());
        }
        let text = both_tables(self.table(kind)?, ", ord", "commit_seq BETWEEN $1 AND $2", "commit_seq, ord") + " LIMIT $3";
        let rows = self.backend.read(Sql::with("读取记录", text, [from.into(), to.into(), limit.into()])).await?;
        Ok(rows.into_iter().map(|mut row| Placed { ord: row.int(STORED_WIDTH), stored: row.stored(kind) }).collect())
    }

    async fn strays(&self, kind: &str, limit: u32) -> Result<Vec<(RecordId, Revision, i64)>, StoreError> {
        let table = self.table(kind).map_err(|_| bad(format!("没有表单类型 {kind}")))?;
        let part = |table: &str| {
            format!("SELECT id, rev, commit_seq FROM {table} WHERE commit_seq NOT IN (SELECT seq FROM audit WHERE kind = $1 AND count > 0)")
        };
        let text = format!("{} UNION ALL {} LIMIT $2", part(&table.newest.table), part(&table.older.table));
        let rows = self.backend.read(Sql::with("核对记录", text, [kind.into(), limit.into()])).await?;
        Ok(rows.into_iter().map(|mut row| (row.text(0), row.small(1), row.int(2))).collect())
    }

    fn kinds(&self) -> Vec<String> {
        self.tables().into_iter().map(|table| table.kind.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(reason: &str) -> String {
        let values = ["1", "5", "zhang", reason, "web", "view", "exam", "r", "0", "d", "", "h", "R03", "s", "a", "130300", "2"];
        values.join(&FIELD.to_string())
    }

    #[test]
    fn packed_lines_come_back_and_separators_in_values_are_noticed() {
        let two = format!("{}{LINE}{}", row("用途"), row(""));
        let lines = unpack(2, &two).unwrap_or_default();
        assert_eq!((lines.len(), lines[0].stamp.reason.as_str(), lines[1].stamp.trace.rev), (2, "用途", 2));
        assert!(unpack(1, &two).is_none(), "one row that looks like two lines");
        assert!(unpack(1, &row("a\u{1f}b")).is_none(), "a field more");
        assert!(unpack(1, &row("a\u{1e}b")).is_none(), "half a line");
        assert_eq!(unpack(0, "").map(|lines| lines.len()), Some(0));
    }
}
