//! Wording of the frame and of messages, in one catalogue. Titles of fields, kinds, lists and states come from the definitions.

/// Name of the product.
pub const PRODUCT: &str = "职健";
/// Name of the product in full.
pub const PRODUCT_LONG: &str = "职健 · 职业健康一张网";
/// Banner of demo deployments.
pub const DEMO: &str = "演示数据，均为合成";
/// First link of every page.
pub const SKIP: &str = "跳到正文";
/// The role's desk.
pub const DESK: &str = "工作台";
/// Link on error pages.
pub const BACK_TO_DESK: &str = "返回工作台";
/// Who sees what.
pub const ACCESS: &str = "访问策略";
/// Who did what.
pub const AUDIT: &str = "审计日志";
/// Emergency access.
pub const EMERGENCY: &str = "紧急访问";
/// Approval of exports.
pub const EXPORTS: &str = "导出审批";
/// Retention.
pub const RETENTION: &str = "保存期限";
/// De-identified exports.
pub const RESEARCH: &str = "脱敏导出";
/// Plan board.
pub const BOARD: &str = "规划看板";
/// Imports.
pub const IMPORT: &str = "数据导入";
/// Code lists.
pub const CODES: &str = "代码表";
/// Help pages.
pub const KINDS: &str = "表单说明";
/// Documentation of the API.
pub const API: &str = "接口文档";
/// Accounts.
pub const ACCOUNTS: &str = "账号管理";
/// Security settings.
pub const SECURITY: &str = "安全设置";
/// State of the running system.
pub const SYSTEM: &str = "系统状态";
/// Recomputations of derived values.
pub const REDERIVE: &str = "重算记录";
/// Own account.
pub const ME: &str = "我的账号";
/// Sign out.
pub const SIGN_OUT: &str = "退出登录";
/// Global search.
pub const SEARCH: &str = "搜索";
/// Placeholder of the global search.
pub const SEARCH_HINT: &str = "单位、姓名、信用代码、证件号";
/// Shown for a value that is not there.
pub const NONE: &str = "—";
/// Menu button on small screens.
pub const MENU: &str = "菜单";
/// Largest number that lists count up to.
pub const COUNT_LIMIT: u64 = 10_000;

/// Title and advice of an error page.
#[must_use]
pub fn failure(status: u16) -> (&'static str, &'static str) {
    match status {
        400 => ("请求有误", "请检查地址中的参数，或从列表页重新进入。"),
        401 => ("请先登录", "登录后可继续。"),
        403 => ("没有权限", "如需办理，请联系本单位的平台管理员调整账号角色。"),
        404 => ("没有找到", "可能已作废、不在您负责的范围内，或地址有误。"),
        409 => ("数据已变化", "请打开最新内容后重新操作。"),
        413 => ("文件过大", "请拆分后重新上传。"),
        422 => ("填写有误", "请按提示修改后重新提交。"),
        _ => ("系统出错", "没有保存任何内容。请稍后重试，仍不行请联系管理员。"),
    }
}

/// Name of a role (domain A.2).
#[must_use]
pub fn role(code: &str) -> &str {
    ROLES.iter().find(|(c, _)| *c == code).map_or(code, |(_, name)| name)
}

/// The roles in order.
pub const ROLES: [(&str, &str); 22] = [
    ("R01", "平台管理员"),
    ("R02", "卫健管理员"),
    ("R03", "职业健康科业务员"),
    ("R04", "执法人员"),
    ("R05", "执法审批人"),
    ("R06", "疾控监测员"),
    ("R07", "疾控审核员"),
    ("R08", "企业负责人"),
    ("R09", "企业职业卫生管理员"),
    ("R10", "劳动者"),
    ("R11", "体检机构人员"),
    ("R12", "诊断机构人员"),
    ("R13", "鉴定办与鉴定专家"),
    ("R14", "技术服务机构人员"),
    ("R15", "剂量监测机构人员"),
    ("R16", "康复站医生"),
    ("R17", "镇街协管员"),
    ("R18", "部门联络员"),
    ("R19", "领导小组"),
    ("R20", "专家"),
    ("R21", "健康管家"),
    ("R22", "公众"),
];

/// Headings of the menu with the areas below them.
pub const MENU_GROUPS: [(&str, &[&str]); 9] = [
    ("单位与机构", &["employer", "institution", "task", "document"]),
    ("申报与监测", &["declaration", "construction_project", "measurement", "online"]),
    (
        "健康监护与职业病",
        &[
            "exam",
            "worker",
            "diagnosis",
            "disease",
            "patient",
            "follow_up",
            "rehabilitation",
            "pneumoconiosis",
            "questionnaire",
            "monitoring",
        ],
    ),
    ("放射卫生", &["radiation"]),
    ("监督执法", &["supervision", "warning"]),
    ("培训与宣教", &["training", "survey", "promotion"]),
    ("企业帮扶", &["help"]),
    ("部门交换", &["exchange"]),
    ("规划与考核", &["plan"]),
];

