//! De-identified exports for research (科研脱敏导出): rows of which nobody can be told from fewer than `k` people by what others may know of them.
//!
//! The quasi-identifiers (age band, sex, place, industry, year …) are made coarser, step by step, until every combination of them is shared by `k` different
//! people, with at most the policy's share of records left out. What cannot be made so is refused. Out come the coarsened quasi-identifiers and chosen codes,
//! numbers and yes/no answers: no ids, no tokens, no texts, no days.

use crate::access::{self, Wish};
use crate::caller::Caller;
use crate::door::{Door, DoorError};
use crate::exports::Pass;
use crate::read::{ListRequest, shown};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use zhijian_kinds::intake::get_path;
use zhijian_kinds::{Catalogue, Field, FieldType, Kind, dates};

/// Rows read at a time.
const PAGE: u32 = 500;
/// What a quasi-identifier becomes when nothing is told of it.
const ANY: &str = "＊";
/// Most quasi-identifiers.
const MOST: usize = 8;

/// What is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Kind.
    pub kind: String,
    /// Quasi-identifiers: `age`, `region`, `year`, or fields of the kind.
    pub quasi: Vec<String>,
    /// Least people in a combination.
    pub k: u64,
    /// Field of which the least number of different values in a combination is told (l-diversity).
    pub sensitive: Option<String>,
    /// Further fields of each row.
    pub columns: Vec<String>,
}

/// How it turned out.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Outcome {
    /// Each quasi-identifier with its title and how coarse it had to be made, in words.
    pub levels: Vec<(String, String)>,
    /// Records looked at.
    pub records: u64,
    /// Records left out.
    pub suppressed: u64,
    /// Combinations that are left.
    pub classes: u64,
    /// People in the smallest of them.
    pub smallest: u64,
    /// Least number of different values of the sensitive field.
    pub diversity: Option<u64>,
    /// `k` was reached without leaving out too much.
    pub satisfied: bool,
}

/// The table of an export.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    /// Headings.
    pub head: Vec<String>,
    /// Rows in an order that tells nothing.
    pub rows: Vec<Vec<String>>,
}

/// How a quasi-identifier gets coarser.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Scale {
    Age,
    Region,
    Year,
    /// Codes whose beginning is a coarser code; digits left at each step.
    Prefix(&'static [usize]),
    Plain,
}

impl Scale {
    fn steps(&self) -> usize {
        match self {
            Self::Age => 4,
            Self::Region => 3,
            Self::Year => 3,
            Self::Prefix(lengths) => lengths.len() + 1,
            Self::Plain => 2,
        }
    }

    fn word(&self, step: usize) -> &'static str {
        let words: &[&str] = match self {
            Self::Age => &["5岁一组", "10岁一组", "20岁一组"],
            Self::Region => &["县区", "地市"],
            Self::Year => &["年", "5年一组"],
            Self::Prefix(_) => &["原代码", "中类", "大类"],
            Self::Plain => &["原值"],
        };
        if step + 1 >= self.steps() { "不提供" } else { words.get(step).copied().unwrap_or("更粗") }
    }

    fn coarse(&self, step: usize, value: &str) -> String {
        if step + 1 >= self.steps() {
            return ANY.to_owned();
        }
        let band = |width: i64, value: i64| {
            let low = value.div_euclid(width) * width;
            format!("{low}–{}", low + width - 1)
        };
        match self {
            _ if value.is_empty() => String::new(),
            Self::Age => value.parse().map_or_else(|_| String::new(), |age| band([5, 10, 20][step], age)),
            Self::Region if step == 0 => value.get(..6).unwrap_or(value).to_owned(),
            Self::Region => format!("{}00", value.get(..4).unwrap_or(value)),
            Self::Year if step == 0 => value.to_owned(),
            Self::Year => value.parse().map_or_else(|_| String::new(), |year| band(5, year)),
            Self::Prefix(lengths) => value.chars().take(lengths[step]).collect(),
            Self::Plain => value.to_owned(),
        }
    }
}

/// A quasi-identifier of a kind.
#[derive(Debug, Clone)]
struct Quasi<'a> {
    title: String,
    field: Option<&'a Field>,
    name: String,
    scale: Scale,
}

/// A record as far as the check needs it.
struct Row {
    quasi: Vec<String>,
    person: u32,
    sensitive: String,
    columns: Vec<String>,
}

