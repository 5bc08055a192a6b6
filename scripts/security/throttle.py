#!/usr/bin/env python3
"""Load test of the sign-in throttle: some thousands of wrong passwords side by side against a demo of its own on loopback.

usage: throttle.py BINARY [REQUESTS]          (from the project's folder; about two minutes)

Three storms, each from addresses of its own (X-Forwarded-For, believed because 127.0.0.1 is a declared proxy):
  accounts   five real and three unknown accounts, forty addresses
  spray      four addresses, every try another unknown account
  one        one account from one address
In each the tries let through (401) are held against the pauses of the settings. Meanwhile somebody signs in from elsewhere, an open session of an attacked
account reads a list, a stranger opens the login page, and the memory of the server is looked at. Ends with failure when something does not hold.
"""
import collections
import http.client
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time

binary = sys.argv[1]
requests = int(sys.argv[2]) if len(sys.argv) > 2 else 4000
PASSWORD = "demo-2020-zj"
FREE, ADDRESS_FREE, PAUSE, LONGEST = 5, 50, 60, 3600  # the settings' defaults
THREADS = 32
wrong = []


def check(holds, what):
    print(("ok    " if holds else "WRONG ") + what)
    if not holds:
        wrong.append(what)


def let_through(free, seconds):
    """Most tries that the pauses let through within so many seconds."""
    count, at, pause = free, 0.0, PAUSE
    while at + pause <= seconds:
        at, count, pause = at + pause, count + 1, min(pause * 2, LONGEST)
    return count


class Server:
    def __init__(self, home):
        log = open(os.path.join(home, "log"), "w")
        environment = dict(os.environ, ZHIJIAN_HOME=os.path.join(home, "data"), ZHIJIAN_PROXIES="127.0.0.1", ZHIJIAN_LOG="error")
        command = [binary, "demo", "--from", "demo/qinhuangdao-2020", "--listen", "127.0.0.1:" + os.environ.get("PORT", "0")]
        self.process = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT)
        for _ in range(300):
            found = re.search(r"服务已启动：http://127\.0\.0\.1:(\d+)/", open(log.name, encoding="utf-8").read())
            if found:
                self.port = int(found.group(1))
                return
            if self.process.poll() is not None:
                break
            time.sleep(1)
        sys.exit("the demo did not start: " + open(log.name, encoding="utf-8").read()[-500:])

    def memory(self, what="VmRSS"):
        text = open(f"/proc/{self.process.pid}/status").read()
        return int(re.search(what + r":\s+(\d+)", text).group(1)) / 1024

    def threads(self):
        return int(re.search(r"Threads:\s+(\d+)", open(f"/proc/{self.process.pid}/status").read()).group(1))

    def ask(self, method, path, body=None, headers=None):
        began = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        return answer.status, dict(answer.getheaders()), text, time.monotonic() - began

    def sign_in(self, login, password, address):
        body = json.dumps({"login": login, "password": password})
        return self.ask("POST", "/api/v1/session", body, {"Content-Type": "application/json", "X-Forwarded-For": address})


def quantiles(values):
    ordered = sorted(values)
    at = lambda share: ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000
    return f"median {at(0.5):.0f} ms, p95 {at(0.95):.0f} ms, longest {ordered[-1] * 1000:.0f} ms of {len(ordered)}"


class Bystander(threading.Thread):
    """Opens pages during a storm, as somebody who has nothing to do with it."""

    def __init__(self, server, cookie):
        super().__init__(daemon=True)
        self.server, self.cookie, self.over = server, cookie, threading.Event()
        self.times, self.bad = collections.defaultdict(list), []

    def run(self):
        while not self.over.is_set():
            for path, headers in (("/login", {}), ("/records/exam", {"Cookie": self.cookie})):
                status, _, _, took = self.server.ask("GET", path, headers=headers)
                self.times[path].append(took)
                if status != 200:
                    self.bad.append((path, status))
            time.sleep(0.2)


