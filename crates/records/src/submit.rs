//! Single writes: submit, amend, advance, retract. The whole story on one screen, one function a step.

use crate::access::{self, Coordinates, Sight, Wish};
use crate::around::{self, Subject};
use crate::caller::Caller;
use crate::door::{Door, DoorError};
use crate::port::{Action, Commit, NewRevision, Outcome, Stored};
use crate::prepare::{self, Frame, Prepared};
use crate::read::{MASK, masked};
use crate::refs;
use crate::remarks::{self, Answer, Hand, NewRemark};
use serde_json::{Map, Value};
use zhijian_kinds::intake::{Channel, Draft, Place, get_path, set_path};
use zhijian_kinds::{Kind, Level, Problem};

/// How a single write came in.
#[derive(Debug, Clone, Default)]
pub struct Entry<'a> {
    /// `web` or `api`.
    pub source: &'a str,
    /// Reason or comment.
    pub reason: &'a str,
    /// Key of an idempotent request.
    pub idempotency: Option<String>,
}

/// A record that was saved.
#[derive(Debug, Clone)]
pub struct Saved {
    /// Id.
    pub id: String,
    /// Revision.
    pub rev: u32,
    /// Warnings and repairs.
    pub problems: Vec<Problem>,
}

impl Door {
    /// Files a new record.
    ///
    /// # Errors
    /// See [`DoorError`]; nothing is written then.
    pub async fn submit(&self, caller: &Caller, kind: &str, draft: &Draft, entry: Entry<'_>) -> Result<Saved, DoorError> {
        let kind = self.kind(kind)?;
        Self::allow(caller, &kind, Wish::File)?;
        let mut prepared = prepare::read(self.frame(&kind, caller, &self.today()), draft);
        if let Some(states) = &kind.states {
            // A new form starts at the beginning; only imports may bring a state.
            set_path(&mut prepared.document, &states.field, Value::String(states.initial.clone()));
        }
        self.finish(caller, &kind, &mut prepared, Wish::File, None).await?;
        let id = uuid::Uuid::now_v7().simple().to_string();
        let revision = prepare::revision(&kind, &self.vault, prepared.clone(), id, None)?;
        self.write(caller, &kind, Action::Submit, revision, prepared, entry).await
    }

    /// Amends a record: the draft's fields replace those of the revision that was seen.
    ///
    /// # Errors
    /// See [`DoorError`]; nothing is written then.
    pub async fn amend(
        &self,
        caller: &Caller,
        kind: &str,
        id: &str,
        seen: u32,
        draft: &Draft,
        entry: Entry<'_>,
    ) -> Result<Saved, DoorError> {
        self.amend_answering(caller, kind, id, seen, draft, &[], entry).await
    }

    /// As [`Door::amend`], with answers to remarks of the reviewer.
    ///
    /// # Errors
    /// See [`DoorError`]; an answer to a remark that is not open.
    #[expect(clippy::too_many_arguments, reason = "who, what, which revision, what is changed, what is answered and why")]
    pub async fn amend_answering(
        &self,
        caller: &Caller,
        kind: &str,
        id: &str,
        seen: u32,
        draft: &Draft,
        answers: &[Answer],
        entry: Entry<'_>,
    ) -> Result<Saved, DoorError> {
        let kind = self.kind(kind)?;
        let (old, document, sight) = self.as_it_was(caller, &kind, id, Wish::Amend).await?;
        if old.rev != seen {
            return Err(DoorError::Stale { newest: old.rev });
        }
        let draft = without_hidden(&kind, without_masks(&kind, draft, &document, &sight), &sight)?;
        let fresh = prepare::read(self.frame(&kind, caller, &self.today()), &draft);
        let mut prepared = overlay(&kind, &document, &old, fresh, true);
        if let Some(states) = &kind.states {
            // The state moves by transitions only.
            set_path(&mut prepared.document, &states.field, Value::String(old.state.clone()));
        }
        self.finish(caller, &kind, &mut prepared, Wish::Amend, Some((&old.id, &document, &sight))).await?;
        remarks::settle(&mut prepared.document, &document, answers, &sight, self.hand(caller, seen))?;
        let revision = prepare::revision(&kind, &self.vault, prepared.clone(), old.id.clone(), Some(seen))?;
        self.write(caller, &kind, Action::Amend, revision, prepared, entry).await
    }

