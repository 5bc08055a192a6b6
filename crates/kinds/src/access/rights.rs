//! The policy of a kind, ready to be asked.

use super::{AccessDef, Row, View, Wish};
use crate::kind::Kind;
use std::sync::Arc;

/// A row with its view.
#[derive(Debug, Clone)]
pub struct Allowed {
    /// The row as written.
    pub row: Row,
    /// What is seen.
    pub view: Arc<View>,
}

/// The policy of a kind. The default allows nothing to anybody.
#[derive(Debug, Clone, Default)]
pub struct Rights {
    /// As written.
    pub def: AccessDef,
    /// What is allowed.
    pub allowed: Vec<Allowed>,
}

impl Rights {
    /// Joins rows and views. A row with an unknown view allows nothing; the lint names it.
    #[must_use]
    pub fn new(def: AccessDef, kind: &Kind) -> Self {
        let whole = Arc::new(View::whole());
        let views: Vec<Arc<View>> = def.views.iter().map(|(name, view)| Arc::new(View::new(name, view, kind))).collect();
        let view = |row: &Row| match &row.view {
            None => Some(Arc::clone(&whole)),
            Some(name) => views.iter().find(|v| v.name == *name).cloned(),
        };
        let allowed = def.allow.iter().filter_map(|row| Some(Allowed { row: row.clone(), view: view(row)? })).collect();
        Self { def, allowed }
    }

    /// Rows that allow one of the roles the wish.
    pub fn rows<'a>(&'a self, roles: &'a [String], wish: Wish) -> impl Iterator<Item = &'a Allowed> {
        self.allowed.iter().filter(move |a| a.row.may.contains(&wish) && a.row.roles.iter().any(|r| roles.contains(r)))
    }

    /// Roles that may do something with some records of the kind.
    #[must_use]
    pub fn roles(&self, wish: Wish) -> Vec<&str> {
        let mut roles: Vec<&str> =
            self.allowed.iter().filter(|a| a.row.may.contains(&wish)).flat_map(|a| a.row.roles.iter().map(String::as_str)).collect();
        roles.sort_unstable();
        roles.dedup();
        roles
    }

    /// Fields of the public document by which rows ask whose a record is.
    #[must_use]
    pub fn asked_fields(&self) -> Vec<String> {
        let mut fields: Vec<String> = self.def.allow.iter().filter_map(|row| row.by.clone()).collect();
        if self.def.allow.iter().any(|row| row.scope == super::Reach::Person) {
            fields.push("id_no".into());
        }
        fields.sort_unstable();
        fields.dedup();
        fields
    }

    /// Sensitive personal information of health.
    #[must_use]
    pub fn health(&self) -> bool {
        self.def.health
    }
}
