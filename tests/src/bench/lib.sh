# What the scripts of this folder share; to be sourced. Sets here, ocifs (the launcher; OCIFS names another) and work, a folder that goes
# at the end; a script's own clean_up, when it has one, runs before.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
bench=$here/tests/src/bench
ocifs=${OCIFS:-$here/ocifs}
script=${0##*/}
work=$(mktemp -d "${TMPDIR:-/var/tmp}/ocifs-${script%.sh}.XXXXXX")
trap 'if declare -F clean_up > /dev/null; then clean_up; fi; rm -rf --one-file-system "$work"' EXIT

die() {
  echo "$script: $*" >&2
  exit 1
}

have() { command -v "$1" > /dev/null; }
now() { date +%s%N; }
cold() {
  sync
  echo 3 > /proc/sys/vm/drop_caches
}

# Figures are kept as lines, a file for each name.
record() { echo "$2" >> "$work/$1.txt"; } # NAME FIGURE

# Records the seconds that a command takes, which must succeed.
timed() { # NAME COMMAND...
  local name=$1 begin end
  shift
  begin=$(now)
  "$@" > "$work/last.log" 2>&1 || { cat "$work/last.log" >&2 && die "$name failed"; }
  end=$(now)
  record "$name" "$(awk -v a="$begin" -v b="$end" 'BEGIN {printf "%.4f", (b - a) / 1e9}')"
}

# The blobs of an image's layers, base first.
layers() { # LAYOUT TAG
  python3 "$bench/layouts.py" layers "$1" "$2"
}

# What podman keeps lies in a folder of its own.
podman=$work/podman
podman_() { podman --root "$podman/storage" --runroot "$podman/run" --storage-driver overlay "$@"; }

# Forgets what podman has, mounts and all.
podman_reset() {
  podman_ image umount -a > /dev/null 2>&1 || true
  umount -R -l "$podman/storage/overlay" 2> /dev/null || true
  rm -rf --one-file-system "$podman"
}

# The process that serves a store's mounts.
server_pid() { # ROOT
  "$ocifs" mounts --json --root "$1" | python3 -c 'import json,sys; print(json.load(sys.stdin)[0]["pid"])'
}

# Unmounts all of a store, and ends its server.
ocifs_stop() { # ROOT
  "$ocifs" umount --root "$1" --all > /dev/null 2>&1 || true
  "$ocifs" server --root "$1" stop > /dev/null 2>&1 || true
}
