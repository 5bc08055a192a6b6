//! The table of operations: router and documentation are made from it, so that they cannot drift apart.

use super::calc;
use super::definitions::{codes, kinds};
use super::operation::{Access, Operation, delete, get, patch, post, put};
use super::records::{change, list, merge, read};
use super::{cockpit, duties, explore, lists, notices, openapi, papers, plan_params, plans, search, session, tables, watch};
use zhijian_records::access::Wish;

/// Headings in order, with a line about each.
pub const TAGS: [(&str, &str); 12] = [
    ("会话", "登录得到 Cookie 与防伪令牌；写操作在请求头 X-CSRF-Token 中带上令牌"),
    ("记录", "各类表单的记录，经统一入口校验、留痕"),
    ("文书", "回执、告知书、报告、证明书：出具、下载"),
    ("检索", "跨表单检索"),
    ("期限", "应办事项：谁须在何时前办什么"),
    ("通知", "本人的站内通知：只列仍可查看的，数量与列表一致"),
    ("定义", "表单、代码表、行政区划"),
    ("规划与指标", "规划评估、指标分解与名单"),
    ("一张网与看板", "图层与看板：数、口径、数据时点，以及所计记录的地址；与页面同一计算、同一权限"),
    ("计算", "计算器：公式、输入、出处，与一次计算"),
    ("运行", "任务与审计"),
    ("接口", "本文档"),
];

/// Files that an answer can be instead.
pub(super) const FILES: &[&str] = &["text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"];

/// All operations.
#[must_use]
pub fn operations() -> Vec<Operation> {
    let mut all = Vec::new();
    all.extend(sessions());
    all.extend(records());
    all.extend(documents());
    all.extend(deadlines());
    all.extend(inbox());
    all.extend(definitions());
    all.extend(indicators());
    all.extend(statistics());
    all.extend(cockpit::boards_and_map());
    all.extend(cockpit::outlooks());
    all.extend(calculations());
    all.extend(running());
    all
}

fn sessions() -> [Operation; 3] {
    [
        post("/session", session::sign_in)
            .named("signIn", "会话", "登录")
            .access(Access::Anyone)
            .body("Credentials")
            .gives(201, "Session")
            .fails(&["locked", "second-factor"]),
        get("/session", session::who).named("whoAmI", "会话", "当前账号与防伪令牌").scope("").gives(200, "Session"),
        delete("/session", session::sign_out).named("signOut", "会话", "退出登录").scope("").gives(204, ""),
    ]
}

