//! `ergo.nmq`: the Nordic questionnaire of musculoskeletal trouble (group prevalences).

use serde_json::Value;

use crate::{
    registry::{Answer, Args, CalcError, Calculator, Field, Out},
    tables::Status,
    workplace::wilson,
};

const REGIONS: [&str; 9] = [
    "neck",
    "shoulders",
    "elbows",
    "wrists_hands",
    "upper_back",
    "lower_back",
    "hips_thighs",
    "knees",
    "ankles_feet",
];
/// Trouble in 12 months; prevented from work in 12 months; trouble in 7 days.
const QUESTIONS: [&str; 3] = ["trouble_12m", "prevented_12m", "trouble_7d"];

/// One region of one respondent: yes, no or blank for each question. A blank is missing, not “no”.
type Region = [Option<bool>; 3];

const fn region(key: &'static str, meaning: &'static str) -> Field {
    Field::optional(key, "", meaning)
}

pub(crate) static NMQ: Calculator = Calculator {
    id: "ergo.nmq",
    title: "肌肉骨骼症状（北欧问卷）患病率",
    inputs: &[Field::list(
        "respondents",
        "各受访者；每个部位为 {trouble_12m, prevented_12m, trouble_7d}，空白为缺失",
        &[
            region("neck", "颈"),
            region("shoulders", "肩"),
            region("elbows", "肘"),
            region("wrists_hands", "腕/手"),
            region("upper_back", "上背"),
            region("lower_back", "下背"),
            region("hips_thighs", "髋/大腿"),
            region("knees", "膝"),
            region("ankles_feet", "踝/足"),
        ],
    )],
    outputs: &[
        Field::required("n", "", "受访者"),
        Field::required("regions", "", "各部位各问题的 yes、answered、prevalence、wilson"),
        Field::required("any", "", "任一部位"),
        Field::required("any_flags", "", "各受访者 12 个月内任一部位有症状；全部缺失为空"),
    ],
    formula: "患病率 = 是/已答；区间 Wilson 95 %",
    source: "Kuorinka et al. 1987",
    status: Status::Firm,
    version: 1,
    run,
};

fn run(args: &Args<'_>) -> Result<Answer, CalcError> {
    let mut people: Vec<[Region; 9]> = Vec::new();
    for item in args.items("respondents")? {
        let mut person = [[None; 3]; 9];
        for (place, name) in REGIONS.iter().enumerate() {
            person[place] = read(&item, name)?;
        }
        people.push(person);
    }
    let any = |person: &[Region; 9], question: usize| {
        let answered = || person.iter().filter_map(|region| region[question]);
        answered().next().is_some().then(|| answered().any(|yes| yes))
    };
    let by_question = |answers: &dyn Fn(usize) -> Vec<Option<bool>>| {
        QUESTIONS.iter().enumerate().map(|(q, name)| (name, share(&answers(q)))).collect::<Out>()
    };
    let regions = REGIONS.iter().enumerate().map(|(place, name)| {
        (name, by_question(&|q| people.iter().map(|person| person[place][q]).collect()))
    });
    Ok(Answer::new()
        .with("n", people.len())
        .with("regions", regions.collect::<Out>())
        .with("any", by_question(&|q| people.iter().map(|person| any(person, q)).collect()))
        .with("any_flags", people.iter().map(|person| any(person, 0)).collect::<Vec<_>>()))
}

/// Yes among the answered, with its interval.
fn share(answers: &[Option<bool>]) -> Out {
    let answered = answers.iter().flatten().count();
    let yes = answers.iter().flatten().filter(|yes| **yes).count();
    let interval = wilson(yes as u64, answered as u64, 0.95);
    #[expect(clippy::cast_precision_loss, reason = "counts of people")]
    let prevalence = (answered > 0).then(|| yes as f64 / answered as f64);
    [
        ("yes", Out::from(yes)),
        ("answered", Out::from(answered)),
        ("prevalence", Out::from(prevalence)),
        ("wilson", Out::from(interval)),
    ]
    .into_iter()
    .collect()
}

fn read(item: &Args<'_>, region: &str) -> Result<Region, CalcError> {
    let answers = match item.value(region) {
        None => return Ok([None; 3]),
        Some(Value::Object(answers)) => answers,
        Some(_) => return Err(item.invalid(region)),
    };
    if let Some(other) = answers.keys().find(|key| !QUESTIONS.contains(&key.as_str())) {
        return Err(CalcError::invalid(format!("{}.{other}", item.path_of(region))));
    }
    let mut read = [None; 3];
    for (place, question) in QUESTIONS.iter().enumerate() {
        read[place] = match answers.get(*question) {
            None | Some(Value::Null) => None,
            Some(Value::Bool(yes)) => Some(*yes),
            Some(_) => return Err(CalcError::invalid(format!("{}.{question}", item.path_of(region)))),
        };
    }
    Ok(read)
}
