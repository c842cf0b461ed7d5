#!/usr/bin/env bash
# Verifying drives against C programs that do the least: bench/drives.sh SCRATCH [ROUNDS]
# SCRATCH needs some 17 GB and 4 million inodes.
# Each line: what, seconds of ours, seconds of the yardstick, their ratio; in turns, medians of the rounds. Cold trees need root.
set -euo pipefail
scratch=${1:?usage: bench/drives.sh SCRATCH [ROUNDS]}
rounds=${2:-5}
root=$(cd "$(dirname "$0")/.." && pwd)
weir=(dotnet "$root/artifacts/bin/Weir.Cli/release/weir.dll")
mkdir -p "$scratch"
gcc -O2 -pthread -o "$scratch/walk" "$root/bench/yardstick/walk.c"

make_tree() { # NAME ARGUMENTS…
  [[ -d $scratch/$1 ]] || "${weir[@]}" drives make "$scratch/$1" "${@:2}" >/dev/null
}

median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

# The verb's own measure of its work, without the start of the runtime.
ours() { "${weir[@]}" drives verify "$@" | sed -n 's/.* read, \([0-9.]*\) s, .*/\1/p'; }

compare() { # WHAT TREE YARDSTICK BEFORE ARGUMENTS…
  local what=$1 tree=$2 yardstick=$3 before=$4 mine=() theirs=() i
  shift 4
  $before; "$scratch/walk" "$yardstick" 2 "$scratch/$tree"/disk*/bucket >/dev/null; ours "$scratch/$tree"/disk* "$@" >/dev/null || true
  for ((i = 0; i < rounds; i++)); do
    $before; theirs+=("$("$scratch/walk" "$yardstick" 2 "$scratch/$tree"/disk*/bucket | awk '{ print $3 }')")
    $before; mine+=("$(ours "$scratch/$tree"/disk* "$@")")
  done
  local a b
  a=$(printf '%s\n' "${mine[@]}" | median) b=$(printf '%s\n' "${theirs[@]}" | median)
  local counts
  counts=$("$scratch/walk" "$yardstick" 2 "$scratch/$tree"/disk*/bucket)
  awk -v what="$what" -v a="$a" -v b="$b" -v c="$counts" 'BEGIN { split(c, n, " "); printf "%s: %.3f s (%.0f files/s, %.2f GB/s), yardstick %.3f s (%.0f files/s, %.2f GB/s): %.2f of it\n", what, a, n[1] / a, n[2] / a / 1e9, b, n[1] / b, n[2] / b / 1e9, b / a }'
}

cold() { sync; echo 3 >/proc/sys/vm/drop_caches; }

make_tree small --set 4+2 --generate 50000 --size 1000
make_tree large --set 8+4 --generate 120 --size 33554432
compare "normal, 300,000 metadata files, warm" small walk true
compare "deep --cache, 6 GB of shards, warm" large read true --mode deep --cache
[[ $(id -u) != 0 ]] || compare "deep, 6 GB of shards, cold" large read cold --mode deep

# A lost drive, whole processes by wall clock; the yardstick reads as many drives as there are data shards, a thread each, while one more writes what the lost
# one had and makes it durable. What is replaced is moved away, and removed at the end: removing first would slow whoever makes files next.
rebuild() { # WHAT TREE DATA BEFORE
  local what=$1 tree=$scratch/$2 data=$3 before=$4 lost mine=() theirs=() sources=() i start
  lost=$tree/disk3
  for i in "$tree"/disk*; do [[ $i == "$lost" ]] || sources+=("$i/bucket"); done
  mkdir -p "$scratch/old"
  for ((i = 0; i < rounds; i++)); do
    mv "$lost" "$(mktemp -d "$scratch/old/XXXXXX")"
    mkdir "$lost"
    "$scratch/walk" read 2 "${sources[@]}" >/dev/null; $before
    theirs+=("$("$scratch/walk" rebuild "$scratch/copy" "${sources[@]:0:data}" | awk '{ print $5 }')")
    mv "$scratch/copy" "$(mktemp -d "$scratch/old/XXXXXX")"
    sync; $before
    start=$(date +%s.%N)
    "${weir[@]}" drives heal "$tree"/disk* --replace "$lost" --journal "$scratch/journal" >/dev/null 2>&1
    mine+=("$(date +%s.%N | awk -v start="$start" '{ print $1 - start }')")
  done
  rm -rf "$scratch/old" "$scratch/journal"
  local a b
  a=$(printf '%s\n' "${mine[@]}" | median) b=$(printf '%s\n' "${theirs[@]}" | median)
  awk -v what="$what" -v a="$a" -v b="$b" 'BEGIN { printf "%s: %.2f s, yardstick %.2f s: %.2f of it\n", what, a, b, b / a }'
}

rebuild "lost drive, 120 objects of 32 MiB, 8+4, warm" large 8 true
rebuild "lost drive, 50,000 objects of 1000 bytes, 4+2, warm" small 4 true
[[ $(id -u) != 0 ]] || rebuild "lost drive, 120 objects of 32 MiB, 8+4, cold" large 8 cold
[[ $(id -u) != 0 ]] || rebuild "lost drive, 50,000 objects of 1000 bytes, 4+2, cold" small 4 cold

# Hundreds of thousands of objects in one directory, whose metadata are links to the same few files.
make_many() { # NAME COUNT
  [[ -d $scratch/$1 ]] && return
  make_tree "$1" --set 1+1 --generate 1 --size 100
  "$scratch/walk" fill "$2" "$scratch/$1"/disk*/bucket/generated/00000
}

memory() { /usr/bin/time -f '%M' "${weir[@]}" drives verify "$scratch/$1"/disk* 2>&1 >/dev/null | tail -n 1; }
make_many few 100000
make_many many 1000000
echo "resident: $(memory few) KB of 100,000 objects, $(memory many) KB of 1,000,000"
