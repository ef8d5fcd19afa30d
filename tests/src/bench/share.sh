#!/usr/bin/env bash
# Times mounting images that share layers, from an empty store: by one command each, and by one batch.
#
#   tests/src/bench/share.sh [IMAGES] [RUNS]
#
# Makes IMAGES (20) images: three layers of all, one of each five, and a small one of its own. OCIFS names another launcher than the
# repository's.
set -euo pipefail

images=${1:-20}
runs=${2:-5}
source "$(dirname "$0")/lib.sh"
root=$work/root

clean_up() { ocifs_stop "$root"; }
python3 "$bench/layouts.py" shared "$work" "$images"

each() {
  while read -r image dir; do
    "$ocifs" mount --quiet --root "$root" "$image" "$dir" < /dev/null
  done < "$work/batch"
}
batch() { "$ocifs" mount --quiet --root "$root" --batch "$work/batch"; }

"$ocifs" --version > /dev/null
for ((i = 0; i < runs; i++)); do
  for way in each batch; do
    rm -rf "$root"
    begin=$(now)
    $way > /dev/null
    end=$(now)
    found=$(ls -d "$work"/mnt/*/base0/d0 | wc -l)
    [ "$found" -eq "$images" ] || die "$found of $images mounted"
    echo "$(((end - begin) / 1000000))" >> "$work/$way.txt"
    ocifs_stop "$root"
  done
done
python3 - "$work" "$images" <<'PY'
import statistics, sys
work, images = sys.argv[1], sys.argv[2]
each, batch = (sorted(int(x) for x in open(f'{work}/{way}.txt')) for way in ('each', 'batch'))
a, b = statistics.median(each), statistics.median(batch)
print(f'{images} images from an empty store: one command each {a:.0f} ms ({each[0]}-{each[-1]}), one batch {b:.0f} ms ({batch[0]}-{batch[-1]}), ratio {b / a:.2f}')
PY