fn records() -> [Operation; 15] {
    [
        get("/records/{kind}", list::list)
            .named("list", "记录", "查询")
            .access(Access::Kind(Wish::Read))
            .query(&list::LIST)
            .fields()
            .gives(200, "{kind}_page"),
        post("/records/{kind}", change::submit)
            .named("submit", "记录", "新建")
            .access(Access::Kind(Wish::File))
            .body("{kind}_entry")
            .idempotent()
            .gives(201, "Receipt")
            .fails(&["exists"]),
        get("/records/{kind}/count", list::count)
            .named("count", "记录", "计数")
            .access(Access::Kind(Wish::Read))
            .query(&list::COUNT)
            .fields()
            .gives(200, "Count"),
        get("/records/{kind}/{id}", read::read).named("read", "记录", "读取").access(Access::Kind(Wish::Read)).gives(200, "{kind}_record"),
        put("/records/{kind}/{id}", change::replace)
            .named("replace", "记录", "整份修改（未给出的字段清空）")
            .access(Access::Kind(Wish::Amend))
            .body("{kind}_replacement")
            .if_match()
            .gives(200, "Receipt")
            .fails(&["exists"]),
        patch("/records/{kind}/{id}", change::amend)
            .named("amend", "记录", "修改部分字段（null 清空）")
            .access(Access::Kind(Wish::Amend))
            .body("{kind}_change")
            .if_match()
            .gives(200, "Receipt")
            .fails(&["exists"]),
        delete("/records/{kind}/{id}", change::retract)
            .named("retract", "记录", "作废（保留历史）")
            .access(Access::Kind(Wish::Retract))
            .body("Retraction")
            .if_match()
            .gives(200, "Receipt"),
        get("/records/{kind}/{id}/history", read::history)
            .named("history", "记录", "全部版本，最新的在前")
            .access(Access::Kind(Wish::Read))
            .gives(200, "{kind}_page"),
        post("/records/{kind}/{id}/reveal", read::reveal)
            .named("reveal", "记录", "说明用途后查看完整信息（记入审计）")
            .scope("identify")
            .access(Access::Kind(Wish::Reveal))
            .body("Purpose")
            .gives(200, "{kind}_record"),
        post("/records/{kind}/{id}/transitions/{transition}", change::advance)
            .named("advance", "记录", "办理（状态流转）")
            .access(Access::Kind(Wish::Advance))
            .body("{kind}_step")
            .if_match()
            .gives(200, "Receipt"),
        get("/records/{kind}/duplicates", merge::candidates)
            .named("duplicates", "记录", "疑似重复")
            .scope("identify")
            .access(Access::Kind(Wish::Retract))
            .gives(200, "Candidates"),
        post("/records/{kind}/{id}/merge", merge::merge)
            .named("merge", "记录", "并入另一条记录")
            .access(Access::Kind(Wish::Retract))
            .body("Merge")
            .if_match()
            .gives(204, ""),
        post("/records/{kind}/{id}/unmerge", merge::undo)
            .named("unmerge", "记录", "撤销合并")
            .access(Access::Kind(Wish::Retract))
            .body("Retraction")
            .gives(204, ""),
        get("/search", search::search).named("search", "检索", "在可读的全部表单中检索").query(&search::SEARCH).gives(200, "Hits"),
        get("/openapi.json", openapi::serve).named("openapi", "接口", "OpenAPI 3.1 文档").access(Access::Anyone).gives(200, "Any"),
    ]
}

fn documents() -> [Operation; 4] {
    const WORD: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    [
        get("/records/{kind}/{id}/documents", papers::list)
            .named("listDocuments", "文书", "可出具的与已出具的文书")
            .access(Access::Kind(Wish::Read))
            .gives(200, "Any"),
        post("/records/{kind}/{id}/documents", papers::issue)
            .named("issueDocument", "文书", "出具：编号、校验码与摘要")
            .scope("identify")
            .access(Access::Kind(Wish::Read))
            .body("DocumentOrder")
            .gives(201, "Any"),
        get("/documents/{id}/pdf", papers::pdf)
            .named("readDocument", "文书", "下载 PDF")
            .scope("identify")
            .query(&papers::COPY)
            .gives(200, "Any")
            .also(&["application/pdf"]),
        get("/documents/{id}/docx", papers::docx)
            .named("readDocumentAsWord", "文书", "下载 Word")
            .scope("identify")
            .query(&papers::COPY)
            .gives(200, "Any")
            .also(&[WORD]),
    ]
}

fn inbox() -> [Operation; 3] {
    [
        get("/notices", notices::list).named("listNotices", "通知", "本人的通知，新的在前").query(&notices::LIST).gives(200, "NoticePage"),
        get("/notices/counts", notices::counts).named("countNotices", "通知", "本人的未读通知数量，按级别").gives(200, "NoticeCounts"),
        post("/notices/{notice}/read", notices::mark).named("markNotice", "通知", "标为已读或未读").body("NoticeMark").gives(204, ""),
    ]
}

fn deadlines() -> [Operation; 2] {
    [
        get("/duties", duties::list).named("listDuties", "期限", "本人的应办事项，按到期日").query(&duties::LIST).gives(200, "DutyPage"),
        get("/duties/counts", duties::counts).named("countDuties", "期限", "本人的应办事项数量，按事项").gives(200, "DutyCounts"),
    ]
}

fn definitions() -> [Operation; 6] {
    [
        get("/kinds", kinds::list).named("listKinds", "定义", "全部表单").gives(200, "List"),
        get("/kinds/{kind}", kinds::read).named("readKind", "定义", "表单定义").gives(200, "Any"),
        get("/kinds/{kind}/schema", kinds::schema).named("readSchema", "定义", "表单的 JSON Schema").gives(200, "Any"),
        get("/codes", codes::lists).named("listCodes", "定义", "全部代码表").gives(200, "List"),
        get("/codes/{list}", codes::entries).named("readCodes", "定义", "代码表的内容").query(&codes::ENTRIES).gives(200, "CodeList"),
        get("/regions", codes::regions).named("listRegions", "定义", "行政区划").query(&codes::REGIONS).gives(200, "RegionList"),
    ]
}

