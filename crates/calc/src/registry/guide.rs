//! What a page needs to ask for the inputs of a calculator: how each is entered, a working example, what results mean.
//!
//! The data stand in `guides/<family>.json`, one entry a calculator. Pages, the API and `zhijian calc explain` are made
//! from them; a test holds ranges, options and examples against the calculators themselves.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{Calculator, Field};

/// How an input is entered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "as", rename_all = "snake_case")]
pub enum Form {
    /// One number.
    Number(Bounds),
    /// One of several values, each with its label.
    Choice {
        /// Value as the calculator takes it, label in Chinese.
        options: Vec<(Value, String)>,
    },
    /// Yes or no.
    Flag,
    /// A day, `2026-02-01`.
    Day,
    /// A name or word as the field writes it.
    Text,
    /// A list of numbers, one a line.
    Column {
        /// Tokens such as `<0.6` are taken.
        #[serde(default, skip_serializing_if = "is_false")]
        censored: bool,
        /// A day or period may stand before each number; it labels the plot.
        #[serde(default, skip_serializing_if = "is_false")]
        dated: bool,
        /// What each number may be.
        #[serde(flatten)]
        bounds: Bounds,
    },
    /// Two whole numbers.
    Pair,
    /// Shortest and longest, or a width.
    Range,
    /// Thresholds by frequency, Hz; `>90` is “no response at 90”.
    Frequencies {
        /// The frequencies.
        at: Vec<u32>,
    },
    /// Several lists of numbers, one a line.
    Groups,
    /// Yes, no or blank for each of several questions.
    Answers {
        /// Key and label of each.
        keys: Vec<(String, String)>,
    },
    /// A list of objects, one a line.
    Table {
        /// A day or period may stand before each line; it labels the plot.
        #[serde(default, skip_serializing_if = "is_false")]
        dated: bool,
    },
}

/// What a number may be.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Bounds {
    /// At least.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    /// At most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
    /// More than.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub above: Option<f64>,
    /// Less than.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub below: Option<f64>,
    /// Whole numbers only.
    #[serde(default, skip_serializing_if = "is_false")]
    pub whole: bool,
    /// Where `<0.02` may be entered: the key beside this one that takes the 0.02.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub non_detect: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
const fn is_false(flag: &bool) -> bool {
    !*flag
}

impl Bounds {
    /// Whether a number is inside.
    #[must_use]
    pub fn hold(&self, number: f64) -> bool {
        number.is_finite()
            && self.min.is_none_or(|min| number >= min)
            && self.max.is_none_or(|max| number <= max)
            && self.above.is_none_or(|above| number > above)
            && self.below.is_none_or(|below| number < below)
            && (!self.whole || number.fract() == 0.0)
    }

    /// What is expected, in Chinese: `大于 0 的数`.
    #[must_use]
    pub fn words(&self) -> String {
        let noun = if self.whole { "整数" } else { "数字" };
        let low = match (self.min, self.above) {
            (Some(min), _) => Some(format!("不小于 {min}")),
            (None, above) => above.map(|above| format!("大于 {above}")),
        };
        let high = match (self.max, self.below) {
            (Some(max), _) => Some(format!("不大于 {max}")),
            (None, below) => below.map(|below| format!("小于 {below}")),
        };
        match (self.min, self.max, low, high) {
            (Some(min), Some(max), ..) => format!("{min} 至 {max} 的{noun}"),
            (.., Some(low), Some(high)) => format!("{low}、{high} 的{noun}"),
            (.., Some(one), None) | (.., None, Some(one)) => format!("{one} 的{noun}"),
            _ => noun.to_owned(),
        }
    }
}

/// What a value of an output means.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Meaning {
    /// In Chinese.
    pub text: String,
    /// Whether it is good, calls for attention, or is bad.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tone: Option<Tone>,
}

/// How a verdict is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    /// As it should be.
    Ok,
    /// Calls for attention.
    Look,
    /// Not as it should be.
    Bad,
}

/// What is drawn beside the figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Plot {
    /// Results on lognormal probability paper with limit and percentile.
    Exposure,
    /// Thresholds or shifts by frequency.
    Audiogram,
    /// Dose by period.
    Dose,
}

/// How to use one calculator.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guide {
    /// Range of validity, in Chinese.
    pub valid: String,
    /// Short labels of inputs and outputs whose meaning opens with a list of words.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// Further words under which it is found.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub words: String,
    /// How inputs are entered, by path (`samples.c`); a plain number where nothing is said.
    #[serde(default, skip_serializing)]
    pub forms: BTreeMap<String, Form>,
    /// What values of outputs mean, by key and value.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub says: BTreeMap<String, BTreeMap<String, Meaning>>,
    /// What is drawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plot: Option<Plot>,
    /// Inputs that work.
    pub example: Map<String, Value>,
}

