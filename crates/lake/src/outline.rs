//! `in_outline(region, lon, lat)` for queries: whether a place lies in the county that a record names. NULL where no outline is known.

use std::sync::{Arc, LazyLock};

use datafusion::{
    arrow::{
        array::{Array, AsArray, BooleanArray},
        datatypes::{DataType, Float64Type},
    },
    common::{cast, exec_err},
    logical_expr::{ColumnarValue, ScalarUDF, Volatility, create_udf},
};
use zhijian_kinds::Outlines;

/// Name in queries.
pub(crate) const NAME: &str = "in_outline";

/// Outlines that are read when a place is first judged: most commands judge none.
pub(crate) type Own = Arc<LazyLock<Outlines, Box<dyn FnOnce() -> Outlines + Send>>>;

/// The function, by the office's own outlines, or by those that are built in where there is none.
pub(crate) fn function(own: Option<Own>) -> ScalarUDF {
    let judge = move |given: &[ColumnarValue]| match own.as_ref().filter(|own| !own.is_empty()) {
        Some(own) => judge(own, given),
        None => judge(Outlines::embedded(), given),
    };
    let takes = vec![DataType::Utf8, DataType::Float64, DataType::Float64];
    create_udf(NAME, takes, DataType::Boolean, Volatility::Immutable, Arc::new(judge))
}

fn judge(outlines: &Outlines, given: &[ColumnarValue]) -> datafusion::error::Result<ColumnarValue> {
    let columns = ColumnarValue::values_to_arrays(given)?;
    let [regions, lons, lats] = columns.as_slice() else { return exec_err!("{NAME} takes a region, a longitude and a latitude") };
    let regions = cast::as_string_array(regions)?;
    let (lons, lats) = (lons.as_primitive::<Float64Type>(), lats.as_primitive::<Float64Type>());
    let told: BooleanArray = (0..regions.len())
        .map(|i| {
            let known = regions.is_valid(i) && lons.is_valid(i) && lats.is_valid(i);
            known.then(|| outlines.holds(regions.value(i), lons.value(i), lats.value(i))).flatten()
        })
        .collect();
    Ok(ColumnarValue::Array(Arc::new(told)))
}
