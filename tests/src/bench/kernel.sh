#!/usr/bin/env bash
# Times mounted images against the file systems and programs that people use for the same work, in one run, and prints ratios.
#
#   tests/src/bench/kernel.sh LAYOUT TAG [RUNS [ROWS]]
#
# LAYOUT is an OCI image layout, TAG an image in it that has Python with numpy; RUNS is how often each thing is timed (5), in an order that
# alternates; ROWS are some of find tar stat large random first (all). Cold means that the page cache was dropped. Needs root, and the
# Debian packages podman umoci squashfuse squashfs-tools fuse-overlayfs erofs-utils fio. OCIFS names another launcher than the
# repository's, OCIFS_FIRST that of the first release (where it is not at hand, today's jnr backend stands in for it), PEERS a folder
# that keeps what is made for the peers, for the next run.
set -euo pipefail

layout=$(realpath "${1:?usage: kernel.sh LAYOUT TAG [RUNS [ROWS]]}")
tag=${2:?usage: kernel.sh LAYOUT TAG [RUNS [ROWS]]}
runs=${3:-5}
rows=" ${4:-find tar stat large random first} "
source "$(dirname "$0")/lib.sh"
peers=${PEERS:-$work/peers}
image=oci:$layout:$tag
root=$work/root
scratch=$work/scratch
large_bytes=$((500 * 1000 * 1000))

for program in podman umoci squashfuse mksquashfs fuse-overlayfs mkfs.erofs fio; do
  have $program || die "install first: apt-get install podman umoci squashfuse squashfs-tools fuse-overlayfs erofs-utils fio"
