#!/usr/bin/env bash
# Whole-process figures of the coordinator on this machine, the journal durable: queueing text, memory, draining by one agent and by sixteen.
#   bench/coordinator.sh [REQUESTS]        WEIR_BENCH_DIR: where the feeds go (default: beside the checkout's artifacts); WEIR_BENCH_NO_BUILD=1: as built; WEIR_BENCH_QUEUE_ONLY=1
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
requests=${1:-1000000}
port=${WEIR_BENCH_PORT:-15123}
scratch=${WEIR_BENCH_DIR:-$PWD/artifacts}/coordinator-bench
benchmarks=(dotnet artifacts/bin/Weir.Benchmarks/release/Weir.Benchmarks.dll)
weir=(dotnet artifacts/bin/Weir.Cli/release/weir.dll)

if [[ -z ${WEIR_BENCH_NO_BUILD:-} ]]; then
  dotnet build -c Release -v:quiet -clp:NoSummary bench/Weir.Benchmarks && dotnet build -c Release -v:quiet -clp:NoSummary src/Weir.Cli
fi
rm -rf "$scratch" && mkdir -p "$scratch"
server=
stop() {
  [[ -z $server ]] || { kill "$server" && wait "$server" || true; }
  server=
}
trap 'stop; rm -rf "$scratch"' EXIT

start() { # NAME
  "${weir[@]}" coordinator serve --feed "file:$scratch/$1" --port "$port" 2>"$scratch/log" &
  server=$!
  for ((i = 0; i < 600; i++)); do
    grep -q Listening "$scratch/log" && return
    sleep 0.1
  done
  cat "$scratch/log" >&2
  exit 1
}

lines() { # FROM COUNT
  awk -v from="$1" -v count="$2" 'BEGIN {
    print "mdt.bench-MDT0000.hsm.active_requests="
    for (i = from; i < from + count; i++)
      printf "fid=[0x200000401:0x%x:0x0] dfid=[0x200000401:0x%x:0x0] compound/cookie=0x0/0x%x action=ARCHIVE archive#=1 flags=0x0 extent=0x0-0xffffffffffffffff gid=0x0 data=[7461673D6E] canceled=0 uuid=4b1 done=0\n", i % 131072 + 1, i % 131072 + 1, 1724000000 + i
  }'
}

resident() { awk '/VmRSS/ { printf "%d MB", $2 / 1024 }' "/proc/$server/status"; }
queue() { "${weir[@]}" coordinator queue --host 127.0.0.1 --port "$port"; }
seconds() { awk -v from="$1" -v to="$(date +%s.%N)" 'BEGIN { printf "%.2f s", to - from }'; }

lines 1 100000 >"$scratch/100k"
lines 200001 "$requests" >"$scratch/all"
echo "$(nproc) processors, $(stat -f -c %T "$scratch"), $requests requests"

for wait in 0 1; do
  for run in 1 2 3; do
    start "queue-$wait-$run"
    sleep "$wait" # a server goes on compiling for most of a second
    from=$(date +%s.%N)
    queue <"$scratch/100k" >/dev/null
    echo "queue of 100,000 lines, durable (run $run, a server that listens for $wait s): $(seconds "$from")"
    [[ $wait$run == 13 ]] || stop
  done
done
for run in 1 2; do
  lines $((run * 3000000)) 100000 >"$scratch/more"
  from=$(date +%s.%N)
  queue <"$scratch/more" >/dev/null
  echo "queue of 100,000 lines, durable (a server that has worked before): $(seconds "$from")"
done
stop

[[ -z ${WEIR_BENCH_QUEUE_ONLY:-} ]] || exit 0
for agents in 1 16; do
  start "drain-$agents"
  from=$(date +%s.%N)
  queue <"$scratch/all" >/dev/null
  echo "queue of $requests lines: $(seconds "$from"); server resident: $(resident)"
  "${benchmarks[@]}" coordinator-drain "$port" "$agents" "$requests"
  echo "server resident after draining: $(resident); processor time of the server: $(ps -o time= -p "$server" | tr -d ' ')"
  stop
done