/// Heading for areas that no other heading names.
pub const MENU_REST: &str = "其他";

/// Heading of the menu under which an area stands.
#[must_use]
pub fn menu_group(area: &str) -> &'static str {
    MENU_GROUPS.iter().find(|(_, areas)| areas.contains(&area)).map_or(MENU_REST, |(heading, _)| heading)
}

/// A regulation as pages name it: `art. 16` becomes `第16条`; references to design documents are left out,
/// and what is our own convention says so.
#[must_use]
pub fn basis(text: &str) -> String {
    text.split(['；', ';'])
        .map(str::trim)
        .filter(|part| !part.is_empty() && !["domain ", "A.2", "A.3"].iter().any(|design| part.starts_with(design)))
        .map(|part| articles(part).replace(" (design)", "（平台约定）"))
        .collect::<Vec<_>>()
        .join("；")
}

fn articles(part: &str) -> String {
    let Some((before, after)) = part.split_once("arts. ").or_else(|| part.split_once("art. ")) else { return part.to_owned() };
    let end = after.find(|c: char| !c.is_ascii_digit() && !matches!(c, ',' | ' ' | '–' | '-' | '.')).unwrap_or(after.len());
    let (numbers, rest) = after.split_at(end);
    let numbers = numbers.trim().trim_end_matches([',', '.']).replace(", ", "、");
    format!("{}第{numbers}条{}", before.trim_end(), articles(rest))
}

/// A count as pages show it: `1万+` at the limit.
#[must_use]
pub fn count(n: u64) -> String {
    if n >= COUNT_LIMIT { "1万+".into() } else { n.to_string() }
}

/// An instant for pages: `2020-03-05 08:30`, China Standard Time.
#[must_use]
pub fn moment(at: zhijian_records::port::Instant) -> String {
    let text = zhijian_records::clock::shown(at);
    text.get(..16).unwrap_or(&text).replace('T', " ")
}

/// Actions of the audit trail.
#[must_use]
pub fn action(action: zhijian_records::port::Action) -> &'static str {
    use zhijian_records::port::Action;
    match action {
        Action::Submit => "新建",
        Action::Amend => "修改",
        Action::Advance => "办理",
        Action::Retract => "作废",
        Action::Import => "导入",
        Action::Rederive => "重算",
        Action::View => "查看完整信息",
        Action::Export => "导出",
        Action::SignIn => "登录",
        Action::SignInFailed => "登录失败",
        Action::SignOut => "退出登录",
        Action::Administer => "管理",
        Action::Define => "定义与策略变更",
        Action::Backup => "备份",
        Action::Restore => "恢复",
        Action::BreakGlass => "紧急访问",
        Action::Assign => "指派",
        Action::Reseal => "更换密钥",
        Action::Erase => "到期删除",
        Action::Hold => "保全",
        Action::Merge => "合并",
        Action::Unmerge => "撤销合并",
        Action::Transfer => "迁移",
    }
}

/// How a session was begun.
#[must_use]
pub fn way(way: &str) -> &str {
    use zhijian_records::accounts::way;
    match way {
        way::PASSWORD => "密码",
        way::TOTP => "密码＋双因素",
        way::RECOVERY => "密码＋恢复码",
        way::PASSKEY => "通行密钥",
        way::SSO => "单点登录",
        other => other,
    }
}

/// The reason of an audit line as people read it: of a sign-in it is the way.
#[must_use]
pub fn reason(line: &zhijian_records::port::AuditLine) -> &str {
    use zhijian_records::port::Action;
    if line.action == Action::SignIn { way(&line.stamp.reason) } else { &line.stamp.reason }
}

/// A device in words: browser and system, as far as its own description tells.
#[must_use]
pub fn device(agent: &str) -> String {
    let first = |marks: &[(&'static str, &'static str)]| marks.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name);
    let browser = first(&[
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ]);
    let system = first(&[
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser}（{system}）"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) if agent.is_empty() => "未知设备".to_owned(),
        (None, None) => agent.chars().take(40).collect(),
    }
}

/// Entrances.
#[must_use]
pub fn source(source: &str) -> &str {
    match source {
        "web" => "网页",
        "api" => "接口",
        "excel" => "表格导入",
        "system" => "系统",
        "console" => "控制台",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regulations_are_named_in_chinese() {
        let rows = [
            (
                "职业病防治法 arts. 16, 20; 工作场所职业卫生管理规定 art. 8; domain B1",
                "职业病防治法第16、20条；工作场所职业卫生管理规定第8条",
            ),
            ("职业病防治法 arts. 62–68; domain B11", "职业病防治法第62–68条"),
            ("行政处罚法 art. 60；DL-53", "行政处罚法第60条；DL-53"),
            ("GBZ 188", "GBZ 188"),
            ("domain B6; A.2 R09–R11; A.3 rules 2–5; 个保法 arts. 28, 29", "个保法第28、29条"),
            ("约定字段 (design)", "约定字段（平台约定）"),
        ];
        for (text, expected) in rows {
            assert_eq!(basis(text), expected);
        }
    }
}
