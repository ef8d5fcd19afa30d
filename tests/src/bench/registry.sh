#!/usr/bin/env bash
# Times images that come from a registry against the programs that people use for the same work, in one run, and prints ratios.
#
#   tests/src/bench/registry.sh LAYOUT TAG [RUNS [ROWS [RATES]]]
#
# LAYOUT is an OCI image layout, TAG an image in it that has Python with numpy; RUNS is how often each thing is timed (1), in an order
# that alternates; ROWS are some of lazy peers pull (all); RATES are bytes a second that all connections share, 0 for as fast as it
# goes (3000000 3125000 0; the second is 25 Mbit/s). Of a slow rate, peers takes as long as the image takes to come, twice.
#
#   lazy    `import numpy` in a chroot of an image that is mounted lazily from an empty store, its index published before; then again,
#           and mounted again
#   peers   the same after skopeo copy + umoci unpack, and after podman pull + mount
#   pull    ocifs pull, then mount and ls, against podman pull, then mount and ls; straight from the registry,
#           and without the published index
#
# Needs root, and the Debian packages docker-registry skopeo umoci podman; Python 3. OCIFS names another launcher than the repository's,
# FIGURES a folder that keeps the figures, so that the next run, of other rows, makes one table with this one.
set -euo pipefail

layout=$(realpath "${1:?usage: registry.sh LAYOUT TAG [RUNS [ROWS [RATES]]]}")
tag=${2:?usage: registry.sh LAYOUT TAG [RUNS [ROWS [RATES]]]}
runs=${3:-1}
rows=" ${4:-lazy peers pull} "
rates=${5:-3000000 3125000 0}
source "$(dirname "$0")/lib.sh"
root=$work/root
mnt=$work/mnt
mkdir -p "$mnt" "$work/blobs"
pids=()

((EUID == 0)) || die "only root can do this"
for program in docker-registry skopeo umoci podman; do
  have $program || die "install first: apt-get install docker-registry skopeo umoci podman"
done

