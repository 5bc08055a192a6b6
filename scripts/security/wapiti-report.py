#!/usr/bin/env python3
"""Prints what a report of wapiti holds and ends with failure when a finding is not explained.

usage: wapiti-report.py REPORT EXPLAINED

EXPLAINED has one line for each explanation: category, a regular expression for method, path and parameter, and the reason, parted by tabs.
"""
import collections
import json
import re
import sys

report = json.load(open(sys.argv[1], encoding="utf-8"))
lines = [line.rstrip("\n").split("\t") for line in open(sys.argv[2], encoding="utf-8") if line.strip() and not line.startswith("#")]
explained = [(category, re.compile(pattern), reason) for category, pattern, reason in lines]
told, unknown = collections.Counter(), []
for part in ("vulnerabilities", "anomalies"):
    for category, found in report.get(part, {}).items():
        for one in found:
            what = f"{one.get('method', '')} {one.get('path', '')} {one.get('parameter') or ''}".rstrip()
            reason = next((r for c, p, r in explained if c == category and p.search(what)), None)
            if reason:
                told[(category, reason)] += 1
            else:
                unknown.append(f"{category}: {what.strip()}: {one.get('info', '')}")
print(f"wapiti {sys.argv[1].rsplit('/', 1)[-1]}: "
      f"{sum(told.values())} findings explained, {len(unknown)} not")
for (category, reason), count in told.items():
    print(f"  explained {count} x {category}: {reason}")
for line in unknown[:40]:
    print(f"  NOT EXPLAINED {line}")
sys.exit(1 if unknown else 0)
