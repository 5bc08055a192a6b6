#!/usr/bin/env python3
"""Signs in to a running demo and prints what scanners need, as shell assignments: COOKIE, CSRF and TOKEN (scopes read, write, identify).

usage: credentials.py BASE LOGIN PASSWORD [SETTING=NUMBER …]

Security settings (an administrator's login) are changed before: `address_attempts=1000` lets a scanner behind one address try more often.
"""
import json
import re
import shlex
import sys
import urllib.error
import urllib.parse
import urllib.request

base, login, password = sys.argv[1:4]
settings = [tuple(pair.split("=")) for pair in sys.argv[4:]]


class Here(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


opener = urllib.request.build_opener(Here, urllib.request.ProxyHandler({}))


def send(path, body, headers):
    request = urllib.request.Request(base + path, data=body, headers=headers, method="POST")
    try:
        with opener.open(request, timeout=60) as answer:
            return answer.headers, answer.read().decode()
    except urllib.error.HTTPError as error:
        if error.code == 303:
            return error.headers, ""
        sys.exit(f"{path}: {error.code} {error.read().decode()[:200]}")


def form(path, fields):
    return send(path, urllib.parse.urlencode([("_csrf", csrf), *fields]).encode(), {"Cookie": cookie, "Origin": base})


headers, text = send("/api/v1/session", json.dumps({"login": login, "password": password}).encode(), {"Content-Type": "application/json"})
cookie = headers["Set-Cookie"].split(";")[0]
csrf = json.loads(text)["csrf"]
if settings:
    form("/security", settings)
_, page = form("/me/tokens", [("name", "扫描"), ("days", "1"), ("scopes", "read"), ("scopes", "write"), ("scopes", "identify"), ("password", password)])
found = re.search(r"zj_[0-9a-f]+", page)
if not found:
    sys.exit("no token was issued")
for name, value in (("COOKIE", cookie), ("CSRF", csrf), ("TOKEN", found.group(0))):
    print(f"{name}={shlex.quote(value)}")
