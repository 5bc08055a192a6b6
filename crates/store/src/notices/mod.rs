//! Notices: what was told, to whom, and what of it leaves the platform.

mod letters;
mod wishes;

use crate::engine::Engine;
use crate::row::Row;
use crate::schema::{ColumnType, Target};
use crate::sql::{List, Sql, Value};
use async_trait::async_trait;
use std::collections::HashSet;
use zhijian_records::notices::port::{AskNotices, Choice, Hold, Kept, Letter, Mark, NoticeStore, Standing, Telling};
use zhijian_records::port::{Instant, StoreError};

const READING: &str = "读取通知";
const WRITING: &str = "保存通知";
const COLUMNS: &str = "id, login, notice, level, kind, record, params, at, read_at";

#[async_trait]
impl NoticeStore for Engine {
    async fn marked(&self, keys: &[String]) -> Result<HashSet<String>, StoreError> {
        let mut sql = Sql::new(READING, "SELECT key FROM notice_marks WHERE ");
        sql.bind_list(self.backend.dialect(), "key", List::Texts(keys.to_vec()));
        Ok(self.backend.read(sql).await?.into_iter().map(|mut row| row.text(0)).collect())
    }

    async fn tell(&self, telling: &Telling) -> Result<bool, StoreError> {
        let mark = &telling.mark;
        let mut tx = self.backend.begin().await?;
        let text =
            "INSERT INTO notice_marks (key, kind, id, duty, due_on, at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (key) DO NOTHING";
        let awaits = if telling.ends { "" } else { mark.kind.as_str() };
        let values = [
            mark.key.as_str().into(),
            awaits.into(),
            mark.id.as_str().into(),
            mark.duty.as_str().into(),
            mark.due_on.as_str().into(),
            mark.at.into(),
        ];
        if tx.run(Sql::with(WRITING, text, values)).await? == 0 {
            tx.rollback().await?;
            return Ok(false);
        }
        if telling.ends {
            tx.run(ended(mark)).await?;
        }
        if !telling.notices.is_empty() {
            tx.insert(WRITING, &target(), rows(telling)).await?;
            let letters = letters::rows(telling);
            if !letters.is_empty() {
                tx.insert(WRITING, &letters::target(), letters).await?;
            }
        }
        tx.commit().await?;
        Ok(true)
    }

    async fn awaited(&self, after: &str, limit: u32) -> Result<Vec<Mark>, StoreError> {
        let text = "SELECT key, kind, id, duty, due_on, at FROM notice_marks WHERE kind <> '' AND key > $1 ORDER BY key LIMIT $2";
        let rows = self.backend.read(Sql::with(READING, text, [after.into(), limit.into()])).await?;
        let mark = |mut row: Row| Mark {
            key: row.text(0),
            kind: row.text(1),
            id: row.text(2),
            duty: row.text(3),
            due_on: row.text(4),
            at: row.int(5),
        };
        Ok(rows.into_iter().map(mark).collect())
    }

    async fn forget_duty(&self, mark: &Mark) -> Result<(), StoreError> {
        self.write(ended(mark)).await.map(drop)
    }

    async fn readers_of(&self, mark: &Mark) -> Result<Vec<String>, StoreError> {
        let text = "SELECT DISTINCT n.login FROM notices n JOIN notice_marks m ON m.key = n.mark \
                    WHERE m.kind <> '' AND m.id = $1 AND m.duty = $2 AND m.due_on = $3 ORDER BY 1";
        let values = [mark.id.as_str().into(), mark.duty.as_str().into(), mark.due_on.as_str().into()];
        let rows = self.backend.read(Sql::with(READING, text, values)).await?;
        Ok(rows.into_iter().map(|mut row| row.text(0)).collect())
    }

    async fn notices(&self, ask: &AskNotices) -> Result<Vec<Kept>, StoreError> {
        let mut sql = Sql::new(READING, format!("SELECT {COLUMNS} FROM notices WHERE login = "));
        sql.bind(ask.login.as_str());
        if ask.unread {
            sql.push(" AND read_at = 0");
        }
        for (text, value) in [(" AND level = ", &ask.level), (" AND notice = ", &ask.notice), (" AND id < ", &ask.before)] {
            if let Some(value) = value {
                sql.push(text).bind(value.as_str());
            }
        }
        sql.push(" ORDER BY id DESC LIMIT ").bind(ask.limit);
        Ok(self.backend.read(sql).await?.into_iter().map(kept).collect())
    }

    async fn notice(&self, login: &str, id: &str) -> Result<Option<Kept>, StoreError> {
        let text = format!("SELECT {COLUMNS} FROM notices WHERE login = $1 AND id = $2");
        Ok(self.backend.read(Sql::with(READING, text, [login.into(), id.into()])).await?.into_iter().next().map(kept))
    }

