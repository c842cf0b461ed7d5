#!/usr/bin/env bash
# What the preload library costs a copytool on this machine: medians of several runs.
#   bench/copytool.sh [RUNS]
# Needs gcc, make and libjansson's headers. Whoever plays the coordinator and the MDT is a C program of its own (tests/native/bench.c).
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
runs=${1:-5}
build=$PWD/artifacts/native/bench
make -s -C native/copytool-preload BUILD="$build" && make -s -C tests/native BUILD="$build" bench
library=$build/libweir-copytool.so

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
