#!/usr/bin/env bash
# Whole-process figures of the action stream on this machine: medians of wall time, processor time and peak memory.
#   bench/hsm.sh [RUNS]        WEIR_BENCH_DIR: where the files and feeds go (default: a directory beside the checkout's artifacts)
# Needs /usr/bin/time (Debian's package time).
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
runs=${1:-7}
scratch=${WEIR_BENCH_DIR:-$PWD/artifacts}/hsm-bench
benchmarks=artifacts/bin/Weir.Benchmarks/release/Weir.Benchmarks.dll
weir=(dotnet artifacts/bin/Weir.Cli/release/weir.dll)

dotnet build -c Release -v:quiet -clp:NoSummary bench/Weir.Benchmarks && dotnet build -c Release -v:quiet -clp:NoSummary src/Weir.Cli
rm -rf "$scratch" && mkdir -p "$scratch"
trap 'rm -rf "$scratch"' EXIT

# measure LABEL SETUP COMMAND...: runs SETUP (a shell line) before each run, outside the clock.
measure() {
  local label=$1 setup=$2 i
  shift 2
  : >"$scratch/times"
  for ((i = 0; i <= runs; i++)); do
    eval "$setup"
    sync -f "$scratch"
    /usr/bin/time -a -o "$scratch/times" -f '%e %U %S %M' "$@" >"$scratch/out" 2>"$scratch/err" || { cat "$scratch/err" >&2 && exit 1; }
  done
  # The first run warms the page cache and does not count.
  tail -n +2 "$scratch/times" | awk -v label="$label" '
    { wall[NR] = $1; cpu[NR] = $2 + $3; mem[NR] = $4 / 1024 }
    function median(a, n,   i, j, t) {
      for (i = 1; i <= n; i++) for (j = i + 1; j <= n; j++) if (a[j] < a[i]) { t = a[i]; a[i] = a[j]; a[j] = t }
      return a[int((n + 1) / 2)]
    }
    END { printf "%-52s wall %.2f s (%.2f-%.2f)  cpu %.2f s  peak %d MB\n", label, median(wall, NR), wall[1], wall[NR], median(cpu, NR), median(mem, NR) }'
}

mdt_file() { echo "$scratch/$1/bench-MDT000$2/hsm/actions"; }

make_mdts() { # DIRECTORY MDTS LINES
  local i
  for ((i = 0; i < $2; i++)); do
    mkdir -p "$(dirname "$(mdt_file "$1" $i)")"
    if ((i == 0)); then dotnet "$benchmarks" actions-file "$(mdt_file "$1" 0)" "$3" >/dev/null; else cp "$(mdt_file "$1" 0)" "$(mdt_file "$1" $i)"; fi
  done
}

feed=$scratch/feed
ship() { echo "${weir[*]} hsm ship --once --actions '$scratch/$1/*/hsm/actions' --feed file:$feed"; }

# watch LABEL FILES SECONDS RATE: top on a pseudo-terminal of 80×24 while RATE events a second come.
watch() {
  local label=$1 pid before after
  rm -f "$scratch/screen"
  # Its input must not end before the script does, or the terminal goes.
  script -qfec "stty rows 24 cols 80; exec ${weir[*]} hsm top --feed file:$feed" /dev/null >"$scratch/screen" < <(exec tail -f --pid=$$ /dev/null) &
  local holder=$!
  until grep -aq 'Live Actions' "$scratch/screen" 2>/dev/null; do sleep 0.2; done
  pid=$(pgrep -n -f "weir.dll hsm top --feed file:$feed")
  ticks() { awk '{ print $14 + $15 }' "/proc/$pid/stat"; }
  before=$(ticks)
  dotnet "$benchmarks" hsm-load "$feed" "$scratch/$2" "$4" "$3" >"$scratch/load"
  after=$(ticks)
  awk -v label="$label" -v ticks=$((after - before)) -v seconds="$(awk '{ print $4 }' "$scratch/load")" -v hz="$(getconf CLK_TCK)" \
    '/^VmHWM/ { peak = $2 } /^VmRSS/ { now = $2 } END { printf "%-52s %.1f %% of a core  resident %d MB, peak %d MB\n", label, 100 * ticks / hz / seconds, now / 1024, peak / 1024 }' "/proc/$pid/status"
  cat "$scratch/load"
  kill -INT "$pid"
  while kill -0 "$pid" 2>/dev/null; do sleep 0.2; done
  kill "$holder" 2>/dev/null || true
  wait "$holder" 2>/dev/null || true
}

make_mdts one 1 350000
make_mdts eight 8 500000

echo "$(nproc) processors, $runs runs each, file of 350,000 actions: $(stat -c %s "$(mdt_file one 0)") bytes"
measure "ship: first poll of 350,000 actions" "rm -rf $feed" bash -c "exec $(ship one)"
measure "ship: --once without a change, 350,000 actions" true bash -c "exec $(ship one)"
measure "stats: 350,000 actions" true "${weir[@]}" hsm stats --feed "file:$feed"
measure "top: first frame, 350,000 actions" true "${weir[@]}" hsm top --once --feed "file:$feed"
measure "reconcile: 350,000 actions" true "${weir[@]}" hsm reconcile --glob "$scratch/one/*/hsm/actions" --feed "file:$feed"
rm -rf "$feed"
runs=${WEIR_BENCH_LARGE_RUNS:-3}
measure "ship: first poll of 4,000,000 actions on 8 MDTs" "rm -rf $feed" bash -c "exec $(ship eight)"
measure "ship: --once without a change, 4,000,000 actions" true bash -c "exec $(ship eight)"
measure "stats: 4,000,000 actions" true "${weir[@]}" hsm stats --feed "file:$feed"
rm -rf "$feed"
make_mdts four 4 500000
bash -c "exec $(ship four)" 2>/dev/null
measure "top: first frame, 2,000,000 actions on 4 MDTs" true "${weir[@]}" hsm top --once --feed "file:$feed"
watch "top: full screen, 2,000,000 actions, no events" four 20 0
watch "top: full screen, 2,000,000 actions, 20,000 events/s" four 20 20000