/// A family of calculators.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Family {
    /// Short name, `air`.
    pub id: &'static str,
    /// Title in Chinese.
    pub title: &'static str,
    #[serde(skip)]
    text: &'static str,
}

macro_rules! families {
    ($($id:literal $title:literal),* $(,)?) => {
        &[$(Family { id: $id, title: $title, text: include_str!(concat!("../../guides/", $id, ".json")) }),*]
    };
}

/// The families in the order of the handbook.
pub const FAMILIES: &[Family] = families![
    "air" "空气采样与化学物",
    "stats" "接触统计与判定",
    "noise" "噪声",
    "hearing" "听力",
    "vib" "振动",
    "heat" "高温",
    "phys" "其他物理因素",
    "grade" "作业分级",
    "rad" "放射剂量",
    "lung" "肺功能与尘肺",
    "ergo" "工效学",
    "psy" "职业紧张",
    "epi" "流行病学与预警",
    "risk" "风险评估",
];

static GUIDES: LazyLock<BTreeMap<String, (Family, Guide)>> = LazyLock::new(|| {
    let mut all = BTreeMap::new();
    for family in FAMILIES {
        // part of the build: the test below reads every file and would fail
        let entries: BTreeMap<String, Guide> = serde_json::from_str(family.text).unwrap_or_default();
        all.extend(entries.into_iter().map(|(id, guide)| (id, (*family, guide))));
    }
    all
});

static NOTHING: LazyLock<Guide> = LazyLock::new(Guide::default);

impl Calculator {
    /// How it is used.
    #[must_use]
    pub fn guide(&self) -> &'static Guide {
        GUIDES.get(self.id).map_or(&NOTHING, |(_, guide)| guide)
    }

    /// The family it belongs to.
    #[must_use]
    pub fn family(&self) -> Family {
        GUIDES.get(self.id).map_or(FAMILIES[0], |(family, _)| *family)
    }

    /// What an input or output is called: its label, else its meaning up to the first explanation.
    #[must_use]
    pub fn label(&self, field: &Field) -> &'static str {
        let short = || field.meaning.split(['；', '，', '：', '（']).next().unwrap_or(field.meaning);
        self.guide().labels.get(field.key).map_or_else(short, String::as_str)
    }

    /// How an input is entered: `path` is its key, `samples.c` for a member.
    #[must_use]
    pub fn form(&self, path: &str) -> Form {
        if let Some(form) = self.guide().forms.get(path) {
            return form.clone();
        }
        match self.inputs.iter().find(|field| field.key == path) {
            Some(field) if !field.items.is_empty() => Form::Table { dated: false },
            _ => Form::Number(Bounds::default()),
        }
    }

    /// Everything there is to know about it, as pages, API and command line give it.
    ///
    /// # Example
    /// ```
    /// let twa = zhijian_calc::registry::find("air.twa").ok_or("known")?;
    /// let told = twa.explained();
    /// assert_eq!(told["family"]["id"], "air");
    /// assert_eq!(told["inputs"][1]["form"]["as"], "choice");
    /// # Ok::<(), &str>(())
    /// ```
    #[must_use]
    pub fn explained(&self) -> Value {
        let mut told = serde_json::to_value(self).unwrap_or_default();
        told["inputs"] = self.inputs.iter().map(|field| self.told(field, "")).collect();
        told["family"] = json!(self.family());
        if let (Value::Object(told), Ok(Value::Object(guide))) =
            (&mut told, serde_json::to_value(self.guide()))
        {
            told.extend(guide);
        }
        told
    }

    fn told(&self, field: &Field, above: &str) -> Value {
        let path = if above.is_empty() { field.key.to_owned() } else { format!("{above}.{}", field.key) };
        let mut told = serde_json::to_value(field).unwrap_or_default();
        told["form"] = json!(self.form(&path));
        if !field.items.is_empty() {
            told["items"] = field.items.iter().map(|member| self.told(member, &path)).collect();
        }
        told
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_read() {
        for family in FAMILIES {
            let read: Result<BTreeMap<String, Guide>, _> = serde_json::from_str(family.text);
            assert!(read.is_ok(), "{}: {:?}", family.id, read.err());
        }
    }

    #[test]
    fn bounds_say_what_they_hold() {
        let rows = [
            (Bounds::default(), "数字"),
            (Bounds { above: Some(0.0), ..Bounds::default() }, "大于 0 的数字"),
            (Bounds { above: Some(0.0), below: Some(1.0), ..Bounds::default() }, "大于 0、小于 1 的数字"),
            (Bounds { min: Some(1.0), max: Some(4.0), whole: true, ..Bounds::default() }, "1 至 4 的整数"),
        ];
        for (bounds, expected) in rows {
            assert_eq!(bounds.words(), expected);
        }
        let whole = Bounds { min: Some(1.0), whole: true, ..Bounds::default() };
        assert!(whole.hold(1.0) && !whole.hold(1.5) && !whole.hold(0.0) && !whole.hold(f64::NAN));
    }
}