clean_up() {
  ocifs_stop "$root"
  podman_reset
  [ ${#pids[@]} -eq 0 ] || kill "${pids[@]}" 2> /dev/null || true
}
asked() { [[ $rows == *" $1 "* ]]; }
say() { echo "$script: $*" >&2; }

# --- a registry, and a line to it ---------------------------------------------------------------

free_ports() {
  python3 -c 'import socket
held = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
print(*(s.getsockname()[1] for s in held))'
}
wire() { local what=$1 && shift && python3 "$bench/wire.py" "$what" "$work/control" "$@"; }
answers() { python3 -c 'import sys, urllib.request as u; u.urlopen(f"http://127.0.0.1:{sys.argv[1]}/v2/")' "$1" 2> /dev/null; }

start_registry() {
  local direct line
  read -r direct line < <(free_ports)
  near=127.0.0.1:$direct/bench/$tag:1
  far=127.0.0.1:$line/bench/$tag:1
  cat > "$work/registry.yml" << YML
version: 0.1
log: {level: error, accesslog: {disabled: true}}
storage: {filesystem: {rootdirectory: $work/blobs}}
http: {addr: 127.0.0.1:$direct}
YML
  docker-registry serve "$work/registry.yml" > "$work/registry.log" 2>&1 &
  pids+=($!)
  python3 "$bench/wire.py" serve "$line" "$direct" "$work/control" &
  pids+=($!)
  local patience=100
  until answers "$line"; do
    ((patience-- > 0)) || die "the registry does not answer: $(tail -n 3 "$work/registry.log")"
    sleep 0.1
  done
  skopeo copy -q --dest-tls-verify=false "oci:$layout:$tag" "docker://$near"
}

# Publishes the image's index from a store that goes again.
publish_index() {
  "$ocifs" pull -q --tls-verify=false --root "$root" "$near"
  "$ocifs" index push --tls-verify=false --root "$root" "$near" > /dev/null
  forget
  find "$work/blobs" -path '*/blobs/sha256/*' -name data -newer "$work/published" -printf '%s\n' |
    awk '{s += $1} END {print s}' > "$work/index_bytes.txt"
}

# --- what is timed ------------------------------------------------------------------------------

forget() {
  ocifs_stop "$root"
  rm -rf --one-file-system "$root"
}
numpy() { chroot "$1" /usr/bin/python3 -c 'import numpy'; }
mount_lazily() { "$ocifs" mount --quiet --root "$root" --tls-verify=false --prefetch "$1" "$far" "$mnt"; }
mount_then_numpy() {
  mount_lazily "$1"
  numpy "$mnt"
}
umoci_then_numpy() {
  skopeo copy -q --src-tls-verify=false "docker://$far" "oci:$work/copy:$tag"
  umoci unpack --image "$work/copy:$tag" "$work/bundle"
  numpy "$work/bundle/rootfs"
}
podman_then() { # IMAGE COMMAND
  local dir
  podman_ pull -q --tls-verify=false "$1"
  dir=$(podman_ image mount "$(podman_ images -q | head -1)")
  "$2" "$dir"
}
ocifs_then_ls() {
  "$ocifs" pull -q --tls-verify=false --published-index=false --root "$root" "$near"
  "$ocifs" mount --quiet --root "$root" "$near" "$mnt"
  ls "$mnt"
}

# Times a command, and counts what went over the line meanwhile.
counted() { # NAME COMMAND...
  wire count > /dev/null
  timed "$@"
  local bytes requests
  read -r bytes requests < <(wire count)
  record "$1-bytes" "$bytes"
  record "$1-requests" "$requests"
}

lazy() { # RATE PREFETCH
  forget
  cold
  counted "lazy-$1-$2" mount_then_numpy "$2"
  # Only what nobody asked for may still be coming: without prefetch, that is nothing.
  if [ "$2" = none ]; then
    counted "again-$1" numpy "$mnt"
    "$ocifs" umount --root "$root" "$mnt" > /dev/null
    cold
    counted "remounted-$1" mount_then_numpy "$2"
  fi
  forget
}

peer() { # RATE NAME
  podman_reset
  rm -rf --one-file-system "$work/copy" "$work/bundle"
  cold
  case $2 in
    umoci) counted "umoci-$1" umoci_then_numpy ;;
    podman) counted "podman-$1" podman_then "$far" numpy ;;
  esac
  podman_reset
  rm -rf --one-file-system "$work/copy" "$work/bundle"
}

pull() { # NAME
  forget
  podman_reset
  cold
  case $1 in
    ocifs) timed pull-ocifs ocifs_then_ls ;;
    podman) timed pull-podman podman_then "$near" ls ;;
  esac
  forget
  podman_reset
}

# The words in the order of this round.
turn() { # ROUND WORD...
  local round=$1 words=() word
  shift
  for word in "$@"; do
    if ((round % 2)); then words=("$word" "${words[@]}"); else words+=("$word"); fi
  done
  echo "${words[@]}"
}

mapfile -t layer_blobs < <(layers "$layout" "$tag")
[ ${#layer_blobs[@]} -gt 0 ] || die "$layout has no image $tag"
stat -Lc %s "${layer_blobs[@]}" | awk '{s += $1} END {print s}' > "$work/image_bytes.txt"
[ -z "${FIGURES:-}" ] || cp "$FIGURES"/*-*.txt "$work" 2> /dev/null || true
# The first use of a checkout builds it, and trains its start-up cache.
"$ocifs" --version > /dev/null
start_registry
touch "$work/published"
say "publishing the index"
publish_index

for ((i = 0; i < runs; i++)); do
  for rate in $rates; do
    wire rate "$rate"
    for step in $(turn "$i" none auto umoci podman); do
      case $step in
        none | auto) ! asked lazy || { say "$rate: lazily, --prefetch $step" && lazy "$rate" "$step"; } ;;
        *) ! asked peers || { say "$rate: $step" && peer "$rate" "$step"; } ;;
      esac
    done
  done
  if asked pull; then
    for step in $(turn "$i" ocifs podman); do say "pull: $step" && pull "$step"; done
  fi
done
[ -z "${FIGURES:-}" ] || { mkdir -p "$FIGURES" && cp "$work"/*-*.txt "$FIGURES"; }
python3 "$bench/registry.py" "$work" "$runs" "$rates"
