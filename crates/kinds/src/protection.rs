//! How records are protected besides who may see them, as data: how long private parts are kept (`retention/`), how sensitive classes of fields are
//! (`grading/`), which exports need a second person (`access/`).

use crate::catalogue::{Catalogue, File};
use crate::kind::FieldType;
use crate::lint::Fault;
use crate::yaml;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

/// How long the private parts of a kind's records are kept, `definitions/retention/<kind>.yaml`. Without `years` they are kept for ever.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Retention {
    /// Kind.
    pub kind: String,
    /// Years from the day in `from`.
    #[serde(default)]
    pub years: Option<u32>,
    /// Date field from which the years count.
    #[serde(default)]
    pub from: Option<String>,
    /// The years count from the newest record of the person.
    #[serde(default)]
    pub latest_of_person: bool,
    /// Source, or why there is none.
    pub basis: String,
    /// No source says how long: kept until the deployment decides.
    #[serde(default)]
    pub unsourced: bool,
}

/// Which exports need a second person's approval. In `access/roles.yaml` for all kinds; a kind's file may be stricter or wider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, Default)]
#[serde(deny_unknown_fields)]
pub struct ExportLimit {
    /// More records than this (in one export, or on one day by one account) need approval.
    pub rows: u64,
    /// Exports with private fields in clear need approval.
    pub identified: bool,
}

/// `exports` of `access/roles.yaml`.
#[derive(Debug, Clone, Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub struct Exports {
    /// For kinds that say nothing themselves.
    pub limit: ExportLimit,
    /// Roles that approve exports of their region; nobody approves the own.
    pub approvers: Vec<String>,
    /// Hours within which an approved export is downloaded, once.
    pub hours: i64,
    /// Source.
    pub basis: String,
}

/// `retention` of `access/roles.yaml`.
#[derive(Debug, Clone, Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub struct Keepers {
    /// Roles that see what is due and place or lift holds, in their region.
    pub hold: Vec<String>,
    /// Source.
    pub basis: String,
}

/// `research` of `access/roles.yaml`.
#[derive(Debug, Clone, Copy, Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub struct Research {
    /// Least persons that share each combination of quasi-identifiers, unless a request asks for more.
    pub k: u64,
    /// Largest share of records that may be left out to reach it, in percent.
    pub suppressed: u64,
}

/// A level of sensitivity.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grade {
    /// Number, higher is more sensitive.
    pub level: u8,
    /// Name.
    pub title: String,
    /// Who may use it.
    pub help: String,
}

/// `definitions/grading/levels.yaml`.
#[derive(Debug, Clone, Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub struct Grading {
    /// Source of the levels.
    pub basis: String,
    /// Source of the assignment, which a deployment may change.
    pub assigned_by: String,
    /// Levels.
    pub levels: Vec<Grade>,
    /// Level of each class of field: `public`, `identity`, `contact`, `medical`, and `health` for public fields of kinds about health.
    pub classes: IndexMap<String, u8>,
}

impl Grading {
    /// The level of a class of field.
    #[must_use]
    pub fn of(&self, class: &str) -> Option<&Grade> {
        let level = self.classes.get(class)?;
        self.levels.iter().find(|grade| grade.level == *level)
    }
}

/// All faults of the retention and grading files.
#[must_use]
pub fn check(catalogue: &Catalogue, files: &[File]) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (path, content) in files.iter().filter(|(p, _)| p.starts_with("retention/") && p.ends_with(".yaml")) {
        let Ok((rule, document)) = yaml::read::<Retention>(content) else { continue };
        let mut say = |at: &str, message: String| faults.push(Fault::soft(path, document.line(at), message));
        let Some(kind) = catalogue.kind(&rule.kind) else {
            say("kind", format!("没有名为“{}”的表单", rule.kind));
            continue;
        };
        match (&rule.years, &rule.from) {
            (Some(_), Some(from)) => {
                let day = kind.field(from).is_some_and(|f| f.private.is_none() && matches!(f.ty, FieldType::Date));
                if !day {
                    say("from", format!("“{from}”不是不加密的日期字段"));
                }
            }
            (Some(_), None) => say("years", "写了 years 就要写明从哪个日期起算（from）".into()),
            (None, Some(_)) => say("from", "没有 years，from 没有意义".into()),
            (None, None) => {}
        }
        if rule.latest_of_person && kind.field("id_no").is_none_or(|f| !f.blind) {
            say("latest_of_person", "需要可比对的证件号字段 id_no".into());
        }
    }
    for kind in catalogue.kinds.values().filter(|k| k.private_fields().next().is_some()) {
        if !catalogue.retention.contains_key(&kind.kind) {
            faults.push(Fault::soft(
                &format!("retention/{}.yaml", kind.kind),
                1,
                format!("“{}”有个人信息，却没有说明保存多久", kind.title),
            ));
        }
    }
    for class in ["public", "health", "identity", "contact", "medical"] {
        if catalogue.grading.of(class).is_none() {
            faults.push(Fault::soft("grading/levels.yaml", 1, format!("字段类别“{class}”没有级别")));
        }
    }
    let roles = &catalogue.roles;
    for role in roles.exports.approvers.iter().chain(&roles.retention.hold).filter(|r| !roles.roles.contains_key(*r)) {
        faults.push(Fault::soft("access/roles.yaml", 1, format!("角色“{role}”不在角色表中")));
    }
    faults
}
