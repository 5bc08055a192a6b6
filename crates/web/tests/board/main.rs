//! The board as people read it, over a small lake and a frozen clock.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]

mod boards;
mod evaluations;
mod explore;
mod matches;
mod tables;
mod tasks;
#[path = "../world/mod.rs"]
mod world;

use axum::http::StatusCode;
use serde_json::json;
use world::reading::{credit_code, main_text};
use world::{Session, World};

/// Five employers in two counties that should declare; three have.
async fn small_city() -> (World, Session) {
    let world = World::new().await;
    let officer = world.officer().await;
    let employers =
        [("甲", "130302", true), ("乙", "130302", true), ("丙", "130302", false), ("丁", "130322", true), ("戊", "130322", false)];
    for (index, (name, county, declared)) in employers.into_iter().enumerate() {
        let name = format!("秦皇岛样{name}厂");
        let uscc = credit_code(&format!("91{county}TE5TA000{index}"));
        let place = json!({"name": name, "uscc": uscc, "county": county, "town": null, "former_names": null, "should_declare": true});
        let id = world.file(&officer, "employer", &place).await;
        world.advance(&officer, "employer", &id, "confirm", &json!({})).await;
        if declared {
            let days = json!({"reported_county": null, "reported_town": null, "declared_on": "2020-06-01", "changed_on": "2020-05-20"});
            let mut changes = json!({"employer_name": name, "uscc": uscc});
            changes.as_object_mut().unwrap().extend(days.as_object().unwrap().clone());
            let id = world.file(&officer, "declaration", &changes).await;
            world.advance(&officer, "declaration", &id, "submit", &json!({})).await;
            world.advance(&officer, "declaration", &id, "accept", &json!({"accepted_on": "2020-06-10"})).await;
        }
    }
    world.refresh().await;
    (world, officer)
}

async fn shown(world: &World, session: &Session, path: &str) -> String {
    let reply = world.get(session, path).await;
    assert_eq!(reply.status, StatusCode::OK, "{path}: {}", main_text(&reply.text));
    main_text(&reply.text)
}

/// Lines between two marks.
fn part<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    let rest = &text[text.find(from).unwrap_or_else(|| panic!("`{from}` in {text}"))..];
    rest.find(to).map_or(rest, |end| &rest[..end]).trim_end()
}