    /// Moves a record on in its workflow.
    ///
    /// # Errors
    /// The transition does not exist, is not possible from the present state, or is not the caller's.
    #[expect(clippy::too_many_arguments, reason = "who, what, which revision, which step, what with it and why")]
    pub async fn advance(
        &self,
        caller: &Caller,
        kind: &str,
        id: &str,
        seen: u32,
        transition: &str,
        given: &Draft,
        entry: Entry<'_>,
    ) -> Result<Saved, DoorError> {
        self.advance_remarking(caller, kind, id, seen, transition, given, &[], entry).await
    }

    /// As [`Door::advance`], with remarks at fields when the step returns the record for correction.
    ///
    /// # Errors
    /// As [`Door::advance`]; remarks with a step that does not return, or at fields that are not there.
    #[expect(clippy::too_many_arguments, reason = "who, what, which revision, which step, what with it, what is remarked and why")]
    pub async fn advance_remarking(
        &self,
        caller: &Caller,
        kind: &str,
        id: &str,
        seen: u32,
        transition: &str,
        given: &Draft,
        remarks: &[NewRemark],
        entry: Entry<'_>,
    ) -> Result<Saved, DoorError> {
        let kind = self.kind(kind)?;
        let (old, document, sight) = self.as_it_was(caller, &kind, id, Wish::Advance).await?;
        let (index, step) = kind.transitions.iter().enumerate().find(|(_, t)| t.id == transition).ok_or(DoorError::NotFound)?;
        if !caller.system && !caller.has_any(&step.roles) {
            return Err(DoorError::NotAllowed { kind: format!("{}·{}", kind.title, step.title) });
        }
        if old.rev != seen {
            return Err(DoorError::Stale { newest: old.rev });
        }
        let states = kind.states.as_ref().ok_or(DoorError::NotFound)?;
        if !crate::transfer::is_theirs(caller, &kind, step, &document) {
            return Err(DoorError::NotAllowed { kind: format!("{}·{}", kind.title, step.title) });
        }
        if !step.from.contains(&old.state) {
            let title = states.list.iter().find(|s| s.code == old.state).map_or(old.state.as_str(), |s| s.title.as_str());
            return Err(DoorError::BadRequest(format!("当前状态为“{title}”，不能“{}”", step.title)));
        }
        let given = without_hidden(&kind, given.clone(), &sight)?;
        let fresh = prepare::read(self.frame(&kind, caller, &self.today()), &given);
        let mut prepared = overlay(&kind, &document, &old, fresh, true);
        set_path(&mut prepared.document, &states.field, Value::String(step.to.clone()));
        // Asked for here and now, so no ratchet applies: the field was empty before, that is why the step needs it.
        let missing: Vec<Problem> = step
            .needs
            .iter()
            .filter(|name| get_path(&prepared.document, name).is_none_or(Value::is_null))
            .map(|name| {
                let title = kind.field(name).map_or(name.as_str(), |f| f.title.as_str());
                Problem::new(Level::Error, "E_REQUIRED", name, title, "", "填写后才能继续的内容")
            })
            .collect();
        if !missing.is_empty() {
            return Err(DoorError::Invalid(missing));
        }
        if !kind.transition_applies(index, &prepared.document, &self.today()) {
            return Err(DoorError::BadRequest(format!("不满足“{}”的条件", step.title)));
        }
        if !remarks.is_empty() && !remarks::returns(step) {
            return Err(DoorError::BadRequest(format!("“{}”不是退回，不能附意见", step.title)));
        }
        self.finish(caller, &kind, &mut prepared, Wish::Advance, Some((&old.id, &document, &sight))).await?;
        remarks::settle(&mut prepared.document, &document, &[], &sight, self.hand(caller, seen))?;
        remarks::raise(&kind, &mut prepared.document, remarks, &sight, self.hand(caller, seen))?;
        // The move and the step that accepts it are one transaction.
        let along = match kind.moves.as_ref().filter(|moves| moves.accept == step.id) {
            Some(moves) => self.moved(caller, &kind, moves, &prepared.document, entry.source).await?,
            None => Vec::new(),
        };
        let revision = prepare::revision(&kind, &self.vault, prepared.clone(), old.id.clone(), Some(seen))?;
        self.write_with(caller, &kind, Action::Advance, revision, prepared, entry, along).await
    }

