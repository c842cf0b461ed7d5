#!/usr/bin/env bash
# What 'weir agent posix' moves on this machine's disk: medians of several runs, with cp of the same file and its checksum as the yardstick.
#   bench/movers.sh [RUNS]
# Needs jq. The file system is the lab's, a plain directory; every copy is flushed and has its manifest.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
runs=${1:-3} port=15131 small=${WEIR_BENCH_FILES:-500} large_mib=${WEIR_BENCH_MIB:-1024}
weir=artifacts/bin/Weir.Cli/release/weir.dll
[[ -e $weir ]] || dotnet build -c Release -v:quiet -clp:NoSummary src/Weir.Cli
scratch=$(mktemp -d -p artifacts)
trap 'kill "$server" 2>/dev/null || true; rm -rf "$scratch"' EXIT
fids=$scratch/lustre/.lustre/fid
mkdir -p "$fids"
for ((i = 1; i <= small; i++)); do head -c 65536 /dev/urandom >"$fids/0x200000401:0x$(printf %x "$i"):0x0"; done
head -c "${large_mib}M" /dev/urandom >"$fids/0x200000402:0x1:0x0"
dotnet "$weir" coordinator serve --host 127.0.0.1 --port $port --feed "file:$scratch/feed" >/dev/null 2>"$scratch/serve" & server=$!
until (exec 3<>/dev/tcp/127.0.0.1/$port) 2>/dev/null; do kill -0 $server || { cat "$scratch/serve" && exit 1; }; done

cookie=1
# ask ACTION SEQUENCE COUNT: a request for each of so many files.
ask() {
  awk -v action="$1" -v sequence="$2" -v count="$3" -v cookie="$cookie" 'BEGIN { for (i = 1; i <= count; i++)
    printf "fid=[%s:0x%x:0x0] dfid=[%s:0x%x:0x0] compound/cookie=0x0/0x%x action=%s archive#=1 flags=0x0 extent=0x0-0xffffffffffffffff gid=0x0 data=[] canceled=0 uuid=x done=0\n", sequence, i, sequence, i, cookie + i, action }' |
    dotnet "$weir" coordinator queue --host 127.0.0.1 --port $port >/dev/null
  cookie=$((cookie + $3 + 1))
}
# move: does what was asked; prints seconds from the first start to the last end, and bytes.
move() {
  dotnet "$weir" agent posix --lab --coordinator 127.0.0.1:$port --hsm-root "$scratch/archive" --once --json "$scratch/lustre" 2>>"$scratch/agent" |
    jq -rs 'def seconds: (.[0:19] + "Z" | fromdate) + ("0." + .[20:23] | tonumber);
      if length == 0 or any(.errno != 0) then error("an action failed")
      else "\((map(.time | seconds) | max) - (map((.time | seconds) - .seconds) | min)) \(map(.bytes) | add)" end'
}
median() { sort -n | sed -n "$(((runs + 1) / 2))p"; }
figure() { awk -v seconds="$1" -v bytes="$2" -v files="$3" 'BEGIN { printf "%.1f MB/s, %.0f files/s\n", bytes / seconds / 1e6, files / seconds }'; }

echo "$(nproc) processors, $runs runs each, load average $(cut -d' ' -f1 /proc/loadavg)"
declare -A seconds bytes
for ((run = 0; run < runs; run++)); do
  rm -rf "$scratch/archive" && mkdir "$scratch/archive"
  for action in ARCHIVE RESTORE; do
    ask $action 0x200000401 "$small" && read -r s b < <(move) && seconds[$action-small]+="$s"$'\n' bytes[$action-small]=$b
    ask $action 0x200000402 1 && read -r s b < <(move) && seconds[$action-large]+="$s"$'\n' bytes[$action-large]=$b
  done
  begun=$EPOCHREALTIME
  cp "$fids/0x200000402:0x1:0x0" "$scratch/yardstick" && sync "$scratch/yardstick" && sha256sum "$scratch/yardstick" >/dev/null
  seconds[cp]+="$(awk -v from="$begun" -v to="$EPOCHREALTIME" 'BEGIN { print to - from }')"$'\n'
done
for kind in small large; do
  files=$([[ $kind = small ]] && echo "$small" || echo 1)
  for action in ARCHIVE RESTORE; do
    printf '%-8s %6d %s  ' "$action" "$files" "$kind" && figure "$(printf %s "${seconds[$action-$kind]}" | median)" "${bytes[$action-$kind]}" "$files"
  done
done
printf 'cp, sync and sha256sum of the large file  ' && figure "$(printf %s "${seconds[cp]}" | median)" "${bytes[ARCHIVE-large]}" 1
