//! Tasks of every plan: what the plan's text names is entered once, with its place, words and departments.

use super::shown;
use super::world::World;
use super::world::reading::main_text;
use axum::http::StatusCode;
use serde_json::json;

/// Plan, its region, number of tasks, and what its page says of one of them.
const PLANS: [(&str, &str, usize, &[&str]); 5] = [
    (
        "qinhuangdao",
        "130300",
        68,
        &[
            "四、组织实施（五）实施监测评估，完成规划任务",
            "开展2023年中期评估 四（五） | 联席会议（领导小组）及其办公室 规划列明 | 2023 2023年中期评估",
        ],
    ),
    (
        "xinyang",
        "411500",
        59,
        &[
            "三、主要任务（三）建设健康企业，培育健康“细胞”",
            "将规划约束性指标分解到年度，明确分工，加强督导检查 四（四） | 各县（区） 规划列明 | 2025",
        ],
    ),
    (
        "wanzhou",
        "500101",
        72,
        &["六、督导与评价", "在尘肺病患者达80人以上的乡镇或街道建设康复站 四（五）第2条；专栏3建设内容 · 专栏3 职业健康技术支撑体系建设"],
    ),
    (
        "jinnan",
        "120112",
        39,
        &["四、保障措施（一）加强组织领导，压实工作责任", "国有资产监管部门；市场监管部门；医疗保障部门；工会 规划列明"],
    ),
    (
        "baisha",
        "469025",
        37,
        &[
            "三、主要任务（六）积极推进职业健康社会共治",
            "规范用工管理，劳动合同明确职业危害防护内容 三（四） | 人力资源社会保障部门 按任务内容归口",
        ],
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn rq_159_tasks_of_every_plan_are_entered_once_with_place_and_departments() {
    let world = World::new().await;
    for (plan, region, count, lines) in PLANS {
        let officer = world.sign_in(&format!("officer-{plan}"), &["R02", "R03"], region, "").await;
        let page = format!("/plans/{plan}/tasks");
        let before = shown(&world, &officer, &page).await;
        assert!(before.contains(&format!("的 {count} 项任务还没有登记")), "{plan}: {before}");
        assert!(before.contains("按任务内容归口，未注明出处"), "{plan}: {before}");
        for _ in 0..2 {
            let reply = world.form(&officer, &page, &[("region", region)]).await;
            assert_eq!(reply.status, StatusCode::SEE_OTHER, "{plan}: {}", main_text(&reply.text));
        }
        let after = shown(&world, &officer, &page).await;
        assert!(after.contains(&format!("未开始 {count} 项")), "{plan}: {after}");
        assert!(!after.contains("还没有登记"), "{plan}: {after}");
        for line in lines {
            assert!(after.contains(line), "{plan}: {line} in {after}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn departments_are_settled_by_the_officer_and_then_no_longer_called_a_reading() {
    let world = World::new().await;
    let officer = world.sign_in("settling", &["R02", "R03"], "469025", "").await;
    let task = json!({
        "plan": "baisha", "county": "469025", "task_no": "3.4.02", "section": "三、主要任务（四）严格落实职业病救助保障措施",
        "task": "规范用工管理", "source": "三（四）", "departments": ["hrss", "union"], "leader": "hrss", "departments_basis": "已核定",
        "indicators": ["I-17"], "box": null, "status": "planned", "progress": 0, "evidence": null, "evidence_on": null
    });
    world.file(&officer, "plan_task", &task).await;
    let page = shown(&world, &officer, "/plans/baisha/tasks").await;
    assert!(page.contains("人力资源社会保障部门；工会 已核定"), "{page}");
    assert!(page.contains("的 36 项任务还没有登记"), "what is there is not entered again: {page}");
}
