"""Times the indicator queries of a lake in DuckDB: the same SQL over the same Parquet files.

Usage: duckdb_lake.py FOLDER   (made by the example `scale` of the lake crate)
Prints the median of three warm runs a query, and their sum.
"""
import json
import pathlib
import re
import statistics
import sys
import time

import duckdb

folder = pathlib.Path(sys.argv[1])
db = duckdb.connect()
columns = json.loads((folder / "columns.json").read_text())
types = {"Utf8": "VARCHAR", "Int64": "BIGINT", "Int32": "INTEGER", "Float64": "DOUBLE", "Boolean": "BOOLEAN", "Date32": "DATE"}
for table, files in json.loads((folder / "files.json").read_text()).items():
    if files:
        db.execute(f'CREATE VIEW "{table}" AS SELECT * FROM read_parquet({files!r}, union_by_name = true)')
        known = {c[0] for c in db.execute(f'DESCRIBE "{table}"').fetchall()}
        if {"recorded_to", "retracted"} <= known:
            db.execute(f'CREATE OR REPLACE VIEW "{table}" AS SELECT * FROM read_parquet({files!r}, union_by_name = true) WHERE recorded_to IS NULL AND NOT retracted')
    elif table in columns:
        fields = ", ".join(f'CAST(NULL AS {types.get(kind, "VARCHAR")}) AS "{name}"' for name, kind in columns[table])
        db.execute(f'CREATE VIEW "{table}" AS SELECT {fields} WHERE FALSE')

total = 0.0
for path in sorted((folder / "sql").glob("*.sql")):
    query = f"SELECT COUNT(*), SUM(num), SUM(den) FROM ({path.read_text().rstrip().rstrip(';')}) WHERE region LIKE '13%'"
    times = []
    try:
        for _ in range(4):
            start = time.perf_counter()
            db.execute(query).fetchall()
            times.append((time.perf_counter() - start) * 1000)
    except duckdb.Error as error:
        print(f"{path.stem:6} not run: {str(error).splitlines()[0][:100]}")
        continue
    median = statistics.median(times[1:])
    total += median
    print(f"{path.stem:6} {median:8.1f} ms")
print(f"sum    {total:8.1f} ms (DuckDB {duckdb.__version__})")
