#!/usr/bin/env bash
# What the preload library costs a copytool on this machine: medians of several runs.
#   bench/copytool.sh [RUNS]
# Needs gcc, make and libjansson's headers. Whoever plays the coordinator and the MDT is a C program of its own (tests/native/bench.c); the
# last figure is with Weir's own coordinator, every request of which is durable on this disk.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
runs=${1:-5}
build=$PWD/artifacts/native/bench
make -s -C native/copytool-preload BUILD="$build" && make -s -C tests/native BUILD="$build" bench
library=$build/libweir-copytool.so
weir=artifacts/bin/Weir.Cli/release/weir.dll
[[ -e $weir ]] || dotnet build -c Release -v:quiet -clp:NoSummary src/Weir.Cli

# figures LABEL ARGUMENTS...: the median of each figure over the runs.
figures() {
  local label=$1 i
  shift
  for ((i = 0; i < runs; i++)); do "$build/bench" "$build/copytool" "$@"; done | tr ' ' '\n' | grep -E '=[0-9.]+$' | sort -t= -k1,1 -k2,2n |
    awk -F= -v label="$label" -v runs="$runs" '
      { value[$1, ++count[$1]] = $2 }
      END { printf "%-34s", label; for (name in count) if (name != "seconds") printf "  %s %s", name, value[name, int((runs + 1) / 2)]; print "" }'
}

echo "$(nproc) processors, $runs runs each, load average $(cut -d' ' -f1 /proc/loadavg)"
figures "throughput, lists of 1,000" "$library" throughput 100000 1000
figures "throughput, lists of 100" "$library" throughput 100000 100
figures "throughput, lists of 1" "$library" throughput 20000 1
figures "one at a time, no library" - latency 20000
figures "one at a time, with the library" "$library" latency 20000

# through_weir ACTIONS: one copytool process ends what was queued; the clock runs from its start to its end.
through_weir() {
  local scratch port=15129 rates=() i server begun
  scratch=$(mktemp -d -p artifacts)
  mkdir -p "$scratch/mount/.lustre/fid" "$scratch/archive"
  awk -v count="$1" 'BEGIN { for (i = 1; i <= count; i++)
    printf "fid=[0x200000401:0x%x:0x0] dfid=[0x200000401:0x%x:0x0] compound/cookie=0x0/0x%x action=REMOVE archive#=1 flags=0x0 extent=0x0-0xffffffffffffffff gid=0x0 data=[] canceled=0 uuid=x done=0\n", i, i, 6800000000 + i }' >"$scratch/requests"
  export COORDINATOOL_CONF=/dev/null COORDINATOOL_VERBOSE=warn
  for ((i = 0; i < runs; i++)); do
    rm -rf "$scratch/feed"
    dotnet "$weir" coordinator serve --host 127.0.0.1 --port $port --feed "file:$scratch/feed" >/dev/null 2>"$scratch/serve" & server=$!
    until (exec 3<>/dev/tcp/127.0.0.1/$port) 2>/dev/null; do kill -0 $server || { cat "$scratch/serve" && exit 1; }; done
    dotnet "$weir" coordinator queue --host 127.0.0.1 --port $port <"$scratch/requests" >/dev/null
    begun=${EPOCHREALTIME/./}
    COORDINATOOL_HOST=127.0.0.1 COORDINATOOL_PORT=$port LD_PRELOAD=$library "$build/copytool" --serial --noop --stop-after "$1" --hsm-root "$scratch/archive" "$scratch/mount" >/dev/null
    rates+=($(($1 * 1000000 / (${EPOCHREALTIME/./} - begun))))
    kill -9 $server
    wait $server 2>/dev/null || true
  done
  rm -rf "$scratch"
  printf '%-34s  actions %s  per_second %s\n' "through weir coordinator serve" "$1" "$(printf '%s\n' "${rates[@]}" | sort -n | sed -n "$(((runs + 1) / 2))p")"
}
through_weir "${WEIR_BENCH_ACTIONS:-200000}"
