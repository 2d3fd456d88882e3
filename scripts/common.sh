# Read by build.sh and by every step: the folders, the messages, and `step`, which runs one long command and shows
# how far it is: a live line on a terminal, plain lines with the seconds elsewhere.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=$root/.toolchain # everything that is installed or built once
logs=$cache/log
mkdir -p "$logs"

# fail MESSAGE: one line, and the end.
fail() {
  printf 'build.sh: %s\n' "$*" >&2
  exit 1
}

# have COMMAND: whether it can be run.
have() { command -v "$1" >/dev/null 2>&1; }

# macOS has it under another name.
if have sha256sum; then sha256=(sha256sum); else sha256=(shasum -a 256); fi

# fingerprint PATH...: one hash of the names and the contents of these files and folders.
fingerprint() {
  (cd "$root" && find "$@" -type f -print0 | LC_ALL=C sort -z | xargs -0 "${sha256[@]}" | "${sha256[@]}" | cut -d' ' -f1)
}

# alone COMMAND: runs it while no other build.sh does so in this folder, where flock can tell.
alone() {
  if ! have flock; then
    "$1"
    return
  fi
  exec 9>"$cache/lock"
  if ! flock --nonblock 9; then
    printf '  waiting for another build.sh in this folder\n'
    flock 9
  fi
  "$1"
  flock --unlock 9
}

# stamped FILE VALUE: whether FILE holds VALUE, that is, whether this work is already done.
stamped() { [[ -f $1 && $(<"$1") == "$2" ]]; }

# step LABEL COMMAND...: runs the command with its output in a log, shows the time that passes and the log's last line,
# and prints the end of the log when it fails.
step() {
  local label=$1 start=$SECONDS shown=0 last status=0 log
  shift
  log=$logs/$(tr -cs 'a-zA-Z0-9\n' '-' <<<"$label").log
  "$@" >"$log" 2>&1 </dev/null &
  local job=$!
  # An interrupted build does not leave the command behind.
  trap 'kill "$job" 2>/dev/null; exit 130' INT TERM
  while kill -0 "$job" 2>/dev/null; do
    if [[ -t 1 ]]; then
      last=$(tail -c 200 "$log" | tr -d '\r' | tail -n 1 | tr -s ' ' | cut -c1-60)
      printf '\r\e[K  %s  %d s  %s' "$label" $((SECONDS - start)) "$last"
    elif ((SECONDS - start >= shown + 15)); then
      shown=$((SECONDS - start))
      printf '  %s … %d s\n' "$label" "$shown"
    fi
    sleep 0.2
  done
  wait "$job" || status=$?
  trap - INT TERM
  [[ -t 1 ]] && printf '\r\e[K'
  if ((status)); then
    tail -n 40 "$log" >&2
    fail "\"$label\" failed after $((SECONDS - start)) s; all of its output: ${log#"$root"/}"
  fi
  printf '  %s: %d s\n' "$label" $((SECONDS - start))
}