    async fn set_read(&self, login: &str, ids: &[String], at: Instant) -> Result<u64, StoreError> {
        let mut sql = Sql::new(WRITING, "UPDATE notices SET read_at = ");
        sql.bind(at).push(" WHERE login = ").bind(login).push(" AND ");
        sql.bind_list(self.backend.dialect(), "id", List::Texts(ids.to_vec()));
        sql.push(if at == 0 { " AND read_at <> 0" } else { " AND read_at = 0" });
        self.write(sql).await
    }

    async fn unread_again(&self, login: &str, at: Instant) -> Result<u64, StoreError> {
        let text = "UPDATE notices SET read_at = 0 WHERE login = $1 AND read_at = $2";
        self.write(Sql::with(WRITING, text, [login.into(), at.into()])).await
    }

    async fn notices_by_id(&self, ids: &[String]) -> Result<Vec<Kept>, StoreError> {
        let mut sql = Sql::new(READING, format!("SELECT {COLUMNS} FROM notices WHERE "));
        sql.bind_list(self.backend.dialect(), "id", List::Texts(ids.to_vec()));
        sql.push(" ORDER BY id");
        Ok(self.backend.read(sql).await?.into_iter().map(kept).collect())
    }

    async fn letters_due(&self, now: Instant, limit: u32) -> Result<Vec<Letter>, StoreError> {
        letters::due(self, now, limit).await
    }

    async fn letters(&self, standing: Option<Standing>, limit: u32) -> Result<Vec<Letter>, StoreError> {
        letters::listed(self, standing, limit).await
    }

    async fn put_letters(&self, letters: &[Letter]) -> Result<(), StoreError> {
        letters::put(self, letters).await
    }

    async fn letter_counts(&self) -> Result<Vec<(String, Standing, u64)>, StoreError> {
        letters::counts(self).await
    }

    async fn choice(&self, login: &str) -> Result<Option<Choice>, StoreError> {
        wishes::choice(self, login).await
    }

    async fn choices(&self) -> Result<Vec<Choice>, StoreError> {
        wishes::choices(self).await
    }

    async fn put_choice(&self, choice: &Choice) -> Result<(), StoreError> {
        wishes::put_choice(self, choice).await
    }

    async fn holds(&self, ids: &[String]) -> Result<Vec<Hold>, StoreError> {
        wishes::holds(self, ids).await
    }

    async fn put_hold(&self, hold: &Hold) -> Result<(), StoreError> {
        wishes::put_hold(self, hold).await
    }

    async fn sweep_notices(&self, before: Instant) -> Result<u64, StoreError> {
        let mut tx = self.backend.begin().await?;
        let letters = "DELETE FROM letters WHERE standing = 'sent' AND at < $1";
        tx.run(Sql::with(WRITING, letters, [before.into()])).await?;
        let read = "DELETE FROM notices WHERE read_at <> 0 AND read_at < $1";
        let gone = tx.run(Sql::with(WRITING, read, [before.into()])).await?;
        tx.commit().await?;
        Ok(gone)
    }
}

fn ended(mark: &Mark) -> Sql {
    let text = "UPDATE notice_marks SET kind = '' WHERE kind <> '' AND id = $1 AND duty = $2 AND due_on = $3";
    Sql::with(WRITING, text, [mark.id.as_str().into(), mark.duty.as_str().into(), mark.due_on.as_str().into()])
}

fn target() -> Target {
    const COLUMNS: [(&str, ColumnType); 10] = [
        ("id", ColumnType::Text),
        ("mark", ColumnType::Text),
        ("login", ColumnType::Text),
        ("notice", ColumnType::Text),
        ("level", ColumnType::Text),
        ("kind", ColumnType::Text),
        ("record", ColumnType::Text),
        ("params", ColumnType::Text),
        ("at", ColumnType::Int),
        ("read_at", ColumnType::Int),
    ];
    Target { table: "notices".into(), columns: &COLUMNS, ignore_existing: false }
}

fn rows(telling: &Telling) -> Vec<Vec<Value>> {
    let row = |n: &zhijian_records::notices::port::NewNotice| {
        let texts = [&n.id, &telling.mark.key, &n.login, &n.notice, &n.level, &n.kind, &n.record, &n.params];
        texts.into_iter().map(|text| text.as_str().into()).chain([telling.mark.at.into(), Value::Int(0)]).collect()
    };
    telling.notices.iter().map(row).collect()
}

fn kept(mut row: Row) -> Kept {
    Kept {
        id: row.text(0),
        login: row.text(1),
        notice: row.text(2),
        level: row.text(3),
        kind: row.text(4),
        record: row.text(5),
        params: row.text(6),
        at: row.int(7),
        read: row.int(8),
    }
}
