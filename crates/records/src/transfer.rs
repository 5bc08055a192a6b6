//! Transfers between counties (跨区县迁移): one county proposes, the other one accepts or refuses. A kind with `moves` is such a proposal.
//!
//! The proposal lies in the county that sends; the county that receives reads it by its access row. What it moves is a record it refers to,
//! as that record is when the proposal is filed. Acceptance and the move are one transaction: the subject's county, everything whose
//! place comes from it, and what else of the same person goes along. Who may see them follows, since places decide that (decision 0019).

use crate::access::{self, Coordinates, Wish};
use crate::caller::Caller;
use crate::door::{Door, DoorError};
use crate::moving::{Moving, Name, Place};
use crate::port::{Action, Commit, Filter, Op, Query, RecordId, Stored};
use crate::prepare::Prepared;
use serde_json::{Map, Value};
use zhijian_kinds::intake::{get_path, set_path};
use zhijian_kinds::kind::{Moves, Transition};
use zhijian_kinds::{Kind, Level, Problem, Regions};

fn text<'a>(document: &'a Map<String, Value>, path: &str) -> &'a str {
    get_path(document, path).and_then(Value::as_str).unwrap_or_default()
}

/// Is the county inside the caller's region of duty?
fn covers(caller: &Caller, county: &str) -> bool {
    let prefix = Regions::prefix(&caller.region);
    caller.system || !prefix.is_empty() && prefix.len() <= 6 && !county.is_empty() && county.starts_with(prefix)
}

/// May the caller take this step of a proposal, as far as its place goes: the receiver's steps are the receiving county's, the others the sender's.
#[must_use]
pub fn is_theirs(caller: &Caller, kind: &Kind, step: &Transition, document: &Map<String, Value>) -> bool {
    let Some(moves) = &kind.moves else { return true };
    let side = if moves.receiver.contains(&step.id) { &moves.to } else { &moves.from };
    covers(caller, text(document, side))
}

impl Door {
    /// Fills in what a proposal says of its subject, and refuses one that cannot be.
    pub(crate) async fn check_proposal(
        &self,
        caller: &Caller,
        kind: &Kind,
        moves: &Moves,
        prepared: &mut Prepared,
    ) -> Result<(), DoorError> {
        let (subject_kind, subject) = self.subject(kind, moves, &prepared.document).await?;
        let problem = |field: &str, found: &str, expected: &str| {
            let title = kind.field(field).map_or(field, |f| f.title.as_str());
            DoorError::Invalid(vec![Problem::new(Level::Error, "E_TRANSFER", field, title, found, expected)])
        };
        let data = subject.document();
        let at = Coordinates::of(&subject, &data);
        // Whoever cannot touch the record cannot give it away, and learns nothing of it either.
        if !access::may_write(caller, &subject_kind, Wish::Amend, at) {
            return Err(problem(subject_field(kind, moves, &prepared.document), "", "您可以修改的记录"));
        }
        let town = text(&prepared.document, &moves.town).to_owned();
        let county = text(&prepared.document, &moves.to).to_owned();
        let Some(place) = self.catalogue.regions.resolve("", &county, &town).filter(|p| p.region.len() == 6 && !p.region.ends_with("00"))
        else {
            return Err(problem(&moves.to, &county, "县区名称或六位代码"));
        };
        if place.town_unknown {
            return Err(problem(&moves.town, &town, &format!("{}的乡镇（街道）", self.catalogue.regions.name(&place.region))));
        }
        if place.region == subject.region {
            return Err(problem(&moves.to, self.catalogue.regions.name(&place.region), "与当前属地不同的县区"));
        }
        set_path(&mut prepared.document, &moves.from, Value::String(subject.region.clone()));
        set_path(&mut prepared.document, &moves.to, Value::String(place.region));
        if place.town.is_empty() {
            prepared.document.shift_remove(&moves.town)
        } else {
            prepared.document.insert(moves.town.clone(), Value::String(place.town))
        };
        // A proposal that is amended stays the proposal it was.
        let fresh = text(&prepared.document, &moves.subject) != subject.id || get_path(&prepared.document, &moves.revision).is_none();
        set_path(&mut prepared.document, &moves.subject, Value::String(subject.id.clone()));
        if fresh {
            set_path(&mut prepared.document, &moves.revision, Value::from(subject.rev));
        }
        prepared.region.clone_from(&subject.region);
        prepared.town.clone_from(&subject.town);
        Ok(())
    }