/// Quasi-identifiers that a kind offers, with titles.
#[must_use]
pub fn offered(kind: &Kind) -> Vec<(String, String)> {
    let mut out = Vec::new();
    if kind.field("birth_date").is_some() || kind.field("id_no").is_some() {
        out.push(("age".to_owned(), "年龄".to_owned()));
    }
    out.push(("region".to_owned(), "地区".to_owned()));
    if kind.event_date.is_some() {
        out.push(("year".to_owned(), "年份".to_owned()));
    }
    let codes = kind.fields.iter().filter(|f| f.private.is_none() && matches!(f.ty, FieldType::Code(_)) && !placed(kind, f));
    out.extend(codes.map(|f| (f.path.clone(), f.title.clone())));
    out
}

/// Fields that may go into the rows: codes, numbers and yes/no answers; medical ones too, names and contacts never, and neither sex nor exact ages,
/// which others know: those are quasi-identifiers.
#[must_use]
pub fn columns(kind: &Kind) -> Vec<&Field> {
    use zhijian_kinds::kind::Privacy;
    let kept = |f: &&Field| {
        let open = f.private.is_none() || f.private == Some(Privacy::Medical);
        let plain = matches!(f.ty, FieldType::Code(_) | FieldType::Codes(_) | FieldType::Boolean | FieldType::Integer | FieldType::Number);
        let known = f.unit.as_deref() == Some("岁") || kind.person.as_ref().is_some_and(|p| p.sex.as_ref() == Some(&f.path));
        open && plain && !f.hidden && !known && !placed(kind, f)
    };
    kind.fields.iter().filter(kept).collect()
}

fn placed(kind: &Kind, field: &Field) -> bool {
    [kind.region.county.as_deref(), kind.region.town.as_deref()].contains(&Some(field.path.as_str()))
}

impl Door {
    /// Tries a plan: how coarse the rows must be and what is left out. No row is shown.
    ///
    /// # Errors
    /// The caller may not export the kind with what the plan names; unknown fields; the store failed.
    pub async fn research(&self, caller: &Caller, plan: &Plan) -> Result<Outcome, DoorError> {
        let kind = self.kind(&plan.kind)?;
        let quasi = self.understood(caller, &kind, plan)?;
        let rows = self.research_rows(caller, &kind, &quasi, plan).await?;
        Ok(self.settle(&quasi, &rows, plan).0)
    }

    /// The rows of a plan, for a request that was approved (or the operator). Refused when `k` cannot be reached.
    ///
    /// # Errors
    /// As [`Door::research`]; the plan is not satisfied by what there is now.
    pub async fn research_sheet(&self, caller: &Caller, plan: &Plan, _pass: &Pass) -> Result<(Outcome, Sheet), DoorError> {
        let kind = self.kind(&plan.kind)?;
        let quasi = self.understood(caller, &kind, plan)?;
        let rows = self.research_rows(caller, &kind, &quasi, plan).await?;
        let (outcome, steps) = self.settle(&quasi, &rows, plan);
        if !outcome.satisfied {
            return Err(DoorError::BadRequest(unsatisfied(&outcome, self.least(plan), self.catalogue.roles.research.suppressed)));
        }
        let small = small_classes(&quasi, &rows, &steps, self.least(plan));
        let mut out: Vec<Vec<String>> = rows
            .iter()
            .map(|row| (coarse(&quasi, &steps, row), row))
            .filter(|(class, _)| !small.contains(class))
            .map(|(class, row)| {
                let told = class.into_iter().zip(&quasi).map(|(value, quasi)| told(&self.catalogue, quasi, value));
                told.chain(row.columns.iter().cloned()).collect()
            })
            .collect();
        // The order of filing would tell who is who to somebody who knows it.
        out.sort();
        let titles = plan.columns.iter().map(|path| kind.field(path).map_or_else(|| path.clone(), |f| f.title.clone()));
        let head = quasi.iter().map(|q| q.title.clone()).chain(titles).collect();
        Ok((outcome, Sheet { head, rows: out }))
    }

    fn least(&self, plan: &Plan) -> u64 {
        plan.k.max(2)
    }

