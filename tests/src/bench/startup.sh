#!/usr/bin/env bash
# How long commands take to start, beside podman's: medians of runs that alternate, warm.
#
#   startup.sh LAYOUT TAG [RUNS]      as root, after mvn package; podman is installed
#
# OCIFS names another launcher than dist/bin/ocifs.
set -euo pipefail

layout=$(readlink -f "${1:?an OCI layout}")
tag=${2:?a tag}
runs=${3:-11}
here=$(cd "${BASH_SOURCE[0]%/*}" && pwd -P)
ocifs=${OCIFS:-$here/../../../dist/bin/ocifs}
image=oci:$layout:$tag

((EUID == 0)) || { echo "startup.sh: only root can do this" >&2; exit 1; }
command -v podman >/dev/null || { echo "startup.sh: podman is missing; run: apt-get install podman" >&2; exit 1; }

work=$(mktemp -d "${TMPDIR:-/var/tmp}/ocifs-startup.XXXXXX")
export OCIFS_ROOT=$work/store
mkdir "$work/first" "$work/second"

cleanup() {
  "$ocifs" umount --all >/dev/null 2>&1 || true
  podman_ image umount -a >/dev/null 2>&1 || true
  umount -R -l "$work"/podman/storage/overlay 2>/dev/null || true
  rm -rf --one-file-system "$work"
}
trap cleanup EXIT

podman_() { podman --root "$work/podman/storage" --runroot "$work/podman/run" --storage-driver overlay "$@"; }

# Figures are kept as lines of microseconds in a file each.
timed() { # NAME COMMAND...
  local name=$1 begin end
  shift
  begin=${EPOCHREALTIME/./}
  "$@" >"$work/last.log" 2>&1 </dev/null || { cat "$work/last.log" >&2; echo "startup.sh: $name failed" >&2; exit 1; }
  end=${EPOCHREALTIME/./}
  echo $((end - begin)) >>"$work/$name.us"
}

unmount_all() {
  "$ocifs" umount --all >/dev/null
  # The next mount is to find no server, not one that is about to end.
  while [[ -S $OCIFS_ROOT/ocifs/server.sock ]]; do sleep 0.05; done
}

"$ocifs" index -q "$image"
podman_ pull -q "$image" >/dev/null
id=$(podman_ images -q | head -1)

for ((i = 0; i < runs; i++)); do
  timed ocifs-version "$ocifs" --version
  timed podman-version podman --version
  timed ocifs-help "$ocifs" mount --help
  timed podman-mount podman_ image mount "$id"
  podman_ image umount "$id" >/dev/null
  timed ocifs-mount "$ocifs" mount -q "$image" "$work/first"
  timed ocifs-mount-served "$ocifs" mount -q "$image" "$work/second"
  timed ocifs-ls "$ocifs" ls -q "$image" /
  unmount_all
done

median() { sort -n "$work/$1.us" | sed -n "$(((runs + 1) / 2))p"; }
spread() { sort -n "$work/$1.us" | sed -n '1p;$p' | awk '{printf "%s%.0f", (NR > 1 ? "-" : ""), $1 / 1000}'; }
row() { # LABEL NAME [PEER-LABEL PEER TARGET]
  awk -v label="$1" -v a="$(median "$2")" -v as="$(spread "$2")" -v peer="${3:-}" \
    -v b="${4:+$(median "$4")}" -v bs="${4:+$(spread "$4")}" -v target="${5:-}" 'BEGIN {
      printf "| %s | %.0f ms (%s) |", label, a / 1000, as
      if (peer == "") { print " | | | | |"; exit }
      printf " %s | %.0f ms (%s) | %.2f | ≤ %s | %s |\n", peer, b / 1000, bs, a / b, target, (a <= target * b ? "met" : "missed")
    }'
}
echo "Medians of $runs runs (least-most), taken in turn; load at the end $(cut -d' ' -f1 /proc/loadavg)."
echo
echo '| ocifs | | peer | | ratio | target | |'
echo '|---|---|---|---|---|---|---|'
row '`ocifs --version`' ocifs-version '`podman --version`' podman-version 4
row '`ocifs mount`, a server runs' ocifs-mount-served '`podman image mount`' podman-mount 6
row '`ocifs mount`, none runs' ocifs-mount '`podman image mount`' podman-mount 15
row '`ocifs ls /`' ocifs-ls
row '`ocifs mount --help`' ocifs-help