    /// Retracts a record: it stays with its history but is no longer shown or counted. A reason is needed.
    ///
    /// # Errors
    /// See [`DoorError`].
    pub async fn retract(&self, caller: &Caller, kind: &str, id: &str, seen: u32, entry: Entry<'_>) -> Result<Saved, DoorError> {
        let kind = self.kind(kind)?;
        let (old, document, _) = self.as_it_was(caller, &kind, id, Wish::Retract).await?;
        if entry.reason.trim().is_empty() {
            return Err(DoorError::Invalid(vec![Problem::new(Level::Error, "E_REQUIRED", "reason", "作废原因", "", "填写原因")]));
        }
        if old.rev != seen {
            return Err(DoorError::Stale { newest: old.rev });
        }
        let prepared =
            Prepared { document, region: old.region.clone(), town: old.town.clone(), owner: old.owner.clone(), ..Prepared::default() };
        let mut revision = prepare::revision(&kind, &self.vault, prepared.clone(), old.id.clone(), Some(seen))?;
        revision.retracted = true;
        revision.lookups.clear();
        self.write(caller, &kind, Action::Retract, revision, prepared, entry).await
    }

    fn hand<'a>(&self, caller: &'a Caller, seen: u32) -> Hand<'a> {
        Hand { caller, at: self.now(), rev: seen + 1 }
    }

    fn frame<'a>(&'a self, kind: &'a Kind, caller: &'a Caller, today: &'a str) -> Frame<'a> {
        Frame { kind, catalogue: &self.catalogue, channel: Channel::Form, office: caller.region.get(..6).unwrap_or_default(), today }
    }

    /// The record as it was, with what the caller sees of it. A record that it may not see is not found; one that it sees and may not
    /// touch in this way is refused.
    async fn as_it_was(
        &self,
        caller: &Caller,
        kind: &Kind,
        id: &str,
        wish: Wish,
    ) -> Result<(Stored, Map<String, Value>, Sight), DoorError> {
        let old = self
            .store
            .find(&kind.kind, id)
            .await
            .map_err(Self::store_error(&kind.kind))?
            .filter(|r| !r.retracted)
            .ok_or(DoorError::NotFound)?;
        let data = old.document();
        let at = Coordinates::of(&old, &data);
        let sight = access::sight(&access::arms(caller, kind, Wish::Read), at).ok_or(DoorError::NotFound)?;
        if !access::may_write(caller, kind, wish, at) {
            return Err(DoorError::NotAllowed { kind: format!("{}·{}", kind.title, wish.word()) });
        }
        if crate::vault::is_erased(&old.secret) {
            return Err(DoorError::BadRequest("该记录的个人信息已到期删除，记录只供统计，不能再修改".into()));
        }
        let document = self.clear(&old)?;
        Ok((old, document, sight))
    }

    /// The whole document of a revision, private fields in clear. For the door's own steps.
    pub(crate) fn clear(&self, stored: &Stored) -> Result<Map<String, Value>, DoorError> {
        let mut document = stored.document();
        prepare::join(&mut document, self.vault.open(&stored.kind, &stored.id, &stored.secret)?);
        Ok(document)
    }

    /// References, derived values, checks, uniqueness, and the access question for the record as it will be.
    async fn finish(
        &self,
        caller: &Caller,
        kind: &Kind,
        prepared: &mut Prepared,
        wish: Wish,
        old: Option<(&str, &Map<String, Value>, &Sight)>,
    ) -> Result<(), DoorError> {
        let failed = || Self::store_error(&kind.kind);
        refs::resolve(self, kind, &mut [&mut *prepared]).await.map_err(failed())?;
        if let Some(moves) = kind.moves.as_ref().filter(|_| wish != Wish::Advance) {
            self.check_proposal(caller, kind, moves, prepared).await?;
        }
        let today = self.today();
        prepare::complete(self.frame(kind, caller, &today), prepared);
        let id = old.map(|(id, ..)| id);
        around::check(self, kind, &today, &mut [Subject { row: &mut *prepared, id }]).await.map_err(failed())?;
        if let Some((_, old, sight)) = old {
            ratchet(prepared, old);
            sight.conceal(&mut prepared.problems);
        }
        if !prepared.sound() {
            return Err(DoorError::Invalid(std::mem::take(&mut prepared.problems)));
        }
        let id = id.unwrap_or_default();
        if !access::reach_new(&access::arms(caller, kind, wish), kind, &self.vault, id, prepared) {
            return Err(DoorError::NotAllowed { kind: kind.title.clone() });
        }
        Ok(())
    }

    async fn write(
        &self,
        caller: &Caller,
        kind: &Kind,
        action: Action,
        revision: NewRevision,
        prepared: Prepared,
        entry: Entry<'_>,
    ) -> Result<Saved, DoorError> {
        self.write_with(caller, kind, action, revision, prepared, entry, Vec::new()).await
    }

    /// Writes a revision, and what belongs to it of other records, in one transaction.
    #[expect(clippy::too_many_arguments, reason = "who, what, how, and what goes along")]
    async fn write_with(
        &self,
        caller: &Caller,
        kind: &Kind,
        action: Action,
        revision: NewRevision,
        prepared: Prepared,
        entry: Entry<'_>,
        along: Vec<(Commit, String)>,
    ) -> Result<Saved, DoorError> {
        let id = revision.id.clone();
        // A request that is sent again meets its own record here; the store then tells the first one's outcome.
        let keys = prepare::natural_keys(kind, &self.vault, &prepared.document, &revision.region);
        let sent_before = match &entry.idempotency {
            Some(_) => self.store.find_by_keys(&kind.kind, &keys).await.map_err(Self::store_error(&kind.kind))?,
            None => Vec::new(),
        };
        // While keys are changed, a record may still stand under the old one, where the store does not see it.
        if keys.len() > 1 && entry.idempotency.is_none() {
            let known = self.store.find_by_keys(&kind.kind, &keys).await.map_err(Self::store_error(&kind.kind))?;
            if let Some(other) = known.into_iter().find(|r| r.id != id) {
                return Err(DoorError::Exists { id: self.followed(other).await?.id });
            }
        }
        for (index, rule) in kind.unique_by.iter().enumerate() {
            let way = format!("unique:{index}");
            let values = prepare::unique_values(kind, &self.vault, &prepared.document, &rule.fields);
            if values.is_empty() {
                continue;
            }
            let hits = self.store.lookup(&kind.kind, &way, &values).await.map_err(Self::store_error(&kind.kind))?;
            if hits.iter().any(|h| h.id != id && sent_before.iter().all(|r| r.id != h.id)) {
                return Err(DoorError::Invalid(vec![crate::bulk::not_unique(kind, rule, &prepared.document)]));
            }
        }
        let commit = Commit {
            kind: kind.kind.clone(),
            action,
            stamp: self.stamp(caller, entry.reason, entry.source),
            revisions: vec![revision],
            skip_conflicts: false,
            checkpoint: None,
            idempotency: entry.idempotency,
        };
        let done = if along.is_empty() {
            self.store.append(commit, &id).await.map_err(Self::store_error(&kind.kind))?
        } else {
            let all: Vec<(Commit, String)> = std::iter::once((commit, id.clone())).chain(along).collect();
            let mut all = self.store.append_all(all).await.map_err(Self::store_error(&kind.kind))?;
            if all.iter().skip(1).flat_map(|done| &done.outcomes).any(|outcome| !matches!(outcome, Outcome::Written { .. })) {
                return Err(DoorError::BadRequest("期间有人修改了相关记录，什么都没有改动，请重试".into()));
            }
            if all.is_empty() {
                return Err(DoorError::NotFound);
            }
            all.swap_remove(0)
        };
        match done.outcomes.first() {
            Some(Outcome::Written { rev }) if done.replayed => {
                // The first request's record: find it by its natural key, which the retry shares.
                let found = self.store.find_by_keys(&kind.kind, &keys).await.map_err(Self::store_error(&kind.kind))?;
                let id = found.into_iter().next().map_or(id, |r| r.id);
                Ok(Saved { id, rev: *rev, problems: prepared.problems })
            }
            Some(Outcome::Written { rev }) => Ok(Saved { id, rev: *rev, problems: prepared.problems }),
            Some(Outcome::KeyTaken { id }) => Err(DoorError::Exists { id: self.survivor(&kind.kind, id).await? }),
            Some(Outcome::Stale { newest }) => Err(DoorError::Stale { newest: *newest }),
            None => Err(DoorError::NotFound),
        }
    }
}

