//! Exposure statistics: lognormal description, tolerance limits, censored data, compliance decisions.
//!
//! Sources: EN 689:2018; the AIHA exposure assessment strategy; Ganser & Hewett 2010; Helsel 2012; Lavoué et al. 2019
//! (Expostats) and McNally et al. 2014 (WebExpo); Rappaport 1991; Hewett & Ganser 1997.
//! Natural logarithms throughout: y = ln x, ȳ their mean, s their standard deviation with n − 1.

mod bayes;
mod beta;
mod censored;
mod decision;
mod descriptive;
mod mle;
mod observation;
mod paper;
mod ros;
mod shapiro;
mod tolerance;
mod variance;

pub use bayes::{Posterior, Prior, posterior};
pub use beta::{BetaSubstitution, beta_substitution};
pub use censored::Lognormal;
pub use decision::{Compliance, Decision, Stage, aiha_band, en689};
pub use descriptive::{Summary, summary};
pub use mle::{Fit, fit_lognormal};
pub use observation::{Observation, ParseObservationError};
pub use paper::{Place, paper_line, probability_paper};
pub use ros::{Ros, robust_ros};
pub use shapiro::shapiro_wilk;
pub use tolerance::{Exceedance, exceedance_limits, tolerance_k, upper_tolerance_limit};
pub use variance::{Components, variance_components};

use crate::registry::Calculator;

/// z of the 95th percentile.
pub(crate) const Z95: f64 = 1.644_853_626_951_472_2;

/// The calculators of section B.
pub(crate) const CALCULATORS: &[&Calculator] = &[
    &descriptive::DESCRIPTIVE,
    &tolerance::UTL,
    &tolerance::K_FACTOR,
    &tolerance::EXCEEDANCE_CI,
    &censored::CENSORED,
    &decision::EN689,
    &shapiro::SHAPIRO_LOG,
    &decision::AIHA_BAND,
    &bayes::BAYES_SEG,
    &decision::BAYES_DECISION,
    &variance::VARIANCE_COMPONENTS,
];

pub(crate) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / count(values)
}

/// Standard deviation with n − 1.
pub(crate) fn sd(values: &[f64]) -> f64 {
    let centre = mean(values);
    (values.iter().map(|v| (v - centre).powi(2)).sum::<f64>() / (count(values) - 1.0)).sqrt()
}

#[expect(clippy::cast_precision_loss, reason = "lists are far shorter than 2^53")]
pub(crate) fn count<T>(values: &[T]) -> f64 {
    values.len() as f64
}
