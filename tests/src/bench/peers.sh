#!/usr/bin/env bash
# Times ocifs against the programs that people use for the same work, in one run, and prints ratios.
#
#   tests/src/bench/peers.sh LAYOUT TAG [RUNS]
#
# LAYOUT is an OCI image layout, TAG an image in it, RUNS how often each thing is timed (5). Needs root, to drop the page cache before
# each run. Peers that are not installed are left out: gzip, umoci, podman. OCIFS names another launcher than the repository's.
set -euo pipefail

layout=$(realpath "${1:?usage: peers.sh LAYOUT TAG [RUNS]}")
tag=${2:?usage: peers.sh LAYOUT TAG [RUNS]}
runs=${3:-5}
source "$(dirname "$0")/lib.sh"
image=oci:$layout:$tag
mnt=$work/mnt
root=$work/root
mkdir -p "$mnt"

clean_up() {
  ocifs_stop "$root"
  podman_reset
}

mapfile -t blobs < <(layers "$layout" "$tag")
[ ${#blobs[@]} -gt 0 ] || die "$layout has no image $tag"
image_bytes=$(stat -Lc %s "${blobs[@]}" | awk '{s += $1} END {print s}')

mount_first() { rm -rf "$root"; cold; timed first "$ocifs" mount --quiet --root "$root" "$image" "$mnt"; }
unmount() { "$ocifs" umount --root "$root" "$mnt" > /dev/null; }

read_tree() { tar c -C "$mnt" . | cat > /dev/null; }
gzip_all() { for b in "${blobs[@]}"; do gzip -dc "$b" > /dev/null; done; }

for ((i = 0; i < runs; i++)); do
  # Built once: the first use of a checkout trains its start-up cache.
  [ $i -gt 0 ] || "$ocifs" --version > /dev/null
  mount_first
  timed tar read_tree
  record rss "$(awk '/VmHWM/ {printf "%.1f", $2 / 1024}' "/proc/$(server_pid "$root")/status")"
  unmount
  cold
  timed second "$ocifs" mount --quiet --root "$root" "$image" "$mnt"
  # The page cache was empty: what it now holds of the blobs has been read.
  record second_read "$(fincore -b -n -o RES "${blobs[@]}" | awk '{s += $1} END {print s + 0}')"
  unmount
  cold
  timed gzip gzip_all
  if have umoci; then
    rm -rf "$work/bundle"
    cold
    timed umoci umoci unpack --image "$layout:$tag" "$work/bundle"
    rm -rf "$work/bundle"
  fi
  if have podman; then
    podman_reset
    cold
    timed podman_pull podman_ pull -q "$image"
    id=$(podman_ images -q | head -1)
    podman_ image mount "$id" > /dev/null && podman_ image umount "$id" > /dev/null
    cold
    timed podman_mount podman_ image mount "$id"
    podman_ image umount "$id" > /dev/null
    podman_ rmi -f "$id" > /dev/null
  fi
done

python3 - "$work" "$image_bytes" "$runs" <<'PY'
import os, statistics, sys
work, image_bytes, runs = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
def figures(name):
    path = f'{work}/{name}.txt'
    return sorted(float(x) for x in open(path)) if os.path.exists(path) else None
def show(f, unit='s'):
    return f'{statistics.median(f):.3f} {unit} ({f[0]:.3f}-{f[-1]:.3f})'
rows = [('first mount', 'first', '`gzip -dc` of all layers', 'gzip', 0.4),
        ('first mount', 'first', '`umoci unpack`', 'umoci', 0.2),
        ('first mount', 'first', '`podman pull`', 'podman_pull', 0.25),
        ('second mount', 'second', '`podman image mount`', 'podman_mount', 20),
        ('`tar c` after the first mount', 'tar', '`umoci unpack`', 'umoci', 0.8)]
print(f'Medians of {runs} runs (least-most), page cache dropped before each; {image_bytes / 1e6:.0f} MB of compressed layers.\n')
print('| ocifs | | peer | | ratio | target | |\n|---|---|---|---|---|---|---|')
for label, own, peer_label, peer, target in rows:
    a, b = figures(own), figures(peer)
    if not b:
        print(f'| {label} | {show(a)} | {peer_label} | not installed | | ≤ {target} | |')
        continue
    ratio = statistics.median(a) / statistics.median(b)
    print(f'| {label} | {show(a)} | {peer_label} | {show(b)} | {ratio:.2f} | ≤ {target} | {"met" if ratio <= target else "missed"} |')
share = statistics.median(figures('second_read')) / image_bytes * 100
print(f'| bytes read by the second mount | {statistics.median(figures("second_read")) / 1e6:.2f} MB | the image\'s layers | {image_bytes / 1e6:.0f} MB | {share:.2f} % | < 1 % | {"met" if share < 1 else "missed"} |')
rss = figures('rss')
print(f'| peak RSS of the server | {show(rss, "MB")} | | | | ≤ 256 MB | {"met" if rss[len(rss) // 2] <= 256 else "missed"} |')
PY
