#!/usr/bin/env bash
# Storage events: a query of many, a storm, and what an idle collector takes: bench/events.sh [query|storm|idle]... Prints a line for each figure.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
weir=artifacts/bin/Weir.Cli/release/weir
benchmarks=artifacts/bin/Weir.Benchmarks/release/Weir.Benchmarks
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
TIMEFORMAT=%R

# 1,000 of EVENTS stored events (1,000,000), by a device; five times.
query() {
  "$benchmarks" events-store "$dir/feed" "${EVENTS:-1000000}"
  for ((i = 0; i < 5; i++)); do
    echo "query of one device $({ time "$weir" events query --feed "file:$dir/feed" --blk sdneedle --json >"$dir/found"; } 2>&1) s, $(wc -l <"$dir/found") events"
  done
  rm -rf "$dir/feed/documents/block-events-index"
  echo "the same without the index $({ time "$weir" events query --feed "file:$dir/feed" --blk sdneedle --json >"$dir/found"; } 2>&1) s, $(wc -l <"$dir/found") events"
}

# 100,000 lines a second for SECONDS (60): what is read, kept, counted and lost, the events' counts, and the most memory.
storm() {
  python3 - "${SECONDS_LONG:-60}" <<'PY' | /usr/bin/env python3 -c '
import resource, subprocess, sys
child = subprocess.run(sys.argv[1:], stdin=sys.stdin)
print("most resident", resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024, "MB;", "processor time", round(sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2]), 1), "s")
sys.exit(child.returncode)' "$weir" events collect --source - --once --feed "file:$dir/storm" --log-level error
import sys, time
out, began, disks = sys.stdout, time.time(), ["sdb", "sdc", "sdd", "nvme0n1", "sde", "dm-3", "sdf", "sdg"]
for tenth in range(int(sys.argv[1]) * 10):
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(began + tenth / 10)) + f".{tenth % 10}00000+00:00 h1 kernel: "
    out.write("".join(stamp + (f"usb 1-1: new high-speed USB device number {i} using xhci_hcd\n" if i % 10 == 3 else f"I/O error, dev {disks[i * 7 % 8]}, sector {i} op 0x0:(READ) flags 0x0 phys_seg 1 prio class 2\n" if i % 2 else f"Buffer I/O error on dev {disks[i * 7 % 8]}, logical block {i}, async page read\n") for i in range(10000)))
    out.flush()
    time.sleep(max(0, began + (tenth + 1) / 10 - time.time()))
print(f"sent in {time.time() - began:.1f} s", file=sys.stderr)
PY
  "$weir" events query --feed "file:$dir/storm" --sub-system block --json | python3 -c 'import json, sys; events = [json.loads(line) for line in sys.stdin]; print(len(events), "events that stand for", sum(one["count"] for one in events), "lines")'
  echo "feed $(du -sm "$dir/storm" | cut -f1) MB"
}

# Resident memory and wake-ups of a collector that has nothing to do; in namespaces of its own, where no other work's devices and mounts are heard of.
idle() {
  mkdir "$dir/journal"
  unshare --user --map-root-user --net --mount --propagation private "$weir" events collect --source journal --journal-dir "$dir/journal" --feed "file:$dir/idle" 2>/dev/null &
  local collector=$!
  sleep 180 # The net under inotify is drawn in after two minutes.
  wakeups() { cat /proc/$collector/task/*/status | awk '/^voluntary_ctxt_switches/ { sum += $2 } END { print sum }'; }
  local before after
  before=$(wakeups)
  sleep 60
  after=$(wakeups)
  echo "idle: $((after - before)) wake-ups in 60 s, $(awk '/VmRSS/ { print int($2 / 1024) }' /proc/$collector/status) MB resident"
  kill "$collector"
  wait "$collector" || true
}

for part in "${@:-query}"; do "$part"; done