/// The old document with the draft's fields on top. `erase`: an empty field of a form empties the record's; an empty cell of a later
/// workbook says nothing (offices leave columns blank that they do not keep).
pub(crate) fn overlay(kind: &Kind, old: &Map<String, Value>, stored: &Stored, fresh: Prepared, erase: bool) -> Prepared {
    let mut document = old.clone();
    for path in &fresh.covered {
        if kind.field(path).is_none_or(|f| f.read_only) {
            continue;
        }
        match get_path(&fresh.document, path) {
            Some(value) => set_path(&mut document, path, value.clone()),
            None if erase => remove(&mut document, path),
            None => {}
        }
    }
    // Fields that reading set beside the covered ones (below_lod, lod, county codes, defaults for absent fields).
    for field in &kind.fields {
        if let Some(measured) = &field.measured {
            for path in std::iter::once(&measured.below).chain(&measured.limit).chain(&measured.none) {
                if fresh.covered.contains(&field.path) && (erase || get_path(&fresh.document, &measured.below).is_some()) {
                    match get_path(&fresh.document, path) {
                        Some(value) => set_path(&mut document, path, value.clone()),
                        None => remove(&mut document, path),
                    }
                }
            }
        }
    }
    reading_notes(&mut document, &fresh);
    let keep = |new: &str, old: &str| if new.is_empty() { old.to_owned() } else { new.to_owned() };
    let spoke_of_place = kind.region.county.as_ref().is_some_and(|c| fresh.covered.contains(c));
    // A record that names no place keeps the office that filed it, whoever handles it later.
    let spoke_of_town = kind.region.town.as_ref().is_some_and(|t| fresh.covered.contains(t));
    let stays = !spoke_of_place && !spoke_of_town && !stored.region.is_empty();
    Prepared {
        region: if stays { stored.region.clone() } else { keep(&fresh.region, &stored.region) },
        town: if spoke_of_place { fresh.town } else { keep(&fresh.town, &stored.town) },
        owner: keep(&fresh.owner, &stored.owner),
        problems: fresh
            .problems
            .into_iter()
            .filter(|p| p.class != "E_REQUIRED" && !p.found.is_empty() || get_path(&document, &p.field).is_none())
            .collect(),
        covered: fresh.covered,
        document,
    }
}

