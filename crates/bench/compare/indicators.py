"""Times all indicators of all plans in our lake, in DuckDB and in PostgreSQL: the same SQL over the same rows.

Usage: indicators.py SCALE FOLDER THOUSANDS [--runs N] [--postgres URL] [--postgres-runs N] [--json FILE]

SCALE is the example `scale` of the lake crate, FOLDER where it keeps (or makes) a lake of THOUSANDS thousand records.
The engines take turns query by query, so that whatever else the machine does hits all alike; the first run is not
counted, then the median is taken. Each engine has the threads of two cores. DuckDB reads the lake's Parquet files with
the partitions and the metadata cache that it supports; PostgreSQL holds the same rows in tables that were loaded by COPY,
analysed and indexed. All engines must give the same counts.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import time

import duckdb

from postgres import Postgres

THREADS = 2


def cpu_ms(pid):
    """CPU time of a process so far; threads that have ended are not in it."""
    return sum(int((task / "schedstat").read_text().split()[0]) for task in pathlib.Path(f"/proc/{pid}/task").iterdir()) / 1e6


def totals(question):
    sql = question["sql"].rstrip().rstrip(";")
    return f"SELECT COUNT(*), COALESCE(SUM(num), 0), COALESCE(SUM(den), 0) FROM ({sql}) AS units WHERE region LIKE '{question['region']}%'"


class Ours:
    name = "zhijian"

    def __init__(self, scale, folder, thousands):
        self.process = subprocess.Popen([scale, folder, thousands, "--ask"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout.readline() == "ready\n"

    def ask(self, line):
        before = cpu_ms(self.process.pid)
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        answer["cpu"] = cpu_ms(self.process.pid) - before
        return answer

    def run(self, question):
        answer = self.ask("question " + question["name"])
        return answer["ms"], answer["cpu"], (answer["units"], answer["numerator"])


class Duck:
    name = "duckdb"

    def __init__(self, folder, pid):
        self.pid = pid
        self.db = duckdb.connect()
        self.db.execute(f"SET threads = {THREADS}")
        self.db.execute("SET parquet_metadata_cache = true")
        columns = json.loads((folder / "columns.json").read_text())
        for table, files in json.loads((folder / "files.json").read_text()).items():
            hive = "hive_partitioning = true, hive_types = {'region': VARCHAR, 'year': BIGINT}" if files and "region=" in files[0] else "hive_partitioning = false"
            if files:
                self.db.execute(f'CREATE VIEW "{table}" AS SELECT * FROM read_parquet({files!r}, {hive})')
            else:
                fields = ", ".join(f'CAST(NULL AS {TYPES[kind]}) AS "{name}"' for name, kind in columns[table])
                self.db.execute(f'CREATE VIEW "{table}" AS SELECT {fields} WHERE FALSE')

    def run(self, question):
        query, before, start = totals(question), cpu_ms(self.pid), time.perf_counter()
        (units, numerator, _), = self.db.execute(query).fetchall()
        return (time.perf_counter() - start) * 1000, cpu_ms(self.pid) - before, (units, float(numerator))


TYPES = {"Text": "VARCHAR", "Listed": "VARCHAR", "Json": "VARCHAR", "Integer": "BIGINT", "Number": "DOUBLE PRECISION",
         "Boolean": "BOOLEAN", "Date": "DATE", "Instant": "BIGINT"}


def compare(engines, questions, runs):
    """Median of milliseconds and of CPU milliseconds, and the answer, by engine and question."""
    times = {(e.name, q["name"]): [] for e in engines for q in questions}
    for turn in range(runs + 1):
        for question in questions:
            for engine in engines[::1 if turn % 2 else -1]:
                known = times[engine.name, question["name"]]
                # What was given up once is not tried again.
                taken = known[-1] if known and known[-1][2] is None else engine.run(question)
                if turn > 0 or taken[2] is None:
                    known.append(taken)
        print(f"run {turn} of {runs}", file=sys.stderr)
    return {key: (statistics.median(t[0] for t in taken), statistics.median(t[1] for t in taken), taken[-1][2]) for key, taken in times.items()}


def same(a, b):
    return a[0] == b[0] and abs(a[1] - b[1]) <= 1e-6 * max(1.0, abs(a[1]))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("scale")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("thousands")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--postgres")
    parser.add_argument("--postgres-runs", type=int, default=3)
    parser.add_argument("--only", help="names of questions, separated by commas")
    parser.add_argument("--json", type=pathlib.Path)
    args = parser.parse_args()

    ours = Ours(args.scale, str(args.folder), args.thousands)
    questions = json.loads((args.folder / "questions.json").read_text())
    if args.only:
        questions = [q for q in questions if q["name"] in args.only.split(",")]
    engines = [ours, Duck(args.folder, "self")]
    found = compare(engines, questions, args.runs)
    plans = sorted({p for q in questions for p in q["plans"]}) if not args.only else []
    whole = {p: statistics.median(ours.ask("plan " + p)["ms"] for _ in range(args.runs)) for p in plans}
    ours.ask("memory")
    for plan in plans:
        ours.ask("plan " + plan)
    peak = ours.ask("memory")["peak_mb"]
    if args.postgres:
        postgres = Postgres(args.postgres)
        postgres.load(args.folder, TYPES)
        engines.append(postgres)
        found |= compare([postgres], [dict(q, query=totals(q)) for q in questions], args.postgres_runs)

    report(args, engines, questions, found, whole, peak)
    if args.json:
        rows = [{"question": q["name"], "plans": q["plans"]} | {e.name: found[e.name, q["name"]] for e in engines} for q in questions]
        args.json.write_text(json.dumps({"rows": rows, "plans": whole, "peak_mb": peak}, indent=1))


def report(args, engines, questions, found, whole, peak):
    names = [e.name for e in engines]
    others = names[1:]
    print(f"{args.thousands} thousand records, {args.runs} runs, DuckDB {duckdb.__version__}")
    print(f"{'':18}" + "".join(f"{n:>12}" for n in names) + f"{'cpu':>10}{'duck cpu':>10}" + "".join(f"{'/ ' + n:>12}" for n in others) + "  units, numerator")

    def line(name, ms, tail="", cpu=None):
        cpu = f"{cpu[0]:10.1f}{cpu[1]:10.1f}" if cpu else " " * 20
        print(f"{name:18}" + "".join(f"{ms[n]:12.1f}" for n in names) + cpu + "".join(f"{ms['zhijian'] / ms[n]:12.3f}" for n in others) + tail)

    def summed(chosen, which=0):
        return {n: sum(found[n, q["name"]][which] for q in chosen) for n in names}

    wrong = []
    for q in questions:
        answers = {n: found[n, q["name"]][2] for n in names}
        given_up = [n for n in others if answers[n] is None]
        differs = [n for n in others if n not in given_up and not same(answers["zhijian"], answers[n])]
        wrong += [f"{q['name']}: {answers}"] if differs else []
        line(q["name"], {n: found[n, q["name"]][0] for n in names}, f"  {answers['zhijian']}" + "".join(f" given up: {n}" for n in given_up), [found[n, q["name"]][1] for n in names[:2]])
    default = [q for q in questions if " " not in q["name"]]
    cpu = summed(default, 1)
    line("all by default", summed(default), cpu=[cpu["zhijian"], cpu["duckdb"]])
    for plan, ms in whole.items():
        chosen = [q for q in questions if plan in q["plans"]]
        line(f"{plan} ({len(chosen)})", summed(chosen), "  sum of its queries")
        line("  as a whole", summed(chosen) | {"zhijian": ms}, "  our evaluation of the plan, at once")
    print(f"most memory of our process while plans were evaluated: {peak} MB")
    if wrong:
        sys.exit("different answers:\n" + "\n".join(wrong))


if __name__ == "__main__":
    main()
