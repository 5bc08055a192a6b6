//! The steps and the fields of each.

use crate::forms::fillable;
use zhijian_kinds::{Field, Kind};

/// A step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// In addresses.
    pub slug: &'static str,
    /// Title.
    pub title: &'static str,
    /// What it asks, in one sentence.
    pub lead: &'static str,
}

/// The steps in order.
pub const STEPS: [Step; 7] = [
    Step {
        slug: "unit", title: "单位情况", lead: "核对单位的名称、地址、行业、规模、职工人数和职业卫生管理情况。"
    },
    Step {
        slug: "process", title: "工艺与物料", lead: "写下生产什么、怎样生产、用到哪些原辅材料；下一步据此提示可能存在的危害因素。"
    },
    Step {
        slug: "hazards", title: "危害因素", lead: "从提示中勾选现场确实存在的因素，或自己补充；拿不准的以检测或现场识别为准。"
    },
    Step { slug: "posts", title: "岗位与接害人数", lead: "各作业场所有哪些因素、多少人接触。" },
    Step { slug: "test", title: "检测", lead: "本申报周期内工作场所职业病危害因素检测的情况。" },
    Step { slug: "exam", title: "体检", lead: "本申报周期内接害劳动者职业健康检查的情况。" },
    Step { slug: "check", title: "核对提交", lead: "还缺什么、有哪些疑问，核对后提交。" },
];

/// The step with a slug, with its place.
#[must_use]
pub fn step(slug: &str) -> Option<(usize, Step)> {
    STEPS.iter().copied().enumerate().find(|(_, step)| step.slug == slug)
}

/// Slug of the step that asks for a field; `None` for what the office fills in.
#[must_use]
pub fn of(field: &Field) -> Option<&'static str> {
    Some(match (field.group.as_str(), field.path.as_str()) {
        (_, "products") | ("工艺与物料", _) => "process",
        ("申报" | "基本情况", _) => "unit",
        ("危害因素种类", path) if path == "exposed_total" || path.starts_with("exposed_by_class") || path.starts_with("key_exposed") => {
            "posts"
        }
        ("危害因素种类", _) => "hazards",
        ("危害因素分布", _) => "posts",
        ("本周期检测", _) => "test",
        ("职业健康监护", _) => "exam",
        ("附件", _) => "check",
        _ => return None,
    })
}

/// Fields of a step that are asked of this type of declaration.
pub fn fields<'a>(kind: &'a Kind, slug: &'a str, decl_type: &'a str) -> impl Iterator<Item = &'a Field> + Clone {
    let changing = matches!(decl_type, "2" | "4");
    fillable(kind)
        .filter(move |field| of(field) == Some(slug))
        .filter(move |field| changing || !matches!(field.path.as_str(), "change_kind" | "changed_on" | "change_reason"))
        .filter(|field| !matches!(field.path.as_str(), "reported_county" | "reported_town"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use zhijian_kinds::Catalogue;

    #[test]
    fn every_field_of_a_declaration_is_asked_in_one_step_or_left_to_the_office() {
        let catalogue = Catalogue::embedded();
        let kind = catalogue.kind("declaration");
        assert!(kind.is_some());
        if let Some(kind) = kind {
            let left: Vec<&str> = fillable(kind).filter(|f| of(f).is_none()).map(|f| f.group.as_str()).collect();
            assert!(left.iter().all(|group| *group == "受理"), "{left:?}");
            for step in STEPS {
                assert!(fields(kind, step.slug, "3").next().is_some(), "{} asks nothing", step.title);
            }
        }
    }
}
