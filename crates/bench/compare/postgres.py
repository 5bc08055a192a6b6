"""PostgreSQL as a rival of the lake: loads a lake's rows and times queries through one session of psql.

Its planner takes nested loops for some of the queries, which are quadratic; so a query is given up after LIMIT seconds.
"""
import json
import pathlib
import subprocess
import tempfile

import duckdb


LIMIT = 60


class Postgres:
    name = "postgresql"

    def __init__(self, url):
        self.url = url
        self.psql = subprocess.Popen(["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.say("\\timing on")

    def say(self, command):
        """Lines that psql prints in answer."""
        self.psql.stdin.write(command + "\n\\echo done\n")
        self.psql.stdin.flush()
        lines = []
        while (line := self.psql.stdout.readline()) != "done\n":
            if not line:
                raise SystemExit(f"PostgreSQL refused: {command[:2000]}")
            lines.append(line.rstrip("\n"))
        return lines

    def load(self, folder, types):
        """Tables as the lake has them, an index of ids, and the one by which offices look: region and year."""
        columns = json.loads((folder / "columns.json").read_text())
        for table, files in json.loads((folder / "files.json").read_text()).items():
            fields = ", ".join(f'"{name}" {types[kind]}' for name, kind in columns[table])
            self.say(f'CREATE TABLE "{table}" ({fields});')
            for batch in (files[i : i + 10] for i in range(0, len(files), 10)):
                with tempfile.NamedTemporaryFile(suffix=".csv", dir=folder) as csv:
                    pathlib.Path(csv.name).chmod(0o644)
                    names = ", ".join(f'"{name}"' for name, _ in columns[table])
                    duckdb.execute(f"COPY (SELECT {names} FROM read_parquet({batch!r}, hive_partitioning = false)) TO '{csv.name}' (FORMAT csv, HEADER false)")
                    self.say(f"\\copy \"{table}\" FROM '{csv.name}' (FORMAT csv)")
            known = {name for name, _ in columns[table]}
            if {"region", "year"} <= known:
                self.say(f'CREATE INDEX ON "{table}" (region, year); CREATE INDEX ON "{table}" (id);')
        self.say("VACUUM ANALYZE;")
        self.say(f"\\set ON_ERROR_STOP off\nSET statement_timeout = '{LIMIT}s';")

    def run(self, question):
        """Milliseconds, no CPU time, units and numerator; `None` for those when the query was given up."""
        *answer, took = self.say(question["query"] + ";")
        if not answer:
            return LIMIT * 1000.0, 0.0, None
        units, numerator, _ = answer[0].split("|")
        return float(took.split()[1]), 0.0, (int(units), float(numerator))