#[tokio::test]
async fn a_city_sees_its_plan_first() {
    let (world, officer) = small_city().await;
    insta::assert_snapshot!(shown(&world, &officer, "/plans").await, @r"
    规划看板
    秦皇岛市职业病防治规划（2021-2025年）
    河北省秦皇岛市 · 2021–2025 · 10 项指标
    2022年3月16日印发；有2020年基数与2023年、2025年两步目标；知晓率的基数印作“项目尚未启动”，不是0
    其他地区的规划
    规划文本公开，指标数值不在您的范围内。
    白沙黎族自治县职业病防治规划（2021—2025年）
    海南省白沙黎族自治县 · 2021–2025 · 12 项指标
    只列2025年目标；第12项只写“下降20%”，基年2020与相对降幅为本平台的理解；重点行业按表后备注，代码据GB/T 4754-2017；第10项三类人员分别达标
    津南区职业病防治“十四五”规划
    天津市津南区 · 2021–2025 · 7 项指标
    只列2025年目标，到第7项为止；康复服务的单元是街镇（社区），按街镇计
    重庆市万州区职业病防治规划（2021—2025年）
    重庆市万州区 · 2021–2025 · 12 项指标
    万州卫〔2022〕65号；表中第9至11项目标印作“完成”；第12项“逐年扩面”按每年严格多于上年理解；专栏3另要求尘肺病患者达80人以上的乡镇或街道建立康复站、甲级基层医疗机构具备检查能力达90%
    信阳市职业病防治规划（2021—2025年）
    河南省信阳市 · 2021–2025 · 9 项指标
    只列2025年目标；2023年、2025年评估；约束性指标分解到年度
    全部指标的定义
    ");
}

#[tokio::test]
async fn a_plan_reads_as_its_table() {
    let (world, officer) = small_city().await;
    insta::assert_snapshot!(part(&shown(&world, &officer, "/plans/qinhuangdao?year=2020").await, "区划", "口径与规则"), @r"
    区划
    秦皇岛市
    未达标 4 项
    待评估 2 项
    不适用 4 项
    秦皇岛市职业病防治规划（2021-2025年） 2020 年
    序号 | 指标 | 分子 | 分母 | 值 | 进度 | 2020年基数 | 2023年目标 | 2025年目标 | 状态 | 差距
    1 | 工伤保险参保人数 I-01 | — | — | 无数据 | 500,000 人 | 稳步提升 | 稳步提升 | 待评估
    2 | 工业企业职业病危害项目申报率 I-02 | 3 | 5 | 60.00 % 23.07–88.24 % | 87.01 % | ≥ 89 % | ≥ 90 % | 未达标 | −29 个百分点 还需 2
    3 | 工作场所职业病危害因素监测合格率 I-04 | 0 | 0 | 不适用 | 79.16 % | ≥ 82 % | ≥ 85 % | 不适用
    4 | 非医疗放射工作人员个人剂量监测率 I-05 | 0 | 0 | 不适用 | 80.20 % | ≥ 85 % | ≥ 90 % | 不适用
    5 | 重点人群职业健康知识知晓率 I-06 | — | — | 项目尚未启动 | 项目尚未启动 | ≥ 70 % | ≥ 85 % | 待评估
    6 | 尘肺病患者集中的乡镇康复服务覆盖率 I-07 | 0 | 0 | 不适用 | 50.00 % | 100 % | 100 % | 不适用
    7 | 职业卫生违法案件查处率 I-08 | 0 | 0 | 不适用 | 100.00 % | 100 % | 100 % | 不适用
    8 | 依托现有医疗资源，推进市级职业病防治机构能力建设 I-19 | 0 | 1 | 未设立 | 已设立 | 持续提升 | 持续提升 | 未达标
    9 | 市级至少确定1家公立医疗卫生机构承担职业病诊断工作 I-09 | 0 | 1 | 0.00 % 0.00–79.35 % | 100.00 % | 100 % | 100 % | 未达标 | −100 个百分点 还需 1
    10 | 县级至少确定1家公立医疗卫生机构承担职业健康检查工作 I-10 | 0 | 7 | 0.00 % 0.00–35.43 % | 71.43 % | 100 % | 100 % | 未达标 | −100 个百分点 还需 7
    现值
    95% 区间
    2020年基数
    目标（2023、2025）
    数据截至 2026-06-30 09:00；时点指标取 2020-12-31 24:00，时期指标取全年
    ");
}

#[tokio::test]
async fn a_figure_opens_down_to_the_units() {
    let (world, officer) = small_city().await;
    let text = shown(&world, &officer, "/plans/qinhuangdao/I-02?year=2020&by=region").await;
    insta::assert_snapshot!(part(&text, "区划", "定义"), @r"
    区划
    秦皇岛市
    值 | 60.00 % 未达标 95% 区间 23.07–88.24 %
    分子 | 3
    分母 | 5
    2020年基数 | 87.01 %
    2023年目标 | ≥ 89 %
    2025年目标 | ≥ 90 %
    差距 | −29 个百分点 还需 2
    补差测算：先办哪些单位
    数据截至 2026-06-30 09:00；时点指标取 2020-12-31 24:00，时期指标取全年
    ");
    insta::assert_snapshot!(part(&text, "历年", "名单"), @r"
    历年
    年度 | 分子 | 分母 | 值
    2020 | 3 | 5 | 60.00 %
    排名与差距贡献
    目标 89.00 %。还差 = 目标 × 分母 − 分子；各地之和等于全域的缺口，为负的已超过目标。“占缺口”只在未达到的地方之间分摊。没有区县自己的目标时，一律按全域目标衡量。
    名次 | 区划 | 值 | 状态 | 还差 | 拉低全域 | 占缺口
    1 | 海港区 | 66.67 % 2/3 | 未达标 | 0.7 | 13.40 个百分点 | 46.21 %
    2 | 昌黎县 | 50.00 % 1/2 | 未达标 | 0.8 | 15.60 个百分点 | 53.79 %
    年末预测
    2020年已结束，各指标即全年值，不需要预测。选定该年内的“截止日”，可看当时作出的预测。
    用往年检验这种预测
    分解
    导出 Excel CSV
    区县乡镇街道行业规模
    区县 | 分子 | 分母 | 值
    秦皇岛市 （合计） | 3 | 5 | 60.00 %
    海港区 | 2 | 3 | 66.67 %
    昌黎县 | 1 | 2 | 50.00 %
    ");
    insta::assert_snapshot!(part(&text, "名单", "\u{0}"), @r"
    名单
    导出 Excel CSV
    未达成（待办）分子分母
    名称
    查找
    名称 | 区县 | 乡镇街道 | 行业 | 规模 | 分子 | 分母
    秦皇岛样丙厂 | 海港区 | 水泥制品制造 | 小 | 0 | 1
    秦皇岛样戊厂 | 昌黎县 | 水泥制品制造 | 小 | 0 | 1
    共 2 条，第 1 / 1 页
    ");
}

#[tokio::test]
async fn every_number_of_the_page_opens_its_rows() {
    let (world, officer) = small_city().await;
    let page = world.get(&officer, "/plans/qinhuangdao?year=2020").await.text;
    for which in ["numerator", "denominator", "missing"] {
        let link = format!("/plans/qinhuangdao/I-02?year=2020&amp;which={which}#units");
        assert!(page.contains(&link), "{link}");
        let list = shown(&world, &officer, &format!("/plans/qinhuangdao/I-02?year=2020&which={which}")).await;
        let total = match which {
            "numerator" => "共 3 条",
            "denominator" => "共 5 条",
            _ => "共 2 条",
        };
        assert!(list.contains(total), "{which}: {list}");
    }
    let list = world.get(&officer, "/plans/qinhuangdao/I-02?year=2020&which=missing").await.text;
    assert!(list.contains("href=\"/records/employer/"), "units open their records");
}

#[tokio::test]
async fn a_county_sees_its_part_and_nothing_beside_it() {
    let (world, _) = small_city().await;
    let county = world.sign_in("county", &["R03"], "130302", "").await;
    let text = shown(&world, &county, "/plans/qinhuangdao/I-02?year=2020&which=denominator").await;
    assert!(text.contains("共 3 条") && text.contains("66.67 %"), "{text}");
    for hidden in ["秦皇岛样丁厂", "昌黎县"] {
        assert!(!text.contains(hidden), "{hidden}: {text}");
    }
    for outside in
        ["/plans/qinhuangdao?region=130322", "/plans/qinhuangdao?region=130300", "/plans/xinyang", "/plans/qinhuangdao/I-02?region=130322"]
    {
        let reply = world.get(&county, outside).await;
        assert_eq!(reply.status, StatusCode::NOT_FOUND, "{outside}");
        assert!(reply.text.contains("不在您的范围内"), "{outside}");
    }
}

#[tokio::test]
async fn leadership_sees_figures_and_no_list() {
    let (world, _) = small_city().await;
    let leader = world.sign_in("leader", &["R19"], "130300", "").await;
    let reply = world.get(&leader, "/plans/qinhuangdao/I-02?year=2020").await;
    let text = main_text(&reply.text);
    assert!(text.contains("60.00 %") && text.contains("只查看汇总数"), "{text}");
    assert!(!text.contains("秦皇岛样甲厂") && !reply.text.contains("#units"), "no way to the units");
    for path in ["/plans/qinhuangdao/I-02?year=2020&export=units", "/plans/qinhuangdao/I-02?year=2020&export=units&format=csv"] {
        assert_eq!(world.get(&leader, path).await.status, StatusCode::FORBIDDEN, "{path}");
    }
}

#[tokio::test]
async fn an_employer_has_no_board() {
    let (world, _) = small_city().await;
    let employer = world.sign_in("employer", &["R09"], "", "x").await;
    assert_eq!(world.get(&employer, "/plans").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_year_can_be_cut_off_and_the_past_repeated() {
    let (world, officer) = small_city().await;
    let cut = shown(&world, &officer, "/plans/qinhuangdao/I-02?year=2020&as_of=2020-05-31").await;
    assert!(cut.contains("截止日 2020-05-31 24:00") && part(&cut, "值 |", "分子").contains("0.00 %"), "{cut}");
    let before = shown(&world, &officer, "/plans/qinhuangdao/I-02?year=2020&known_at=2026-06-29").await;
    assert!(part(&before, "值 |", "分子").contains("不适用"), "nothing was known before: {before}");
    assert_eq!(world.get(&officer, "/plans/qinhuangdao?year=20").await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn every_indicator_has_a_definition_page_and_every_plan_row_opens() {
    let (world, officer) = small_city().await;
    for def in world.app.door.catalogue.indicators.values() {
        let text = shown(&world, &officer, &format!("/indicators/{}", def.code)).await;
        assert!(text.contains(&def.numerator), "{}", def.code);
        let text = shown(&world, &officer, &format!("/indicators/{}/figure?year=2020", def.code)).await;
        assert!(text.contains("历年") && text.contains("2020"), "{}", def.code);
    }
    // A number of a board whose indicator is no row of the place's plan opens its records all the same.
    let worker = json!({"employer_name": "秦皇岛样甲厂", "uscc": credit_code("91130302TE5TA0000"), "reported_town": null, "host_employer": null,
        "dispatched": false, "exposure_started_on": "2018-02-16", "last_exam_on": "2019-05-06", "left_on": null, "leaving_exam_on": null});
    world.file(&officer, "exposed_worker", &worker).await;
    world.refresh().await;
    let ranking = world.get(&officer, "/boards/plan/exam_ranking?year=2020").await.text;
    assert!(ranking.contains("/indicators/I-13/figure?year=2020&amp;region=130302&amp;which="), "{}", main_text(&ranking));
    let behind = shown(&world, &officer, "/indicators/I-13/figure?year=2020&region=130302&which=missing").await;
    assert!(behind.contains("秦皇岛样甲厂 破碎工"), "{behind}");
    let file = world.get(&officer, "/indicators/I-02/figure?year=2020&which=missing&format=csv").await;
    assert_eq!((file.status, file.text.contains("名称")), (StatusCode::OK, true), "{}", file.text);
    for target in &world.app.door.catalogue.plans["qinhuangdao"].targets {
        let text = shown(&world, &officer, &format!("/plans/qinhuangdao/{}?year=2020", target.indicator)).await;
        assert!(text.contains(&target.name), "{}", target.indicator);
    }
    assert_eq!(world.get(&officer, "/plans/qinhuangdao/I-13").await.status, StatusCode::NOT_FOUND, "no row of this plan");
}

/// Decision 0034; the clock of these tests stands at 30 June 2026.
#[tokio::test]
async fn the_running_year_stands_at_today_and_says_so() {
    let (world, officer) = small_city().await;
    let rows = [
        ("/boards/plan?year=2026", "（截至 2026-06-30）", true),
        ("/boards/plan?year=2026&as_of=2026-03-31", "（截至 2026-03-31）", true),
        ("/boards/plan?year=2025", "（截至 ", false),
        ("/indicators/I-02/figure?year=2026", "截止日 2026-06-30 24:00（本年未结束，按今天计算）", true),
        ("/indicators/I-02/figure?year=2025", "时点指标取 2025-12-31 24:00", true),
        ("/plans/qinhuangdao?year=2026", "按今天计算", true),
    ];
    for (path, words, there) in rows {
        assert_eq!(shown(&world, &officer, path).await.contains(words), there, "{path}");
    }
    let months = world.get(&officer, "/exams/capacity?year=2026").await.text;
    let december = "/indicators/I-13/figure?year=2026&amp;as_of=2026-12-31&amp;which=denominator&amp;month=2026-12#units";
    assert!(months.contains(december), "people due are told up to the end of the year, each month opens its own");
}

#[tokio::test]
async fn pages_keep_the_content_security_policy() {
    let (world, officer) = small_city().await;
    for path in ["/plans", "/plans/qinhuangdao?year=2020", "/plans/qinhuangdao/I-02?year=2020", "/indicators", "/indicators/I-14"] {
        let reply = world.get(&officer, path).await;
        assert!(!reply.text.contains(" style=\"") && !reply.text.contains("<style") && !reply.text.contains(" onclick="), "{path}");
        for script in reply.text.split("<script").skip(1) {
            let head = script.split('>').next().unwrap_or_default();
            assert!(head.contains("src=") || head.contains("application/json"), "{path}: {head}");
        }
    }
}
