//! `ergo.owas`: Ovako working posture analysing system.

use std::sync::LazyLock;

use super::score;
use crate::{
    registry::{Answer, Args, CalcError, Calculator, Field},
    tables::{self, Status, text},
};

type Row = (u8, u8, u8, [u8; 3], String, Status);

static TABLE: LazyLock<Vec<Row>> = LazyLock::new(|| tables::rows(text::OWAS));

/// Action category 1–4 by back 1–4, arms 1–3, legs 1–7, load 1–3 (≤ 10, ≤ 20, > 20 kg), with the status of the entry.
///
/// Source: Karhu et al. 1977. Back 2, arms 2, legs 5 is printed differently in some sources and has status `verify`.
#[must_use]
pub fn owas_category(back: u8, arms: u8, legs: u8, load: u8) -> Option<(u8, Status)> {
    let row = TABLE.iter().find(|row| (row.0, row.1, row.2) == (back, arms, legs))?;
    Some((*row.3.get(usize::from(load.checked_sub(1)?))?, row.5))
}

pub(crate) static OWAS: Calculator = Calculator {
    id: "ergo.owas",
    title: "OWAS 姿势分析",
    inputs: &[
        Field::required("back", "", "背 1–4"),
        Field::required("arms", "", "臂 1–3"),
        Field::required("legs", "", "腿 1–7"),
        Field::required("load", "", "负荷 1–3：≤ 10、≤ 20、> 20 kg"),
    ],
    outputs: &[Field::required("category", "", "行动类别 1–4")],
    formula: "查表 [背][臂][腿][负荷]",
    source: "Karhu et al. 1977",
    status: Status::Firm,
    version: 1,
    run,
};

fn run(args: &Args<'_>) -> Result<Answer, CalcError> {
    let (back, arms) = (score(args, "back", 1, 4)?, score(args, "arms", 1, 3)?);
    let (legs, load) = (score(args, "legs", 1, 7)?, score(args, "load", 1, 3)?);
    let (category, status) =
        owas_category(back, arms, legs, load).ok_or_else(|| args.out_of_range("back"))?;
    Ok(Answer::new().with("category", category).warn_if(status == Status::Verify, "table_unverified"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_252_postures_have_a_category() {
        assert_eq!(TABLE.len(), 84);
        assert!(TABLE.iter().flat_map(|row| row.3).all(|category| (1..=4).contains(&category)));
        // more weight never lowers the category
        assert!(TABLE.iter().all(|row| row.3.windows(2).all(|pair| pair[0] <= pair[1])));
    }
}
