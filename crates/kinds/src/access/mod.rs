//! Who may see and do what (访问策略), as data: `definitions/access/`.
//!
//! One file a kind says for each of the 22 roles of domain A.2 what it may do, with which records and which fields; `roles.yaml` says
//! what holds for a role whatever the kind. What no row allows is refused. This module reads and checks the files; the crate
//! `records` turns them into the scope of a query.

mod lint;
mod rights;
mod view;

pub use lint::check;
pub use rights::Rights;
pub use view::View;

use crate::protection::{ExportLimit, Exports, Keepers, Research};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

/// What somebody wants to do with records of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Wish {
    /// See records: list, open, search, count, history.
    Read,
    /// Create.
    File,
    /// Change what is there.
    Amend,
    /// Move on in the workflow; which step is whose is said by the kind's transitions.
    Advance,
    /// Retract.
    Retract,
    /// Hand in whole tables.
    Import,
    /// Take data out of the platform.
    Export,
    /// See private fields in clear, for a stated purpose.
    Reveal,
}

impl Wish {
    /// All of them, in the order in which pages show them.
    pub const ALL: [Self; 8] =
        [Self::Read, Self::File, Self::Amend, Self::Advance, Self::Retract, Self::Import, Self::Export, Self::Reveal];

    /// The word shown.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Read => "查看",
            Self::File => "新建",
            Self::Amend => "修改",
            Self::Advance => "办理",
            Self::Retract => "作废",
            Self::Import => "导入",
            Self::Export => "导出",
            Self::Reveal => "查看完整信息",
        }
    }
}

/// Which records a row speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// Every record.
    All,
    /// The account's region of duty and below; with a township code that township.
    Region,
    /// Records owned by the account's organisation, and its own register entry.
    Organisation,
    /// Records in which a field names the account's organisation (`by`, `with`).
    Own,
    /// Records about the person whose account it is.
    Person,
    /// Records of employers that have an agreement in force with the account's organisation.
    Clients,
    /// Single records that were opened to the account: an assigned case, an emergency.
    Granted,
}

impl Reach {
    /// The words shown.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::All => "全部",
            Self::Region => "负责的地区",
            Self::Organisation => "本单位",
            Self::Own => "本机构办理的",
            Self::Person => "本人",
            Self::Clients => "签约单位",
            Self::Granted => "指派或紧急打开的",
        }
    }
}

/// What a field named by `by` is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, Serialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum With {
    /// The organisation's record id.
    #[default]
    Id,
    /// The organisation's registered name; the record must lie in the organisation's county too, since names repeat.
    Name,
    /// The county of the account's region of duty.
    County,
}

/// One row: these roles may do these things with these records and see this much of them.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// Role codes of domain A.2.
    pub roles: Vec<String>,
    /// Which records.
    pub scope: Reach,
    /// Field that names the organisation, with [`Reach::Own`].
    #[serde(default)]
    pub by: Option<String>,
    /// What that field holds.
    #[serde(default)]
    pub with: With,
    /// What may be done.
    pub may: Vec<Wish>,
    /// Named view; without it all fields (private ones masked).
    #[serde(default)]
    pub view: Option<String>,
    /// Source of this row where it needs its own.
    #[serde(default)]
    pub basis: String,
}

/// A named selection of fields.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ViewDef {
    /// Chinese title.
    pub title: String,
    /// Source.
    #[serde(default)]
    pub basis: String,
    /// Only these fields are seen.
    #[serde(default)]
    pub only: Vec<String>,
    /// All fields but these are seen.
    #[serde(default)]
    pub hide: Vec<String>,
    /// These stay masked whatever purpose is stated.
    #[serde(default)]
    pub mask: Vec<String>,
}

/// The policy of one kind, `definitions/access/<kind>.yaml`.
#[derive(Debug, Clone, Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub struct AccessDef {
    /// Kind.
    pub kind: String,
    /// Source: domain rows, law.
    pub basis: String,
    /// Sensitive personal information of health (个保法 art. 28).
    #[serde(default)]
    pub health: bool,
    /// Roles that may open a record outside their scope in an emergency.
    #[serde(default)]
    pub break_glass: Vec<String>,
    /// Exports that need approval, when the kind has its own limit.
    #[serde(default)]
    pub export: Option<ExportLimit>,
    /// Named views.
    #[serde(default)]
    pub views: IndexMap<String, ViewDef>,
    /// What is allowed.
    pub allow: Vec<Row>,
    /// Roles that may do nothing, named so that none is forgotten.
    #[serde(default)]
    pub none: Vec<String>,
}

/// Whose aggregates a role sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum Aggregate {
    /// The whole platform's.
    All,
    /// Those of the account's region and below.
    Region,
    /// None.
    #[default]
    None,
}

/// What holds for a role whatever the kind.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Role {
    /// Chinese title.
    pub title: String,
    /// Organisations of domain A.1.
    pub organisation: String,
    /// Aggregates.
    pub aggregate: Aggregate,
    /// Administers the platform: accounts, policy pages, audit.
    #[serde(default)]
    pub administers: bool,
    /// Whose audit lines it reads.
    #[serde(default)]
    pub audits: Aggregate,
    /// Is told of emergency access in its region, may ask who sees a record, assigns cases.
    #[serde(default)]
    pub oversees: bool,
    /// Writes reading queries of its own over what it may read whole.
    #[serde(default)]
    pub analyses: bool,
    /// Roles that it may give to accounts of its region and below; its own role to accounts below only.
    #[serde(default)]
    pub grants: Vec<String>,
    /// Source.
    pub basis: String,
}

/// Emergency access.
#[derive(Debug, Clone, Copy, Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub struct BreakGlass {
    /// Hours for which the record stays open.
    pub hours: i64,
    /// Least characters of the reason.
    pub reason_length: usize,
}

/// Records that show whom an organisation serves: their owners.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// Kind; it has an owner.
    pub kind: String,
    /// Field that names the serving organisation.
    pub by: String,
    /// What that field holds.
    #[serde(default)]
    pub with: With,
    /// States in which the service runs; empty: always.
    #[serde(default)]
    pub states: Vec<String>,
}

/// `definitions/access/roles.yaml`.
#[derive(Debug, Clone, Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub struct Roles {
    /// The roles of domain A.2.
    pub roles: IndexMap<String, Role>,
    /// From which records it is seen whom an organisation serves.
    pub clients: Vec<Service>,
    /// Counts of persons below this are hidden from those who see aggregates only.
    pub smallest_cell: u64,
    /// Emergency access.
    pub break_glass: BreakGlass,
    /// Approval of exports.
    pub exports: Exports,
    /// Holds and what is due.
    pub retention: Keepers,
    /// De-identified exports.
    pub research: Research,
}

impl Roles {
    /// Does one of these roles have the property?
    #[must_use]
    pub fn any(&self, codes: &[String], property: impl Fn(&Role) -> bool) -> bool {
        codes.iter().filter_map(|code| self.roles.get(code)).any(property)
    }
}
