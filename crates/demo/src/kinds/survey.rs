//! The yearly survey of what key workers know. The project begins in 2021: the base year has none.

use super::row;
use crate::Row;
use crate::days::{self, day, iso};
use crate::plan;
use crate::stage::Stage;
use serde_json::{Value, json};

/// Questionnaires of a year at scale 1.
const ASKED: usize = 520;
/// Questions of the synthetic key: question, kind, options, answer.
const QUESTIONS: [(&str, &str, &str, &str); 10] = [
    ("职业病防治工作的方针是", "单选", "A 预防为主、防治结合 B 先治后防 C 以治为主", "A"),
    ("劳动者享有哪些职业卫生保护权利", "多选", "A 知情 B 培训 C 检查 D 拒绝违章作业", "ABCD"),
    ("粉尘作业应佩戴", "单选", "A 纱布口罩 B 防尘口罩 C 不需要", "B"),
    ("噪声作业的职业接触限值（8 h）是 dB(A)", "单选", "A 75 B 85 C 95", "B"),
    ("职业健康检查费用由谁承担", "单选", "A 劳动者 B 用人单位 C 各半", "B"),
    ("下列属于粉尘防护措施的有", "多选", "A 湿式作业 B 密闭尘源 C 增加工时 D 佩戴防尘口罩", "ABD"),
    ("上岗前是否应做职业健康检查", "判断", "A 是 B 否", "A"),
    ("尘肺病目前能否根治", "判断", "A 能 B 不能", "B"),
    ("发现疑似职业病应", "单选", "A 隐瞒 B 提请诊断 C 调岗了事", "B"),
    ("职业病诊断可以在哪里申请", "多选", "A 用人单位所在地 B 本人户籍地 C 经常居住地 D 任意药店", "ABC"),
];

/// The key of the answers, once.
pub(crate) fn key(stage: &mut Stage<'_>, year: i32) -> Vec<Row> {
    if year != plan::FIRST || stage.last < day(year, 4, 1) {
        return Vec::new();
    }
    let question = |(n, (question, kind, options, answer)): (usize, &(&str, &str, &str, &str))| {
        row(
            json!({"item": format!("K{:02}", n + 1), "question": question, "item_kind": kind, "options": options, "answer": answer, "knowledge": true, "score": 10,
            "remark": "合成题目"}),
        )
    };
    QUESTIONS.iter().enumerate().map(question).collect()
}

/// Answers of a year.
pub(crate) fn answers(stage: &mut Stage<'_>, year: i32) -> Vec<Row> {
    let aware = plan::design(year).aware;
    let places = ["130302", "130303", "130304", "130306", "130321", "130322", "130324"];
    let mut rows = Vec::new();
    // The error of one answer is carried to the next, so that the share comes out whatever the count.
    let mut owed = 0.5;
    for n in 0..stage.scaled(ASKED) {
        let mut dice = stage.dice("survey", &format!("{year}/{n}"));
        let on = days::seasonal(&mut dice, year, &[0.0, 0.0, 0.0, 1.0, 2.0, 2.0, 1.0, 0.5, 1.0, 0.5, 0.0, 0.0]);
        let key_worker = n % 5 != 4;
        let mut given: Vec<Value> = Vec::new();
        for (k, (.., answer)) in QUESTIONS.iter().enumerate() {
            let right = if key_worker {
                owed += (aware + 0.1 * (dice.real(0.0, 1.0) - 0.5)).clamp(0.0, 1.0);
                owed >= 1.0
            } else {
                dice.chance(aware - 0.15)
            };
            if right && key_worker {
                owed -= 1.0;
            }
            let text = if right {
                *answer
            } else if *answer == "B" {
                "A"
            } else {
                "B"
            };
            given.push(json!({"item": format!("K{:02}", k + 1), "answer": text}));
        }
        if stage.reached(on).is_none() {
            continue;
        }
        let age = dice.between(20, 59);
        rows.push(row(json!({
            "questionnaire_no": format!("WJ{year}{:05}", n + 1), "surveyed_on": iso(on), "channel": "扫码", "seconds": dice.between(120, 600),
            "device": format!("SB-TEST-{year}-{n:05}"), "sampling_weight": 1, "county": places[n % places.len()], "key_worker": key_worker,
            "worker_kind": if key_worker { "接害劳动者" } else { "管理人员" }, "age": age, "sex": if dice.chance(0.7) { "1" } else { "2" },
            "industry": dice.one(&["3021", "3311", "3110", "2614", "1012"]), "work_years": dice.between(1, age - 18), "employer_size": dice.one(&["2", "3", "3", "4"]),
            "exposed": key_worker, "answers": given, "remark": "合成数据",
        })));
    }
    rows
}