done
mapfile -t blobs < <(layers "$layout" "$tag")
[ ${#blobs[@]} -gt 0 ] || die "$layout has no image $tag"

at() { echo "$work/at/$1"; }
clean_up() {
  ocifs_stop "$root"
  ocifs_stop "$work/plain"
  ocifs_stop "$work/first"
  ocifs_stop "$scratch"
  podman_reset
  podman=$work/overlay podman_reset
  for dir in "$work"/at/*; do umount -l "$dir" 2> /dev/null || true; done
}

offers() { [[ $("$ocifs" mount --help 2>&1) == *"$1"* ]]; }
asked() { [[ $rows == *" $1 "* ]]; }
say() { echo "$script: $*" >&2; }

# --- the peers ----------------------------------------------------------------------------------

make_peers() {
  mkdir -p "$peers"
  if [ ! -e "$peers/made" ]; then
    say "unpacking the image and packing it for the peers"
    rm -rf "$peers/tree"
    umoci unpack --image "$layout:$tag" "$peers/tree" > /dev/null 2>&1
    mksquashfs "$peers/tree/rootfs" "$peers/squashfs" -noappend -quiet -no-progress > /dev/null
    mkfs.erofs --quiet "$peers/erofs" "$peers/tree/rootfs" > /dev/null 2>&1
    touch "$peers/made"
  fi
  overlay=$(podman=$work/overlay podman_then echo | tail -1)
  for peer in ext4 overlayfs squashfuse erofs-image fuse-overlayfs kernel jnr erofs hydrated; do mkdir -p "$(at $peer)"; done
  mount --bind "$peers/tree/rootfs" "$(at ext4)"
  mount --bind "$overlay" "$(at overlayfs)"
  squashfuse "$peers/squashfs" "$(at squashfuse)"
  mount -t erofs "$peers/erofs" "$(at erofs-image)" 2> /dev/null || mount -t erofs -o loop "$peers/erofs" "$(at erofs-image)"
  fuse-overlayfs -o "lowerdir=$peers/tree/rootfs" "$(at fuse-overlayfs)"
  "$ocifs" mount --quiet --keep-layers --root "$root" --backend erofs "$image" "$(at erofs)"
  # FUSE is to read the gzip itself: from another store, without the kept layers.
  "$ocifs" mount --quiet --root "$work/plain" --backend kernel "$image" "$(at kernel)"
  "$ocifs" mount --quiet --root "$work/plain" --backend jnr "$image" "$(at jnr)"
}

# Mounts with all content native, and waits until it is.
hydrated() { # IMAGE DIR STORE
  "$ocifs" mount --quiet --root "$3" --backend kernel --hydrate "$1" "$2"
  local patience=600
  until "$ocifs" status --root "$3" "$2" | grep -Eq '100(\.0)? %'; do
    ((patience-- > 0)) || die "$1 does not become native: $("$ocifs" status --root "$3" "$2")"
    sleep 1
  done
}

# The names in the order of this round.
turn() { # ROUND NAME...
  local round=$1 names=()
  shift
  for name in "$@"; do
    if ((round % 2)); then names=("$name" "${names[@]}"); else names+=("$name"); fi
  done
  echo "${names[@]}"
}

# --- what is timed ------------------------------------------------------------------------------

list() { find "$1" -xdev -ls > /dev/null; }
archive() { tar c -C "$1" --one-file-system . | cat > /dev/null; }

# The mounts that are to be walked, in the order of this round.
trees() { # ROUND
  local names=(ext4 overlayfs squashfuse erofs-image fuse-overlayfs kernel jnr erofs)
  ! mountpoint -q "$(at hydrated)" || names+=(hydrated)
  turn "$1" "${names[@]}"
}

find_trees() { # ROUND
  local name
  for name in $(trees "$1"); do
    cold
    timed "find_cold-$name" list "$(at "$name")"
    timed "find_warm-$name" list "$(at "$name")"
  done
}

tar_trees() { # ROUND
  local name
  for name in $(trees "$1"); do
    cold
    timed "tar_cold-$name" archive "$(at "$name")"
  done
  rm -rf "$work/bundle"
  cold
  timed unpack_tar-umoci unpack_and_archive
  rm -rf "$work/bundle"
}
unpack_and_archive() {
  umoci unpack --image "$layout:$tag" "$work/bundle"
  archive "$work/bundle/rootfs"
}

stat_paths() { # ROUND
  local name java
  java=$("$here/ocifs" --find-jdk)/bin/java
  for name in $(turn "$1" ext4 overlayfs kernel jnr erofs erofs-image); do
    record "stat-$name" "$("$java" --enable-native-access=ALL-UNNAMED "$bench/StatPaths.java" "$(at "$name")" 4 300000)"
  done
}

# Operations a second of random reads of 4 KiB.
random_reads() { # NAME FILE ENGINE HOW...
  local name=$1 file=$2 engine=$3
  shift 3
  fio --name=r --readonly --rw=randread --bs=4k --filename="$file" --ioengine="$engine" --randseed=1 "$@" --output-format=json 2> /dev/null |
    python3 -c 'import json,sys; print(json.load(sys.stdin)["jobs"][0]["read"]["iops"])' > "$work/iops"
  record "$name" "$(cat "$work/iops")"
}

large() { # ROUND
  local name
  for name in $(turn "$1" ext4 hydrated); do
    local file=$work/large/$name/large/file
    [ -e "$file" ] || continue
    cold
    timed "read-$name" dd if="$file" of=/dev/null bs=1M status=none
    random_reads "random-$name" "$file" psync --runtime=3 --time_based --invalidate=0
    random_reads "random_mmap-$name" "$file" mmap --runtime=3 --time_based --invalidate=0
  done
}
make_large() {
  python3 "$bench/layouts.py" large "$work/large" "$large_bytes"
  mkdir -p "$work/large/ext4/large" "$work/large/hydrated"
  tar xzf "$(layers "$work/large/layout" large)" -C "$work/large/ext4"
  hydrated "oci:$work/large/layout:large" "$work/large/hydrated" "$root"
}

# The largest file of the image, as ext4 has it.
largest() { (cd "$(at ext4)" && find . -xdev -type f -printf '%s %P\n' | sort -n | tail -1 | cut -d' ' -f2-); }

# From an empty store, and cold.
fresh() {
  ocifs_stop "$scratch"
  rm -rf "$scratch"
  mkdir -p "$(at scratch)"
  cold
}
fresh_podman() {
  podman_reset
  cold
}
podman_then() { # COMMAND...
  podman_ pull -q "$image"
  local there
  there=$(podman_ image mount "$(podman_ images -q | head -1)")
  "$@" "$there"
}
erofs_then_tar() {
  "$ocifs" mount --quiet --root "$scratch" --backend erofs "$image" "$(at scratch)"
  archive "$(at scratch)"
}
mount_then_numpy() {
  "$ocifs" mount --quiet --root "$scratch" "$image" "$(at scratch)"
  numpy "$(at scratch)"
}
numpy() { chroot "$1" /usr/bin/python3 -c 'import numpy'; }
first_mount() { "$ocifs" mount --quiet --root "$scratch" "$image" "$(at scratch)"; }
gzip_all() { for b in "${blobs[@]}"; do gzip -dc "$b" > /dev/null; done; }

from_gzip() { # ROUND
  local name file
  file=$(largest)
  for name in $(turn "$1" kernel jnr first); do
    mountpoint -q "$(at "$name")" || continue
    cold
    random_reads "random_gzip-$name" "$(at "$name")/$file" psync --number_ios=1000 --runtime=60
  done
}

first() { # ROUND
  local step
  for step in $(turn "$1" erofs podman_tar numpy podman_numpy mount gzip); do
    case $step in
      erofs) fresh && timed first_tar-erofs erofs_then_tar ;;
      podman_tar) fresh_podman && timed first_tar-podman podman_then archive ;;
      numpy) fresh && timed first_numpy-ocifs mount_then_numpy ;;
      podman_numpy) fresh_podman && timed first_numpy-podman podman_then numpy ;;
      mount) fresh && timed first-ocifs first_mount ;;
      gzip) cold && timed first-gzip gzip_all ;;
    esac
  done
  fresh
  "$ocifs" mount --quiet --root "$scratch" --backend kernel "$image" "$(at scratch)"
  list "$(at scratch)"
  record rss-kernel "$(awk '/VmRSS/ {printf "%.1f", $2 / 1024}' "/proc/$(server_pid "$scratch")/status")"
  ocifs_stop "$scratch"
}

# --- the run ------------------------------------------------------------------------------------

"$ocifs" --version > /dev/null # trains the start-up cache of a new checkout
mkdir -p "$work/at"
if asked find || asked tar || asked stat || asked random; then make_peers; fi
if offers --hydrate; then
  if asked tar; then hydrated "$image" "$(at hydrated)" "$work/plain"; fi
  if asked large; then make_large; fi
else
  say "this ocifs has no --hydrate: rows of hydrated images are left out"
fi
if [ -n "${OCIFS_FIRST:-}" ] && asked random; then
  mkdir -p "$(at first)"
  "$OCIFS_FIRST" mount --quiet --root "$work/first" "$image" "$(at first)"
fi
for ((i = 0; i < runs; i++)); do
  say "round $((i + 1)) of $runs"
  if asked find; then find_trees $i; fi
  if asked tar; then tar_trees $i; fi
  if asked stat; then stat_paths $i; fi
  if asked large && [ -d "$work/large" ]; then large $i; fi
  if asked random; then from_gzip $i; fi
  if asked first; then first $i; fi
done
python3 "$bench/kernel.py" "$work" "$runs"
