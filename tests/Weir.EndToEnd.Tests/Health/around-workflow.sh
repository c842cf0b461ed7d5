# What the workflow runs in: every answer is kept in $KEPT as NUMBER.url and NUMBER.body, and watch ends with what it watches.
set -euo pipefail

curl() {
  local number
  number=$(date +%s%N)-$BASHPID
  printf '%s\n' "$*" > "$KEPT/$number.url"
  command curl "$@" | tee "$KEPT/$number.body"
}

watch() {
  local status
  for ((i = 0; i < 1200; i++)); do
    # First, so that what is shown last is the end.
    status=$(command curl -s "$(grep -o 'http://[^ ]*/status' <<< "$1")" | jq -r .data.status)
    eval "$1"
    case $status in
      Completed | Failed | Cancelled) return 0 ;;
    esac
    sleep 0.1
  done
  echo "watch: it is still $status" >&2
  return 1
}
