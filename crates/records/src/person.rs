//! One person's records across kinds: those with the same identity number, which itself is not shown to anybody by this.
//!
//! Names never join records. Who may not identify people (no `reveal`) cannot gather what is about one of them either: the identity
//! number is a private field, and a question about it is answered from records only whose private fields the caller may see in clear.

use crate::access::{self, Arm, Wish};
use crate::caller::Caller;
use crate::door::{Door, DoorError};
use crate::port::{Action, Column, Filter, Op};
use crate::read::{ListRequest, View, ViewPage};
use serde_json::Value;
use zhijian_kinds::{Kind, text};

/// Field of the identity number in every kind about persons.
const ID_NO: &str = "id_no";

/// Somebody, known by the tokens of the identity number. It cannot be turned back into the number, and it is not made from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    tokens: Vec<String>,
}

/// Is the kind about persons, told apart by identity number?
#[must_use]
pub fn about_persons(kind: &Kind) -> bool {
    kind.field(ID_NO).is_some_and(|field| field.blind)
}

impl Door {
    /// The person whom a record is about.
    ///
    /// # Errors
    /// Not found; the caller may not identify people in it; the record has no identity number (any more).
    pub async fn person_of(&self, caller: &Caller, kind: &str, id: &str) -> Result<Person, DoorError> {
        let (kind, stored, sight) = self.seen_by(caller, kind, id).await?;
        let field = kind.field(ID_NO).filter(|field| field.blind).ok_or(DoorError::NotFound)?;
        if !sight.clears(ID_NO) {
            return Err(DoorError::NotAllowed { kind: format!("{}·一人一档", kind.title) });
        }
        let clear = self.vault.open(&kind.kind, &stored.id, &stored.secret)?;
        let id_no = clear.get(ID_NO).and_then(Value::as_str).ok_or(DoorError::NotFound)?;
        let mut tokens = self.vault.tokens(field, &text::identifier(id_no));
        for also in self.other_numbers(&tokens).await? {
            tokens.extend(self.vault.tokens(field, &text::identifier(&also)));
        }
        Ok(Person { tokens })
    }

    /// The person whose account it is, when one is tied to it.
    #[must_use]
    pub fn own_person(caller: &Caller) -> Option<Person> {
        (!caller.ties.person.is_empty()).then(|| Person { tokens: caller.ties.person.clone() })
    }

    /// A page of the person's records of a kind, masked, as far as the caller may see them.
    ///
    /// # Errors
    /// As [`Door::list`]; a bad request too where the caller sees records of the kind but may not tell persons apart.
    pub async fn list_of_person(&self, caller: &Caller, kind: &str, person: &Person, request: &ListRequest) -> Result<ViewPage, DoorError> {
        let kind = self.kind(kind)?;
        let arms = access::arms(caller, &kind, Wish::Read);
        self.persons_page(&kind, &arms, person, request, false).await
    }

    /// Everything the platform keeps about the caller's own person, in clear (个人信息保护法 art. 45): one audit line a kind goes first.
    ///
    /// # Errors
    /// No person is tied to the account; the store failed.
    pub async fn own_copy(&self, caller: &Caller, purpose: &str) -> Result<Vec<View>, DoorError> {
        let person = Self::own_person(caller).ok_or(DoorError::NotFound)?;
        let mut all = Vec::new();
        for kind in self.catalogue.in_dependency_order().into_iter().filter(|kind| about_persons(kind)) {
            let arms: Vec<Arm> = access::arms(caller, kind, Wish::Read).into_iter().filter(|arm| arm.reveal).collect();
            if arms.is_empty() {
                continue;
            }
            self.note(caller, Action::Export, &kind.kind, "", purpose, "web").await?;
            let mut request = ListRequest { sort: Some("recorded_from".into()), limit: 500, ..ListRequest::default() };
            loop {
                let page = self.persons_page(kind, &arms, &person, &request, true).await?;
                all.extend(page.rows);
                request.cursor = page.next;
                if request.cursor.is_none() {
                    break;
                }
            }
        }
        Ok(all)
    }

    async fn persons_page(
        &self,
        kind: &Kind,
        arms: &[Arm],
        person: &Person,
        request: &ListRequest,
        reveal: bool,
    ) -> Result<ViewPage, DoorError> {
        // Asked about like a field that is grouped by: arms that do not show the number in clear give no records.
        let mut query = self.narrowed(kind, arms, request, Some(ID_NO))?;
        let column = Column::Field { path: ID_NO.into(), numeric: false };
        query.filters.push(Filter { column, op: Op::In, value: person.tokens.join(",") });
        let page = self.store.query(&query).await.map_err(Self::store_error(&kind.kind))?;
        let rows: Result<Vec<View>, DoorError> =
            page.rows.iter().filter_map(|row| access::sight_of(arms, row).map(|sight| self.view(kind, row, &sight, reveal))).collect();
        Ok(ViewPage { rows: rows?, next: page.next })
    }
}
