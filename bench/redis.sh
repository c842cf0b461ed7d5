#!/usr/bin/env bash
# Figures of the action stream over Redis on this machine: whole processes, memory a live action, appends against redis-benchmark, reading.
#   bench/redis.sh [RUNS [PART]]      WEIR_BENCH_DIR: where files and the server's data go; WEIR_BENCH_BUILT=1: measure what is built already
# PART: tools (whole processes), memory, appends (and reading); all of them otherwise, in some three minutes with 5 runs.
# It starts a redis-server of its own on the loopback (appendonly yes, appendfsync everysec) and ends it. Needs redis-server, redis-tools,
# python3 and /usr/bin/time (Debian's package time).
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
runs=${1:-5}
part=${2:-all}
[[ $part =~ ^(all|tools|memory|appends)$ ]] || { echo "redis.sh: there is no part '$part'" >&2 && exit 2; }
wants() { [[ $part == all || $part == "$1" ]]; }
scratch=${WEIR_BENCH_DIR:-$PWD/artifacts}/redis-bench
benchmarks=artifacts/bin/Weir.Benchmarks/release/Weir.Benchmarks.dll
weir=(dotnet artifacts/bin/Weir.Cli/release/weir.dll)

if [[ ! ${WEIR_BENCH_BUILT:-} ]]; then
  dotnet build -c Release -v:quiet -clp:NoSummary bench/Weir.Benchmarks && dotnet build -c Release -v:quiet -clp:NoSummary src/Weir.Cli
fi
rm -rf "$scratch" && mkdir -p "$scratch/data" "$scratch/one/bench-MDT0000/hsm"
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
redis-server --port "$port" --bind 127.0.0.1 --dir "$scratch/data" --save "" --appendonly yes --appendfsync everysec --logfile log >"$scratch/server.out" 2>&1 &
server=$!
trap 'kill $server 2>/dev/null; wait $server 2>/dev/null || true; rm -rf "$scratch"' EXIT
cli() { redis-cli -p "$port" "$@"; }
until [[ $(cli PING 2>/dev/null) == PONG ]]; do sleep 0.05; done
feed=redis://127.0.0.1:$port/1
used() { cli INFO memory | sed -n 's/^used_memory:\([0-9]*\).*/\1/p'; }
server_ticks() { awk '{ print $14 + $15 }' "/proc/$server/stat"; }

# measure LABEL COMMAND...: RUNS times, after one that does not count.
measure() {
  local label=$1 i ticks
  shift
  : >"$scratch/times"
  for ((i = 0; i <= runs; i++)); do
    if [[ $label == ship* ]]; then
      cli FLUSHALL >/dev/null
      rm -f "$scratch/snapshot"
    fi
    ticks=$(server_ticks)
    /usr/bin/time -o "$scratch/time" -f '%e %U %S %M' "$@" >"$scratch/out" 2>"$scratch/err" || { cat "$scratch/err" >&2 && exit 1; }
    echo "$(tail -n 1 "$scratch/time") $(($(server_ticks) - ticks))" >>"$scratch/times"
  done
  tail -n +2 "$scratch/times" | sort -n | awk -v label="$label" '
    { wall[NR] = $1; cpu[NR] = $2 + $3; if ($4 > peak) peak = $4; server[NR] = $5 / 100 }
    END { m = int((NR + 1) / 2)
      printf "%-44s wall %.2f s (%.2f-%.2f)  client %.2f s  server %.2f s  peak %d MB\n", label, wall[m], wall[1], wall[NR], cpu[m], server[m], peak / 1024 }'
}

ship=("${weir[@]}" hsm ship --once --actions "$scratch/one/*/hsm/actions" --feed "$feed" --snapshot "$scratch/snapshot" --log-level error)
if [[ $part != appends ]]; then dotnet "$benchmarks" actions-file "$scratch/one/bench-MDT0000/hsm/actions" 350000 >/dev/null; fi
echo "$(nproc) processors, load $(cut -d' ' -f1-3 /proc/loadavg), redis-server $(cli INFO server | sed -n 's/^redis_version:\(.*\)\r/\1/p'), $runs runs each"
if wants tools; then
  measure "ship: first poll of 350,000 actions" "${ship[@]}"
  measure "stats: 350,000 actions" "${weir[@]}" hsm stats --json --feed "$feed"
  measure "top --once: 350,000 actions" "${weir[@]}" hsm top --once --feed "$feed"
fi
if wants memory; then
  cli FLUSHALL >/dev/null
  empty=$(used)
  rm -f "$scratch/snapshot" && "${ship[@]}"
  weir_bytes=$(used)

  # The same actions as the Python shipper's second generation writes them.
  cli FLUSHALL >/dev/null
  python3 - "$scratch/one/bench-MDT0000/hsm/actions" <<'PYTHON' | cli -n 1 --pipe >/dev/null
import json, re, sys, time
record = re.compile(r'idx=(\d+)/(\d+)\] fid=\[([^\]]+)\].* action=(\w+) .* status=(\w+)')
now, milliseconds = int(time.time()), int(time.time() * 1000)
for number, line in enumerate(open(sys.argv[1])):
    line = line.strip()
    cat, rec, fid, action, status = record.search(line).groups()
    data = json.dumps({"event_type": "NEW", "action": action, "fid": fid, "status": status, "mdt": "bench-MDT0000", "cat_idx": int(cat), "rec_idx": int(rec),
                       "timestamp": now, "raw": line, "action_key": f"{fid}:{action}"})
    words = ["XADD", "hsm:actions:bench-MDT0000", f"{milliseconds + number // 1000}-{number % 1000}", "data", data]
    sys.stdout.write(f"*{len(words)}\r\n" + "".join(f"${len(word)}\r\n{word}\r\n" for word in words))
PYTHON
  python_bytes=$(used)
  awk -v a=$((weir_bytes - empty)) -v b=$((python_bytes - empty)) 'BEGIN { printf "memory of the server for 350,000 live actions: %.1f MB, as the Python tools write them %.1f MB, ratio %.3f\n", a / 1e6, b / 1e6, a / b }'
fi
cli FLUSHALL >/dev/null
if wants appends; then WEIR_BENCH_DIR=$scratch dotnet "$benchmarks" redis "$runs"; fi
