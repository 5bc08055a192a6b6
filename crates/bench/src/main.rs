//! Benches that print ratios against the raw limit of the same run.
//!
//! `cargo run --release -p zhijian-bench -- import [ROWS]`: exam cards with full validation into SQLite (and PostgreSQL when
//! `ZHIJIAN_TEST_POSTGRES` names one), against the same rows through `sqlite3 .import` and `psql \copy`.
//! `cargo run --release -p zhijian-bench -- pages [ROWS]`: list pages over many records.
//! `cargo run --release -p zhijian-bench -- audit [LINES]`: verification of the audit chain, against SM3 over the same bytes.
//! `cargo run --release -p zhijian-bench -- access [ROWS]`: what the access check adds to a list page and to a bulk import, on and off
//! in turns of one run.
//! `cargo run --release -p zhijian-bench -- hj212 [FRAMES]`: frames a second out of a byte stream on one core, against looking at each byte once and
//! summing the same data.
//! `cargo run --release -p zhijian-bench -- readings [ROWS] [CONNECTIONS …]`: durable readings a second through MQTT and HJ 212 over so many connections
//! (1000), against the store alone and against mosquitto with persistence; the way to a page at the devices' own pace; memory. More connections than files
//! may be open (`ulimit -n`) fail.
//! `cargo run --release -p zhijian-bench -- device-year [DEVICES]`: a year of a device for a chart, beside reading by reading.
//! `cargo run --release -p zhijian-bench -- work [ROWS]`: a declaration with 200 posts, the questions of a desk, all duties computed anew.
//! `cargo run --release -p zhijian-bench -- seal [RECORDS]`: private fields sealed and opened a second and core, against the raw cipher.

#![allow(clippy::print_stdout, clippy::expect_used, reason = "a measuring tool talks to its terminal and stops at the first surprise")]

/// As in the product.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

mod access;
mod audit;
mod cards;
mod deployment;
mod hj212;
mod import;
mod pages;
mod raw;
mod readings;
mod seal;
mod work;

fn main() -> anyhow::Result<()> {
    let mut args = std::env::args().skip(1);
    let what = args.next().unwrap_or_default();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    if what == "readings-clients" {
        return runtime.block_on(readings::clients::main(args));
    }
    let given: Option<usize> = args.next().map(|n| n.parse()).transpose()?;
    let rows = given.unwrap_or(100_000);
    match what.as_str() {
        "import" => runtime.block_on(import::run(rows)),
        "pages" => runtime.block_on(pages::run(rows)),
        "hj212" => hj212::run(rows),
        "access" => runtime.block_on(access::run(rows)),
        "audit" => runtime.block_on(audit::run(rows)),
        "readings" => {
            let mut connections = args.map(|n| n.parse()).collect::<Result<Vec<usize>, _>>()?;
            if connections.is_empty() {
                connections.push(1000);
            }
            runtime.block_on(readings::run(rows, &connections))
        }
        "device-year" => runtime.block_on(readings::year(given.unwrap_or(3))),
        "seal" => seal::run(rows),
        "work" => runtime.block_on(work::run(rows)),
        _ => anyhow::bail!(
            "access [ROWS] | audit [LINES] | device-year [DEVICES] | hj212 [FRAMES] | import [ROWS] | pages [ROWS] | readings [ROWS] [CONNECTIONS …] | seal [RECORDS] | work [ROWS]"
        ),
    }
}