fn indicators() -> [Operation; 8] {
    let here = "规划与指标";
    [
        get("/lists", lists::all).named("listLists", here, "本人可看的工作名单及其口径").gives(200, "List"),
        get("/lists/{list}", lists::rows)
            .named("readList", here, "一份工作名单的各行，每行一条记录或一个地点")
            .access(Access::Region)
            .query(&lists::ROWS)
            .gives(200, "Any"),
        get("/plans", plans::list).named("listPlans", here, "五部规划及其指标表").access(Access::Region).gives(200, "PlanList"),
        get("/plans/{plan}/evaluation", plans::evaluation)
            .named("evaluatePlan", here, "规划评估：逐行给出分子、分母、值、目标与状态")
            .access(Access::Region)
            .query(&plan_params::EVALUATION)
            .gives(200, "Evaluation")
            .also(FILES),
        get("/indicators", plans::indicators).named("listIndicators", here, "全部指标的定义").gives(200, "IndicatorList"),
        get("/indicators/{code}", plans::indicator)
            .named("readIndicator", here, "指标定义；给出 year 时附数值")
            .access(Access::Region)
            .query(&plan_params::FIGURE)
            .gives(200, "Indicator"),
        get("/indicators/{code}/breakdown", plans::breakdown)
            .named("breakDown", here, "按维度分解；上级等于下级之和")
            .access(Access::Region)
            .query(&plan_params::BREAKDOWN)
            .gives(200, "Breakdown")
            .also(FILES),
        get("/indicators/{code}/units", plans::units)
            .named("listUnits", here, "分子、分母或未达成的名单")
            .access(Access::Region)
            .query(&plan_params::UNITS)
            .gives(200, "UnitPage")
            .also(FILES),
    ]
}

fn statistics() -> [Operation; 4] {
    let here = "规划与指标";
    [
        get("/tables", tables::list).named("listTables", here, "全部统计表的定义").access(Access::Region).gives(200, "TableList"),
        get("/tables/{table}", tables::read)
            .named("readTable", here, "一张统计表：行 × 列的数，缺口与隐去的格有标记")
            .access(Access::Region)
            .query(&tables::TABLE)
            .gives(200, "StatTable")
            .also(FILES),
        get("/explore", explore::list)
            .named("listExplorations", here, "可探索的数据：行列和度量")
            .access(Access::Region)
            .gives(200, "ExploreList"),
        get("/explore/{fact}", explore::read)
            .named("explore", here, "一次探索：行 × 列的数与合计；隐去的格有标记")
            .access(Access::Region)
            .query(&explore::CUBE)
            .gives(200, "Exploration"),
    ]
}

fn calculations() -> [Operation; 3] {
    [
        get("/calc", calc::list).named("listCalculators", "计算", "全部计算器").query(&calc::LIST).gives(200, "CalculatorList"),
        get("/calc/{calculator}", calc::explain)
            .named("explainCalculator", "计算", "一个计算器的公式、输入、示例、输出与出处")
            .gives(200, "Calculator"),
        post("/calc/{calculator}", calc::run)
            .scope("read")
            .named("calculate", "计算", "计算一次，不保存；错误给出代码与字段")
            .body("Calculation")
            .gives(200, "Calculated"),
    ]
}

fn running() -> [Operation; 3] {
    [
        get("/jobs", watch::jobs).named("listJobs", "运行", "自己的任务").query(&watch::JOBS).gives(200, "JobList"),
        get("/jobs/{id}", watch::job).named("readJob", "运行", "一项任务的进度与结果").gives(200, "Job"),
        get("/audit", watch::audit)
            .named("readAudit", "运行", "审计链")
            .access(Access::Role("R01"))
            .query(&watch::AUDIT)
            .gives(200, "AuditPage"),
    ]
}