    /// The plan's names as fields, each allowed.
    fn understood<'a>(&self, caller: &Caller, kind: &'a Kind, plan: &Plan) -> Result<Vec<Quasi<'a>>, DoorError> {
        Self::allow(caller, kind, Wish::Export)?;
        if plan.k < self.catalogue.roles.research.k {
            return Err(DoorError::BadRequest(format!("k 不得小于 {}", self.catalogue.roles.research.k)));
        }
        if plan.quasi.is_empty() || plan.quasi.len() > MOST {
            return Err(DoorError::BadRequest(format!("请选择 1 至 {MOST} 个准标识符")));
        }
        let arms = access::arms(caller, kind, Wish::Export);
        let offered = offered(kind);
        let open = columns(kind);
        for path in plan.columns.iter().chain(&plan.sensitive) {
            let field = open.iter().find(|f| f.path == *path);
            let seen = |f: &&&Field| arms.iter().all(|arm| arm.view.shows(&f.path) && (f.private.is_none() || arm.reveal));
            if field.filter(seen).is_none() {
                return Err(DoorError::BadRequest(format!("“{path}”不能用于脱敏导出：只提供代码、数值和是否类字段")));
            }
        }
        let twice: HashSet<&String> = plan.quasi.iter().collect();
        if twice.len() != plan.quasi.len() || plan.columns.iter().any(|c| twice.contains(c)) {
            return Err(DoorError::BadRequest("同一字段不能重复选择".into()));
        }
        plan.quasi
            .iter()
            .map(|name| {
                let (_, title) =
                    offered.iter().find(|(n, _)| n == name).ok_or_else(|| DoorError::BadRequest(format!("“{name}”不能作为准标识符")))?;
                let field = kind.field(name);
                if let Some(field) = field
                    && !arms.iter().all(|arm| arm.view.shows(&field.path))
                {
                    return Err(DoorError::BadRequest(format!("“{title}”是您无权查看的内容")));
                }
                let scale = match (name.as_str(), field.map(|f| &f.ty)) {
                    ("age", _) => Scale::Age,
                    ("region", _) => Scale::Region,
                    ("year", _) => Scale::Year,
                    (_, Some(FieldType::Code(list))) if list == "INDUSTRY" => Scale::Prefix(&[4, 3, 2]),
                    _ => Scale::Plain,
                };
                Ok(Quasi { title: title.clone(), field, name: name.clone(), scale })
            })
            .collect()
    }

    async fn research_rows(&self, caller: &Caller, kind: &Kind, quasi: &[Quasi<'_>], plan: &Plan) -> Result<Vec<Row>, DoorError> {
        let arms = access::arms(caller, kind, Wish::Export);
        let mut request = ListRequest { limit: PAGE, sort: Some("recorded_from".into()), ..ListRequest::default() };
        let (mut rows, mut people) = (Vec::new(), HashMap::<String, u32>::new());
        loop {
            let query = self.narrowed(kind, &arms, &request, None)?;
            let page = self.store.query(&query).await.map_err(Self::store_error(&kind.kind))?;
            for stored in &page.rows {
                let document = self.clear(stored)?;
                let next = u32::try_from(people.len()).unwrap_or(u32::MAX);
                // Somebody with several records is one person; a record of nobody stands for itself.
                let person = text(&document, "id_no").filter(|id| !id.is_empty()).unwrap_or_else(|| stored.id.clone());
                let value = |path: &String| kind.field(path).map(|f| cell(&self.catalogue, f, &document)).unwrap_or_default();
                rows.push(Row {
                    quasi: quasi.iter().map(|q| raw(q, kind, &document, &stored.region, stored.year)).collect(),
                    person: *people.entry(person).or_insert(next),
                    sensitive: plan.sensitive.as_ref().map(value).unwrap_or_default(),
                    columns: plan.columns.iter().map(value).collect(),
                });
            }
            match page.next {
                Some(next) => request.cursor = Some(next),
                None => return Ok(rows),
            }
        }
    }

    /// Makes the rows coarser, the quasi-identifier first that saves most records, until the plan is satisfied or nothing is left to coarsen.
    fn settle(&self, quasi: &[Quasi<'_>], rows: &[Row], plan: &Plan) -> (Outcome, Vec<usize>) {
        let k = self.least(plan);
        let allowed = self.catalogue.roles.research.suppressed;
        let enough = |suppressed: u64| suppressed * 100 <= allowed * rows.len() as u64;
        let mut steps = vec![0; quasi.len()];
        let mut lost = suppressed(quasi, rows, &steps, k);
        while !enough(lost) {
            let tries = (0..quasi.len()).filter(|i| steps[*i] + 1 < quasi[*i].scale.steps()).map(|i| {
                let mut coarser = steps.clone();
                coarser[i] += 1;
                (suppressed(quasi, rows, &coarser, k), coarser)
            });
            let Some((left, coarser)) = tries.min_by_key(|(lost, _)| *lost) else { break };
            (steps, lost) = (coarser, left);
        }
        let small = small_classes(quasi, rows, &steps, k);
        let mut classes: BTreeMap<Vec<String>, (HashSet<u32>, BTreeSet<&str>)> = BTreeMap::new();
        for row in rows {
            let class = coarse(quasi, &steps, row);
            if !small.contains(&class) {
                let (people, values) = classes.entry(class).or_default();
                people.insert(row.person);
                values.insert(&row.sensitive);
            }
        }
        let outcome = Outcome {
            levels: quasi.iter().zip(&steps).map(|(q, step)| (q.title.clone(), q.scale.word(*step).to_owned())).collect(),
            records: rows.len() as u64,
            suppressed: lost,
            classes: classes.len() as u64,
            smallest: classes.values().map(|(people, _)| people.len() as u64).min().unwrap_or(0),
            diversity: plan.sensitive.as_ref().map(|_| classes.values().map(|(_, values)| values.len() as u64).min().unwrap_or(0)),
            satisfied: enough(lost) && !classes.is_empty(),
        };
        (outcome, steps)
    }
}

/// Why a plan is refused, in words.
#[must_use]
pub fn unsatisfied(outcome: &Outcome, k: u64, allowed: u64) -> String {
    format!(
        "不满足 k={k}：已概括到最粗，仍须略去 {} / {} 条，超过允许的 {allowed}%；请减少准标识符或扩大范围",
        outcome.suppressed, outcome.records
    )
}

fn coarse(quasi: &[Quasi<'_>], steps: &[usize], row: &Row) -> Vec<String> {
    quasi.iter().zip(steps).zip(&row.quasi).map(|((q, step), value)| q.scale.coarse(*step, value)).collect()
}

/// Combinations of fewer than `k` people.
fn small_classes(quasi: &[Quasi<'_>], rows: &[Row], steps: &[usize], k: u64) -> HashSet<Vec<String>> {
    let mut classes: HashMap<Vec<String>, HashSet<u32>> = HashMap::new();
    for row in rows {
        classes.entry(coarse(quasi, steps, row)).or_default().insert(row.person);
    }
    classes.into_iter().filter(|(_, people)| (people.len() as u64) < k).map(|(class, _)| class).collect()
}

fn suppressed(quasi: &[Quasi<'_>], rows: &[Row], steps: &[usize], k: u64) -> u64 {
    let small = small_classes(quasi, rows, steps, k);
    rows.iter().filter(|row| small.contains(&coarse(quasi, steps, row))).count() as u64
}

fn text(document: &Map<String, Value>, path: &str) -> Option<String> {
    get_path(document, path).and_then(Value::as_str).map(str::to_owned)
}

fn cell(catalogue: &Catalogue, field: &Field, document: &Map<String, Value>) -> String {
    get_path(document, &field.path).map(|value| shown(catalogue, &field.ty, value)).unwrap_or_default()
}

fn raw(quasi: &Quasi<'_>, kind: &Kind, document: &Map<String, Value>, region: &str, year: i32) -> String {
    match quasi.name.as_str() {
        "region" => region.to_owned(),
        "year" if year == 0 => String::new(),
        "year" => year.to_string(),
        "age" => age(kind, document).map(|age| age.to_string()).unwrap_or_default(),
        name => text(document, name).unwrap_or_default(),
    }
}

/// Age in whole years on the day of the event.
fn age(kind: &Kind, document: &Map<String, Value>) -> Option<i32> {
    let event = dates::parse_iso(&text(document, kind.event_date.as_deref()?)?)?;
    let number = text(document, "id_no").unwrap_or_default();
    let of_number = (number.len() == 18).then(|| number.get(6..14).map(|d| format!("{}-{}-{}", &d[..4], &d[4..6], &d[6..]))).flatten();
    let birth = dates::parse_iso(&text(document, "birth_date").or(of_number)?)?;
    let had = (u8::from(event.month()), event.day()) >= (u8::from(birth.month()), birth.day());
    Some(event.year() - birth.year() - i32::from(!had))
}

/// A coarsened value as people read it.
fn told(catalogue: &Catalogue, quasi: &Quasi<'_>, value: String) -> String {
    match (&quasi.scale, quasi.field.map(|f| &f.ty)) {
        _ if value == ANY || value.is_empty() => value,
        (Scale::Region, _) => catalogue.regions.name(&value).to_owned(),
        (Scale::Plain, Some(ty)) => shown(catalogue, ty, &Value::String(value)),
        _ => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_step_is_coarser_than_the_one_before() {
        let rows = [
            (Scale::Age, "37", &["35–39", "30–39", "20–39", ANY][..]),
            (Scale::Region, "130302", &["130302", "130300", ANY]),
            (Scale::Year, "2023", &["2023", "2020–2024", ANY]),
            (Scale::Prefix(&[4, 3, 2]), "3011", &["3011", "301", "30", ANY]),
            (Scale::Plain, "1", &["1", ANY]),
        ];
        for (scale, value, expected) in rows {
            let got: Vec<String> = (0..scale.steps()).map(|step| scale.coarse(step, value)).collect();
            assert_eq!(got, expected, "{scale:?}");
        }
    }
}