    /// The one record that a proposal is about.
    async fn subject(
        &self,
        kind: &Kind,
        moves: &Moves,
        document: &Map<String, Value>,
    ) -> Result<(std::sync::Arc<Kind>, Stored), DoorError> {
        let named: Vec<(&String, &str)> =
            moves.subjects.keys().map(|name| (name, text(document, name))).filter(|(_, id)| !id.is_empty()).collect();
        let [(name, id)] = named.as_slice() else {
            let message = if named.is_empty() {
                "请填写要迁移的用人单位（信用代码）或患者（身份证号），须已登记"
            } else {
                "一次只能迁移一个对象"
            };
            return Err(DoorError::BadRequest(message.into()));
        };
        let rule = kind.refs.get(*name).ok_or(DoorError::NotFound)?;
        let subject_kind = self.kind(&rule.kind)?;
        let stored = self.stored(&subject_kind, id).await?;
        Ok((subject_kind, stored))
    }

    /// The commits that move what an accepted proposal is about.
    pub(crate) async fn moved(
        &self,
        caller: &Caller,
        kind: &Kind,
        moves: &Moves,
        document: &Map<String, Value>,
        source: &str,
    ) -> Result<Vec<(Commit, RecordId)>, DoorError> {
        let (subject_kind, stored) = self.subject(kind, moves, document).await?;
        let (from, to, town) = (text(document, &moves.from), text(document, &moves.to), text(document, &moves.town));
        let regions = &self.catalogue.regions;
        if stored.region != from {
            return Err(DoorError::BadRequest(format!(
                "该记录现属{}，不在转出区县{}，请重新提出",
                regions.name(&stored.region),
                regions.name(from)
            )));
        }
        let place = |id: &str| Place { id: id.to_owned(), region: to.to_owned(), town: town.to_owned(), owner: String::new() };
        let mut moving = Moving::new(self);
        let first: Name = (stored.kind.clone(), stored.id.clone());
        settle(&mut moving, &subject_kind, &stored.id, &place(&stored.id)).await?;
        let along =
            moves.subjects.iter().find(|(name, _)| text(document, name) == stored.id).map(|(_, along)| along.clone()).unwrap_or_default();
        let token = text(&stored.document(), "id_no").to_owned();
        for name in along.iter().filter(|_| !token.is_empty()) {
            let other = self.kind(name)?;
            let filters = vec![Filter::field("id_no", Op::Eq, &token), Filter::system("region", Op::Eq, from)];
            let mut query = Query { limit: 500, ..Query::everything(name, filters) };
            loop {
                let page = self.store.query(&query).await.map_err(Self::store_error(name))?;
                for row in &page.rows {
                    settle(&mut moving, &other, &row.id, &place(&row.id)).await?;
                }
                query.cursor = page.next;
                if query.cursor.is_none() {
                    break;
                }
            }
        }
        if let Some((name, other)) = moving.collisions().await?.into_iter().next() {
            let title = self.kind(&name.0)?.title.clone();
            return Err(DoorError::BadRequest(format!("接收区县已有相同的“{title}”（{}），请先合并或更正", other.id)));
        }
        let reason = format!("由{}迁至{}：{}", regions.name(from), regions.name(to), text(document, "reason"));
        moving.commits(Action::Transfer, &self.stamp(caller, &reason, source), &first)
    }
}

/// The field that a person filled in to name the subject.
fn subject_field<'a>(kind: &'a Kind, moves: &'a Moves, document: &Map<String, Value>) -> &'a str {
    let named = moves.subjects.keys().find(|name| !text(document, name).is_empty());
    named.and_then(|name| kind.refs.get(name)).and_then(|rule| rule.by.first()).map_or("", |way| way.field.as_str())
}

/// Puts one record into its new county, and what takes its place from it.
async fn settle(moving: &mut Moving<'_>, kind: &Kind, id: &str, place: &Place) -> Result<(), DoorError> {
    let pending = moving.take(&kind.kind, id).await?;
    (pending.region, pending.town) = (place.region.clone(), place.town.clone());
    let mut set = |field: &Option<String>, code: &str| {
        let Some(field) = field else { return };
        if code.is_empty() {
            drop(pending.document.shift_remove(field))
        } else {
            set_path(&mut pending.document, field, Value::String(code.to_owned()))
        }
    };
    set(&kind.region.county, &place.region);
    set(&kind.region.town, &place.town);
    moving.follow(&kind.kind, place).await
}
