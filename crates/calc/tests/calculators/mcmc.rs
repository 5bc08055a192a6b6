//! The integrated group model against long sampling runs (JAGS): see `tests/data/mcmc/README.md`.

use serde_json::{Value, json};
use zhijian_calc::registry::run;

#[test]
fn integration_agrees_with_long_mcmc_runs_within_one_percent() {
    let reference: Value =
        serde_json::from_str(include_str!("../data/mcmc/reference.json")).unwrap_or_default();
    let groups = reference.as_object().unwrap_or_else(|| panic!("reference.json"));
    assert_eq!(groups.len(), 3);
    for (name, group) in groups {
        let inputs = json!({ "data": group["data"], "oel": group["oel"], "prior": group["prior"] });
        let answer = run("stats.bayes_seg", &inputs).unwrap_or_else(|error| panic!("{name}: {error}"));
        for key in
            ["gm", "gsd", "p95", "p95_ucl70", "p95_ucl95", "ef_pct", "prob_overexposure", "prob_am_over"]
        {
            let (ours, sampled) = (answer.outputs[key].as_f64(), group[key].as_f64());
            let (Some(ours), Some(sampled)) = (ours, sampled) else { panic!("{name} {key}") };
            // A small probability is a small number of draws.
            let allowed = if sampled < 0.05 { 5e-4 } else { 0.01 * sampled };
            assert!((ours - sampled).abs() <= allowed, "{name} {key}: {ours}, sampled {sampled}");
        }
    }
}
