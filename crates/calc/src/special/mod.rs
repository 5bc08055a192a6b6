//! Special functions, tested alone before anything stands on them.

mod normal;

pub(crate) use normal::{normal_cdf, normal_pdf, normal_quantile, normal_sf};
