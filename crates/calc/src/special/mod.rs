//! Special functions, tested alone before anything stands on them.
//!
//! erf, erfc and ln Γ come from `libm`; what is built on them here is checked against scipy and mpmath.

mod beta;
mod gamma;
mod noncentral_t;
mod normal;
mod solve;

pub(crate) use beta::{beta_quantile, student_two_sided};
pub(crate) use gamma::{gamma_p, poisson_limits};
pub(crate) use noncentral_t::{noncentrality_quantile, tolerance_factor};
pub(crate) use normal::{hazard_below, ln_normal_cdf, normal_cdf, normal_pdf, normal_quantile, normal_sf};
pub(crate) use solve::bisect;