/// What reading noted about fields (month only, set aside): new notes for the fields that were spoken of, old ones for the others.
fn reading_notes(document: &mut Map<String, Value>, fresh: &Prepared) {
    let spoken = |path: &str| fresh.covered.iter().any(|c| c == path);
    let mut month: Vec<Value> = document.get("_month").and_then(Value::as_array).cloned().unwrap_or_default();
    month.retain(|p| !p.as_str().is_some_and(spoken));
    month.extend(fresh.document.get("_month").and_then(Value::as_array).cloned().unwrap_or_default());
    let mut unread = document.get("_unread").and_then(Value::as_object).cloned().unwrap_or_default();
    unread.retain(|path, _| !spoken(path));
    unread.extend(fresh.document.get("_unread").and_then(Value::as_object).cloned().unwrap_or_default());
    for (name, empty, value) in [("_month", month.is_empty(), Value::Array(month)), ("_unread", unread.is_empty(), Value::Object(unread))] {
        if empty {
            document.shift_remove(name);
        } else {
            document.insert(name.into(), value);
        }
    }
}

fn remove(document: &mut Map<String, Value>, path: &str) {
    match path.split_once('.') {
        None => {
            document.shift_remove(path);
        }
        Some((head, rest)) => {
            if let Some(Value::Object(inner)) = document.get_mut(head) {
                remove(inner, rest);
            }
        }
    }
}

