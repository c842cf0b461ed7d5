#!/usr/bin/env bash
# Catching up with a journal beside 'journalctl -o export' reading the same file: bench/journal.sh [ENTRIES [ROUNDS]]. Prints seconds, a line each.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
entries=${1:-500000} rounds=${2:-5}
weir=artifacts/bin/Weir.Cli/release/weir
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
journal=${WEIR_BENCH_JOURNAL:-$dir/journal}
[[ -e $journal ]] || { mkdir "$journal" && python3 bench/journal.py "$entries" | /lib/systemd/systemd-journal-remote --output="$journal/system.journal" - >/dev/null 2>&1; }
TIMEFORMAT=%R
for ((i = 0; i < rounds; i++)); do
  echo "journalctl -o export $({ time journalctl --directory "$journal" -o export --no-pager >/dev/null; } 2>&1)"
  echo "weir events collect  $({ time "$weir" events collect --source journal --journal-dir "$journal" --once --feed "file:$dir/feed$i" >/dev/null 2>&1; } 2>&1)"
done