def storm(server, name, tries, cookie):
    """Sends the tries (login, address) side by side; the answers by login and by address, and the seconds it took."""
    todo, lock = iter(tries), threading.Lock()
    answers, passwords, peak = [], iter(range(10**9)), [0.0]

    def work():
        while True:
            with lock:
                one, number = next(todo, None), next(passwords)
            if one is None:
                return
            status, headers, _, took = server.sign_in(one[0], f"wrong-password-{number}", one[1])
            with lock:
                answers.append((one, status, took, "Retry-After" in headers or "retry-after" in headers))
                peak[0] = max(peak[0], server.memory())

    bystander = Bystander(server, cookie)
    bystander.start()
    began = time.monotonic()
    workers = [threading.Thread(target=work) for _ in range(THREADS)]
    for worker in workers:
        worker.start()
    time.sleep(1)
    honest = server.sign_in("admin", PASSWORD, "198.51.100.7")
    for worker in workers:
        worker.join()
    seconds = time.monotonic() - began
    bystander.over.set()
    bystander.join()
    by = collections.Counter(status for _, status, _, _ in answers)
    print(f"\n{name}: {len(answers)} tries in {seconds:.1f} s ({len(answers) / seconds:.0f}/s), answers {dict(by)}; "
          f"memory at most {peak[0]:.0f} MB, {server.threads()} threads")
    for path, times in sorted(bystander.times.items()):
        print(f"      {path} meanwhile: {quantiles(times)}")
    print(f"      tries that were paused: {quantiles([t for _, s, t, _ in answers if s == 429] or [0])}")
    check(set(by) <= {401, 429}, f"{name}: nothing but refused and paused")
    check(all(told for _, status, _, told in answers if status == 429), f"{name}: every pause says when to try again")
    check(honest[0] == 201, f"{name}: somebody else signs in from elsewhere meanwhile ({honest[0]}, {honest[3] * 1000:.0f} ms)")
    check(not bystander.bad, f"{name}: pages go on for open sessions, also of attacked accounts {bystander.bad[:3]}")
    through_login = collections.Counter(login for (login, _), status, _, _ in answers if status == 401)
    through_address = collections.Counter(address for (_, address), status, _, _ in answers if status == 401)
    return through_login, through_address, seconds, peak[0]


def main():
    with tempfile.TemporaryDirectory() as home:
        server = Server(home)
        try:
            run(server)
        finally:
            server.process.terminate()
            server.process.wait()
    print("\n" + ("everything holds" if not wrong else f"{len(wrong)} do not hold"))
    sys.exit(1 if wrong else 0)


def run(server):
    status, headers, text, took = server.sign_in("city", PASSWORD, "192.0.2.1")
    assert status == 201, text
    cookie = headers.get("set-cookie", headers.get("Set-Cookie", "")).split(";")[0]
    quiet = {path: [server.ask("GET", path, headers={"Cookie": cookie})[3] for _ in range(20)] for path in ("/login", "/records/exam")}
    before = server.memory()
    print(f"before: memory {before:.0f} MB; sign-in {took * 1000:.0f} ms")
    for path, times in quiet.items():
        print(f"      {path}: {quantiles(times)}")

    known = ["city", "haigang", "cdc", "inspector", "leader"]
    logins = known + ["nobody-1", "nobody-2", "nobody-3"]
    addresses = [f"203.0.113.{n}" for n in range(1, 41)]
    tries = [(logins[n % len(logins)], addresses[(n // len(logins)) % len(addresses)]) for n in range(requests)]
    by_login, _, seconds, peak = storm(server, "accounts", tries, cookie)
    most = let_through(FREE, seconds)
    check(set(by_login.values()) <= set(range(FREE, most + 1)) and len(by_login) == len(logins),
          f"accounts: of {requests // len(logins)} tries at each account {FREE} to {most} let through: {dict(by_login)}")
    check(server.sign_in("city", PASSWORD, "198.51.100.8")[0] == 429, "accounts: the right password of an attacked account waits too")

    sprayers = [f"203.0.113.{n}" for n in range(101, 105)]
    tries = [(f"guess-{n}", sprayers[n % len(sprayers)]) for n in range(requests // 4)]
    _, by_address, seconds, other = storm(server, "spray", tries, cookie)
    most = let_through(ADDRESS_FREE, seconds)
    check(set(by_address.values()) <= set(range(ADDRESS_FREE, most + 1)) and len(by_address) == len(sprayers),
          f"spray: of {len(tries) // len(sprayers)} tries from each address {ADDRESS_FREE} to {most} let through: {dict(by_address)}")

    by_login, _, seconds, third = storm(server, "one", [("employer", "203.0.113.200")] * (requests // 4), cookie)
    most = let_through(FREE, seconds)
    check(FREE <= by_login["employer"] <= most, f"one: {by_login['employer']} of {requests // 4} let through, {FREE} to {most} expected")
    peak = max(peak, other, third)
    time.sleep(3)
    print(f"\nmemory {before:.0f} MB before, {peak:.0f} MB at most, {server.memory():.0f} MB afterwards")
    check(peak - before < 300, "memory: four passwords at a time are hashed, whatever waits")


main()