/// A masked value that comes back unchanged is a token, not a new value: it never replaces what it stands for.
fn without_masks(kind: &Kind, draft: &Draft, old: &Map<String, Value>, sight: &Sight) -> Draft {
    let cells = draft
        .cells
        .iter()
        .filter(|(place, cell)| {
            let Place::Field(path) = place else { return true };
            let Some(value) = get_path(old, path) else { return true };
            let private = kind.field(path).is_some_and(|f| f.private.is_some()) && cell.shown() == masked(value);
            let held = sight.shows(path) && sight.masks(path) && cell.shown() == MASK;
            !(private || held)
        })
        .cloned()
        .collect();
    Draft { cells }
}

/// What somebody cannot see stays as it is: an empty cell of such a field says nothing, a filled one is refused.
fn without_hidden(kind: &Kind, draft: Draft, sight: &Sight) -> Result<Draft, DoorError> {
    if sight.is_whole() {
        return Ok(draft);
    }
    let unseen = |place: &Place| {
        let path = match place {
            Place::Field(path) => path,
            Place::Pivot { group, .. } => group,
        };
        (!sight.shows(path)).then(|| path.clone())
    };
    let (kept, hidden): (Vec<_>, Vec<_>) = draft.cells.into_iter().partition(|(place, _)| unseen(place).is_none());
    let refused: Vec<Problem> = hidden
        .iter()
        .filter(|(_, cell)| !cell.is_blank())
        .filter_map(|(place, _)| unseen(place))
        .map(|path| {
            let title = kind.field(&path).map_or(path.as_str(), |f| f.title.as_str());
            let mut problem = Problem::new(Level::Error, "E_HIDDEN", &path, title, "", "");
            problem.message = format!("{title}：您无权查看此项，不能填写");
            problem
        })
        .collect();
    if refused.is_empty() { Ok(Draft { cells: kept }) } else { Err(DoorError::Invalid(refused)) }
}

/// Ratcheting: what an old record already violated does not block saving it as long as none of the offending fields changes.
fn ratchet(prepared: &mut Prepared, old: &Map<String, Value>) {
    let document = &prepared.document;
    for problem in prepared.problems.iter_mut().filter(|p| p.level == Level::Error) {
        let fields: Vec<&String> = problem.related.iter().chain(std::iter::once(&problem.field)).filter(|f| !f.is_empty()).collect();
        let unchanged = !fields.is_empty() && fields.iter().all(|f| get_path(document, f) == get_path(old, f));
        if unchanged {
            problem.level = Level::Warning;
            problem.message.push_str("（原有问题，未改动，允许保存）");
        }
    }
}
