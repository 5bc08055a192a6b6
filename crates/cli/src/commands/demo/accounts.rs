//! Accounts of the demo region: an office of each kind and one organisation of each kind that files.

use crate::commands::account;
use crate::platform::Platform;
use anyhow::{Context as _, Result};
use serde_json::json;
use zhijian_kinds::intake::Draft;
use zhijian_records::port::Op;
use zhijian_records::read::ListRequest;
use zhijian_records::submit::Entry;

/// Password of the demo accounts. It is printed; demo deployments hold synthetic data only.
pub const PASSWORD: &str = "demo-2020-zj";

/// Accounts with a region of duty: login, name, roles, region.
const OFFICES: [(&str, &str, &[&str], &str); 7] = [
    ("city", "市卫健委业务员", &["R02", "R03"], "130300"),
    ("haigang", "海港区卫健局业务员", &["R03"], "130302"),
    ("cdc", "市疾控监测员", &["R06", "R07"], "130300"),
    ("inspector", "市执法人员", &["R04", "R05"], "130300"),
    ("leader", "市领导小组", &["R19"], "130300"),
    ("civil", "市民政局联络员", &["R18"], "130300"),
    ("admin", "平台管理员", &["R01"], "130300"),
];

/// County of the demo's organisations.
const COUNTY: &str = "130302";

/// Whose account it is.
enum Of {
    /// The first employer of the register.
    Employer,
    /// The first rehabilitation station.
    Station,
    /// The first institution of this category in the county that is in force.
    Institution(&'static str),
    /// An institution that the demo's register lacks: name and category.
    Founded(&'static str, &'static str),
}

/// Accounts of organisations: login, name, role, organisation.
const ORGANISATIONS: [(&str, &str, &str, Of); 7] = [
    ("employer", "用人单位职业卫生管理员", "R09", Of::Employer),
    ("clinic", "体检机构主检医师", "R11", Of::Institution("exam")),
    ("hospital", "诊断机构医师", "R12", Of::Institution("diagnosis")),
    ("appraisal", "鉴定办事机构经办人", "R13", Of::Founded("秦皇岛市样例职业病鉴定办公室", "appraisal")),
    ("lab", "技术服务机构项目负责人", "R14", Of::Institution("service")),
    ("dosimetry", "剂量监测机构人员", "R15", Of::Founded("秦皇岛市样例个人剂量监测中心", "dose_lab")),
    ("rehab", "康复站医生", "R16", Of::Station),
];

/// Login and name of every demo account.
pub fn names() -> impl Iterator<Item = (&'static str, &'static str)> {
    OFFICES.iter().map(|(login, name, ..)| (*login, *name)).chain(ORGANISATIONS.iter().map(|(login, name, ..)| (*login, *name)))
}

/// Makes them.
///
/// # Errors
/// The demo's registers lack an employer, a station or an institution; the store failed.
pub async fn put(platform: &Platform) -> Result<()> {
    for (login, name, roles, region) in OFFICES {
        let roles: Vec<String> = roles.iter().map(|r| (*r).to_owned()).collect();
        account::put(platform, login, name, &roles, region, "", PASSWORD, false).await?;
    }
    for (login, name, role, of) in ORGANISATIONS {
        let organisation = match of {
            Of::Employer => first(platform, "employer", "uscc", vec![]).await?,
            Of::Station => first(platform, "station", "name", vec![]).await?,
            Of::Institution(category) => {
                let filters = [("category", category), ("status", "valid"), ("county", COUNTY)];
                let filters = filters.map(|(field, value)| (field.into(), Op::Eq, value.into())).to_vec();
                first(platform, "institution", "filing_no", filters).await?
            }
            Of::Founded(name, category) => found(platform, name, category).await?,
        };
        account::put(platform, login, name, &[role.into()], "", &organisation, PASSWORD, false).await?;
    }
    Ok(())
}

async fn first(platform: &Platform, kind: &str, sort: &str, filters: Vec<(String, Op, String)>) -> Result<String> {
    let asked = ListRequest { limit: 1, sort: Some(sort.into()), filters, ..ListRequest::default() };
    let page = platform.door.list(&Platform::operator(), kind, &asked).await?;
    page.rows.into_iter().next().map(|row| row.id).with_context(|| format!("演示地区没有可用的“{kind}”记录"))
}

async fn found(platform: &Platform, name: &str, category: &str) -> Result<String> {
    let kind = platform.door.kind("institution")?;
    let document = json!({"name": name, "category": category, "county": COUNTY, "filing_no": format!("测备字〔演示〕{category}"),
        "filing_from": "2019-01-01", "status": "valid", "remark": "合成数据"});
    let data = document.as_object().cloned().unwrap_or_default();
    let entry = Entry { source: "console", reason: "", idempotency: None };
    Ok(platform.door.submit(&Platform::operator(), "institution", &Draft::from_json(&kind, &data), entry).await?.id)
}
