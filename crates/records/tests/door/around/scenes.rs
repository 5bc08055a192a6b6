//! A scene for every check that looks at other records: what is there, what comes, and what is said of it.

use crate::world::example;
use serde_json::{Map, Value, json};
use zhijian_kinds::Catalogue;

/// One scene.
pub struct Scene {
    /// Kind and check.
    pub kind: &'static str,
    pub check: &'static str,
    /// What is there before, in order.
    pub before: Vec<(&'static str, Value)>,
    /// What comes.
    pub document: Value,
    /// Part of what is said.
    pub says: &'static str,
    /// The kind whose first example makes the check silent, where it speaks when something is not there.
    pub silent: &'static str,
}

impl Scene {
    /// Only what is there before: the employer, and these.
    pub fn with(others: Vec<(&'static str, Value)>) -> Self {
        let employer = ("employer", of("employer", &json!({})));
        let before = std::iter::once(employer).chain(others).collect();
        Self { kind: "", check: "", before, document: Value::Null, says: "", silent: "" }
    }
}

/// The first example of a kind, changed.
pub fn of(kind: &str, changes: &Value) -> Value {
    example(Catalogue::embedded().kind(kind).unwrap(), changes)
}

/// Some fields of an employer's record, and others.
fn ours(fields: &Value) -> Value {
    let mut document: Map<String, Value> = fields.as_object().cloned().unwrap();
    document.insert("employer_name".into(), json!("海港样嘉盛建材厂"));
    document.insert("uscc".into(), json!("91130302TE5T05JB25"));
    Value::Object(document)
}

pub const PERSON: &str = "130302197006019969";

fn declared(fields: &Value) -> Value {
    let mut document =
        ours(&json!({"decl_type": "3", "declared_on": "2020-06-01", "hazards": ["D001"], "exposed_total": 60, "status": "valid"}));
    document.as_object_mut().unwrap().extend(fields.as_object().cloned().unwrap());
    document
}

fn tested(fields: &Value) -> Value {
    let mut document = of(
        "measurement",
        &json!({"factor": "P001", "dust_kind": null, "sio2_pct": null, "sample_type": "5", "result": 82.1, "unit": "dB(A)"}),
    );
    document.as_object_mut().unwrap().extend(fields.as_object().cloned().unwrap());
    document
}

fn examined(fields: &Value) -> Value {
    let mut document = ours(&json!({"id_no": PERSON, "person_name": "吴样兰", "institution": "海港区测例人民医院", "exam_type": "2",
        "examined_on": "2020-03-02", "hazards": ["D001"], "conclusion": "1", "status": "submitted"}));
    document.as_object_mut().unwrap().extend(fields.as_object().cloned().unwrap());
    document
}

fn diagnosed(fields: &Value) -> Value {
    let mut document = ours(&json!({"report_no": "ZD1", "id_no": PERSON, "person_name": "吴样兰", "hazards": ["D001"], "conclusion": "1",
        "disease": "OD2013-01-01", "stage": "1", "diagnosed_on": "2020-08-20", "reported_on": "2020-08-25", "certificate_no": "Z1", "status": "reported"}));
    document.as_object_mut().unwrap().extend(fields.as_object().cloned().unwrap());
    document
}

/// The agency of the examples, with a licence from a day to a day.
fn agency(from: &str, to: &str, items: &Value) -> (&'static str, Value) {
    let agency = json!({"name": "样测安环技术服务有限公司", "county": "海港区", "category": "service", "grade": "乙", "filing_no": "测1",
        "filing_from": from, "filing_to": to, "status": "valid", "lab_items": items, "staff": [{"staff_name": "样采乙"}]});
    ("institution", agency)
}

fn valid_agency() -> (&'static str, Value) {
    agency("2019-01-01", "2023-12-31", &json!([{"lab_item": "噪声"}]))
}

fn lapsed_agency() -> (&'static str, Value) {
    agency("2014-01-01", "2018-12-31", &json!([]))
}

fn clinic(changes: &Value) -> (&'static str, Value) {
    ("institution", of("institution", changes))
}

/// All scenes.
pub fn scenes(_catalogue: &Catalogue) -> Vec<Scene> {
    let scene =
        |kind, check, others: Vec<(&'static str, Value)>, document, says| Scene { kind, check, document, says, ..Scene::with(others) };
    let mut all = vec![
        scene(
            "employer",
            "disease_cum_covers",
            vec![("diagnosis", diagnosed(&json!({})))],
            of("employer", &json!({"occ_disease_cum": 0})),
            "小于已报告的职业病诊断 1 份",
        ),
        scene(
            "declaration",
            "tested_factors_declared",
            vec![("measurement", tested(&json!({"sampled_on": "2020-04-12", "status": "issued"})))],
            declared(&json!({})),
            "噪声",
        ),
        scene(
            "declaration",
            "examined_factors_declared",
            vec![("exam", examined(&json!({"hazards": ["D001", "P001"]})))],
            declared(&json!({})),
            "24 个月职业健康检查涉及的 噪声",
        ),
        scene(
            "declaration",
            "exposed_change_explained",
            vec![("declaration", declared(&json!({"declared_on": "2019-06-01"})))],
            declared(&json!({"exposed_total": 79})),
            "2019-06-01 申报的 60 相差超过 30%",
        ),
        scene(
            "declaration",
            "agency_is_service",
            vec![clinic(&json!({}))],
            declared(&json!({"tested": true, "agency": "海港区测例人民医院", "tested_on": "2020-04-12"})),
            "不是职业卫生技术服务机构",
        ),
        scene(
            "declaration",
            "agency_licensed",
            vec![lapsed_agency()],
            declared(&json!({"tested": true, "agency": "样测安环技术服务有限公司", "tested_on": "2020-04-12"})),
            "2014-01-01 至 2018-12-31",
        ),
        scene(
            "declaration",
            "agency_covers_factors",
            vec![valid_agency()],
            declared(
                &json!({"tested": true, "agency": "样测安环技术服务有限公司", "tested_on": "2020-04-12", "test_by_factor": [{"hazard": "D001"}]}),
            ),
            "检测项目之外",
        ),
        scene("measurement", "agency_licensed", vec![lapsed_agency()], tested(&json!({"mon_type": "2"})), "2014-01-01 至 2018-12-31"),
        scene(
            "measurement",
            "agency_is_service",
            vec![clinic(&json!({}))],
            tested(&json!({"mon_type": "2", "agency": "海港区测例人民医院"})),
            "名录中不是",
        ),
        scene(
            "measurement",
            "agency_covers_factor",
            vec![valid_agency()],
            of("measurement", &json!({"mon_type": "2"})),
            "检测项目不含该因素",
        ),
        scene("exam", "clinic_filed", vec![clinic(&json!({"filing_to": "2020-01-31"}))], examined(&json!({})), "2019-06-01 至 2020-01-31"),
        scene(
            "exam",
            "clinic_covers_hazards",
            vec![clinic(&json!({}))],
            examined(&json!({"hazards": ["D001", "B002"]})),
            "粉尘、化学、物理",
        ),
        scene(
            "exam",
            "prejob_before_roster_exposure",
            vec![("exposed_worker", ours(&json!({"id_no": PERSON, "hazards": ["D001"], "exposure_started_on": "2020-02-01"})))],
            examined(&json!({"exam_type": "1"})),
            "名册登记的接害开始日期",
        ),
        scene(
            "exposed_worker",
            "prejob_exam_before_start",
            vec![("exam", examined(&json!({"exam_type": "1"})))],
            ours(&json!({"id_no": PERSON, "hazards": ["D001"], "exposure_started_on": "2020-02-01"})),
            "没有上岗前职业健康检查",
        ),
        scene(
            "diagnosis",
            "clinic_filed",
            vec![clinic(&json!({"category": "diagnosis", "filing_items": ["D1"], "filing_to": "2020-01-31"}))],
            diagnosed(&json!({"institution": "海港区测例人民医院"})),
            "备案不在有效期内",
        ),
        scene(
            "diagnosis",
            "doctors_registered",
            vec![clinic(&json!({"category": "diagnosis", "filing_items": ["D1"], "staff": [{"staff_name": "样诊甲", "field": "诊断"}]}))],
            diagnosed(&json!({"institution": "海港区测例人民医院", "doctors": ["样诊甲", "样诊乙", "样诊丙"]})),
            "诊断医师 样诊乙、样诊丙 不在",
        ),
        scene(
            "diagnosis",
            "noise_deafness_level",
            vec![("exposed_worker", ours(&json!({"id_no": PERSON, "hazards": ["P001"], "noise_db": 82.0})))],
            diagnosed(&json!({"disease": "OD2013-04-01", "stage": null, "hazards": ["P001"]})),
            "85 dB(A)",
        ),
        scene(
            "diagnosis",
            "reported_once",
            vec![("diagnosis", diagnosed(&json!({})))],
            diagnosed(&json!({"report_no": "ZD2", "certificate_no": "Z2"})),
            "请查重",
        ),
        scene(
            "diagnosis",
            "suspected_linked",
            vec![("exam", examined(&json!({"conclusion": "3", "suspected_disease": "矽肺"})))],
            diagnosed(&json!({})),
            "疑似职业病的检查结论",
        ),
        scene(
            "case_report",
            "reported_once",
            vec![("case_report", card(&json!({"card": "1", "disease": "OD2013-01-01"})))],
            card(&json!({"card": "1", "disease": "OD2013-01-01", "source_id": "2"})),
            "同一病种已有同类报告卡",
        ),
        scene(
            "case_report",
            "suspicion_reported_once",
            vec![("case_report", card(&json!({})))],
            card(&json!({"source_id": "2"})),
            "同一疑似职业病已有报告卡",
        ),
        scene("case_report", "suspicion_linked", vec![("diagnosis", diagnosed(&json!({})))], card(&json!({})), "对应诊断报告卡编号"),
        scene("agency_report", "agency_licensed", vec![lapsed_agency()], of("agency_report", &json!({})), "2014-01-01 至 2018-12-31"),
        scene("agency_report", "agency_covers_factors", vec![valid_agency()], of("agency_report", &json!({})), "检测项目之外的因素"),
        scene("agency_report", "samplers_registered", vec![valid_agency()], of("agency_report", &json!({})), "采样人员 样采丙 不在"),
        scene(
            "agency_report",
            "samplers_in_one_place",
            vec![valid_agency(), ("agency_report", of("agency_report", &json!({"report_no": "别处"})))],
            of("agency_report", &json!({})),
            "另一委托单位采样",
        ),
        scene(
            "agency_assessment",
            "returned_cards",
            vec![valid_agency(), ("agency_report", of("agency_report", &json!({"status": "returned", "return_reason": "点数不符"})))],
            of(
                "agency_assessment",
                &json!({"agency": "样测安环技术服务有限公司", "agency_uscc": null, "assess_year": 2020, "assessed_on": "2020-12-20"}),
            ),
            "1 张报送卡被退回",
        ),
        scene(
            "construction_project",
            "pre_eval_agency_licensed",
            vec![lapsed_agency()],
            of("construction_project", &json!({"pre_eval": {"org": "样测安环技术服务有限公司", "report_date": "2019-03-01"}})),
            "2014-01-01 至 2018-12-31",
        ),
        scene(
            "construction_project",
            "control_agency_licensed",
            vec![lapsed_agency()],
            of("construction_project", &json!({"control_eval": {"org": "样测安环技术服务有限公司", "report_date": "2020-03-01"}})),
            "2014-01-01 至 2018-12-31",
        ),
        scene(
            "construction_project",
            "control_eval_agrees_with_test",
            vec![("measurement", tested(&json!({"result": 95.0, "sample_hours": 8})))],
            of("construction_project", &json!({"control_eval": {"test_report_no": "YS2020-01511", "passed": true}})),
            "有 1 个样品超标",
        ),
        scene(
            "follow_up",
            "dead_stay_dead",
            vec![(
                "follow_up",
                of("follow_up", &json!({"visited_on": "2019-05-12", "result": "dead", "died_on": "2019-05-01", "next_on": null})),
            )],
            of("follow_up", &json!({})),
            "此前的随访结果为死亡",
        ),
        scene(
            "follow_up",
            "agrees_with_file",
            vec![("patient", of("patient", &json!({"living": "dead", "died_on": "2019-05-01", "station_name": null})))],
            of("follow_up", &json!({})),
            "患者档案登记的死亡日期",
        ),
        scene(
            "follow_up",
            "stage_not_lower",
            vec![("follow_up", of("follow_up", &json!({"visited_on": "2019-05-12", "stage": "2"})))],
            of("follow_up", &json!({})),
            "低于此前随访登记的期别",
        ),
        scene(
            "aid_case",
            "asked_once",
            vec![("aid_case", of("aid_case", &json!({})))],
            of("aid_case", &json!({"source_id": "另一申请"})),
            "已有在办或享受中的案件",
        ),
        scene(
            "aid_case",
            "patient_alive",
            vec![("patient", of("patient", &json!({"living": "dead", "died_on": "2019-05-01", "station_name": null})))],
            of("aid_case", &json!({})),
            "患者档案登记的死亡日期",
        ),
        scene(
            "appraisal",
            "other_experts",
            vec![("appraisal", of("appraisal", &json!({})))],
            of("appraisal", &json!({"application_no": "测鉴申20210001", "level": "2", "applied_on": "2021-01-10"})),
            "应当回避",
        ),
    ];
    let worker = |changes: &Value| ("radiation_worker", of("radiation_worker", changes));
    all.extend([
        scene("dose", "worn_while_in_post", vec![worker(&json!({"left_on": "2019-12-31"}))], of("dose", &json!({})), "不在名册登记的放射工作期间内"),
        scene(
            "dose",
            "year_within_20",
            vec![worker(&json!({})), ("dose", of("dose", &json!({"hp10": 12.0})))],
            of("dose", &json!({"period": "2020Q2", "worn_from": "2020-04-01", "worn_to": "2020-06-29", "hp10": 10.0, "returned_on": null, "read_on": null, "reported_on": null})),
            "合计超过 20 mSv",
        ),
        scene(
            "dose",
            "lab_licensed",
            vec![worker(&json!({})), clinic(&json!({"name": "虚拟放射剂量监测中心", "category": "dose_lab", "uscc": null, "filing_items": null, "filing_to": "2019-12-31"}))],
            of("dose", &json!({})),
            "2019-06-01 至 2019-12-31",
        ),
    ]);
    all.extend(rehabilitation());
    all.extend(employment());
    all
}

fn employment() -> Vec<Scene> {
    let scene =
        |kind, check, others: Vec<(&'static str, Value)>, document, says| Scene { kind, check, document, says, ..Scene::with(others) };
    let contract = |changes: &Value| of("collective_contract", changes);
    let catalogue = Catalogue::embedded();
    let examples = &catalogue.kind("institution").unwrap().examples;
    let diagnosing = ("institution", examples.iter().find(|e| e["category"] == "diagnosis").unwrap().clone());
    vec![
        scene(
            "labour_contract",
            "declared_hazards_notified",
            vec![("declaration", declared(&json!({})))],
            of("labour_contract", &json!({"hazard_notified": false})),
            "矽尘",
        ),
        scene(
            "collective_contract",
            "earlier_still_valid",
            vec![("collective_contract", contract(&json!({})))],
            contract(&json!({"valid_from": "2021-06-01", "valid_to": "2023-05-31", "status": "draft"})),
            "到 2022-02-28 才到期",
        ),
        scene(
            "collective_contract",
            "later_already_begun",
            vec![("collective_contract", contract(&json!({})))],
            contract(&json!({"valid_from": "2019-06-01", "valid_to": "2020-05-31", "signed_on": null, "status": "draft"})),
            "自 2020-03-01 开始",
        ),
        scene(
            "zero_report",
            "no_cases_in_month",
            vec![
                diagnosing,
                (
                    "diagnosis",
                    diagnosed(
                        &json!({"institution": "秦皇岛市试例职业病防治院", "diagnosed_on": "2020-05-31", "reported_on": "2020-06-01"}),
                    ),
                ),
            ],
            of("zero_report", &json!({})),
            "已有职业病诊断记录",
        ),
    ]
}

fn rehabilitation() -> Vec<Scene> {
    let scene = |kind, check, others: Vec<(&'static str, Value)>, changes: Value, says| Scene {
        kind,
        check,
        document: of(kind, &changes),
        says,
        ..Scene::with(others)
    };
    let first = |changes: &Value| ("rehab_assessment", of("rehab_assessment", changes));
    let winter =
        json!({"assessed_on": "2020-01-15", "next_on": "2020-04-10", "plan_from": "2020-01-16", "first_walk": null, "first_cat": null});
    let autumn = json!({"assessed_on": "2019-10-15", "next_on": "2020-01-10", "plan_from": null});
    vec![
        scene("rehab_assessment", "first_values_agree", vec![first(&winter)], json!({}), "首次评估值与该患者最早一次评估不一致"),
        scene("rehab_assessment", "first_values_given", vec![first(&winter)], json!({"first_cat": null}), "请填首次评估值"),
        scene("rehab_assessment", "reassessed_in_3_months", vec![first(&autumn)], json!({}), "超过三个月"),
        scene("rehab_session", "item_in_plan", vec![first(&json!({}))], json!({"item": "tcm"}), "不在患者的康复计划内"),
        Scene {
            silent: "rehab_assessment", ..scene("rehab_session", "assessed_before", vec![], json!({}), "前三个月内没有康复评估")
        },
        Scene { silent: "patient", ..scene("rehab_assessment", "patient_on_file", vec![], json!({}), "请先建档") },
        Scene { silent: "patient", ..scene("referral", "patient_on_file", vec![], json!({}), "请先建档") },
    ]
}

fn card(fields: &Value) -> Value {
    of("case_report", fields)
}
