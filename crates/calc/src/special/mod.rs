//! Special functions, tested alone before anything stands on them.

mod normal;

#[expect(unused_imports, reason = "the statistics to come stand on them")]
pub(crate) use normal::{normal_cdf, normal_pdf, normal_quantile, normal_sf};
