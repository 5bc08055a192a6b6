//! The score of an employer's risk profile (用人单位风险画像评分).
//!
//! Source: the platform's own design (domain D.4). It orders work lists and is never a ground for a penalty.

/// What the score is made of.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Profile {
    /// Comprehensive risk: 甲 0.2, 乙 0.6, 丙 1; `None` when it has not been assessed.
    pub comprehensive: Option<f64>,
    /// Posts with a measured exposure level.
    pub posts: u32,
    /// Of them at level Ⅲ (above half the limit).
    pub posts_at_3: u32,
    /// Of them at level Ⅳ (above the limit).
    pub posts_at_4: u32,
    /// Exposed workers.
    pub exposed: u32,
    /// Suspected cases.
    pub suspected: u32,
    /// Confirmed cases.
    pub confirmed: u32,
    /// Workers with a contraindication.
    pub contraindicated: u32,
    /// Overdue duties, weighted.
    pub overdue: f64,
}

/// The score and its four parts, each 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Score {
    /// Risk; `None` when it is not known.
    pub risk: Option<f64>,
    /// Exposure.
    pub exposure: f64,
    /// Health.
    pub health: f64,
    /// Management.
    pub management: f64,
    /// Least and greatest score, 0 to 100; equal when the risk is known.
    pub range: (f64, f64),
}

/// Comprehensive risk of a word: 甲 0.2, 乙 0.6, 丙 1.
#[must_use]
pub fn comprehensive(word: &str) -> Option<f64> {
    match word {
        "甲" => Some(0.2),
        "乙" => Some(0.6),
        "丙" => Some(1.0),
        _ => None,
    }
}

/// `S = 40·f_risk + 25·f_exposure + 20·f_health + 15·f_manage` (domain D.4). Without an assessed risk the score is a range from 甲 to 丙.
///
/// # Example
/// ```
/// use zhijian_calc::profile::{Profile, score};
/// let found = score(&Profile { comprehensive: Some(0.6), posts: 4, posts_at_4: 1, posts_at_3: 2, exposed: 100, suspected: 1, confirmed: 0, contraindicated: 1, overdue: 2.0 });
/// // 40·0.6 + 25·min(1, 2·0.25 + 0.5·0.5) + 20·min(1, 4/100·20) + 15·0.2
/// assert!((found.range.0 - (24.0 + 18.75 + 16.0 + 3.0)).abs() < 1e-9);
/// ```
#[must_use]
pub fn score(profile: &Profile) -> Score {
    let share = |n: u32, of: u32| if of == 0 { 0.0 } else { f64::from(n) / f64::from(of) };
    let exposure = (2.0 * share(profile.posts_at_4, profile.posts)
        + 0.5 * share(profile.posts_at_3, profile.posts))
    .min(1.0);
    let weighted = f64::from(profile.suspected) * 3.0
        + f64::from(profile.confirmed) * 5.0
        + f64::from(profile.contraindicated);
    // Cases without exposed workers on the register are the worst, not nothing.
    let health = match profile.exposed {
        0 if weighted > 0.0 => 1.0,
        0 => 0.0,
        exposed => (weighted / f64::from(exposed) * 20.0).min(1.0),
    };
    let management = (profile.overdue / 10.0).clamp(0.0, 1.0);
    let sum = |risk: f64| 40.0 * risk + 25.0 * exposure + 20.0 * health + 15.0 * management;
    let range = profile.comprehensive.map_or((sum(0.2), sum(1.0)), |risk| (sum(risk), sum(risk)));
    Score { risk: profile.comprehensive, exposure, health, management, range }
}
