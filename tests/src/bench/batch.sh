#!/usr/bin/env bash
# Times a batch of mounts through a running server, and tells what memory each mount adds to it.
#
#   tests/src/bench/batch.sh [MOUNTS] [BACKEND]
#
# Makes MOUNTS (100) images of one layer each, mounts and unmounts them once so that they are indexed and the server is warm, then mounts
# them again. Needs root. OCIFS names another launcher than the repository's.
set -euo pipefail

mounts=${1:-100}
backend=${2:-auto}
source "$(dirname "$0")/lib.sh"
root=$work/root

clean_up() { ocifs_stop "$root"; }
python3 "$bench/layouts.py" small "$work" "$mounts"

resident() { awk '/^Pss:/ {s = $2} END {print s}' "/proc/$1/smaps_rollup"; }

"$ocifs" --version > /dev/null
# The first mount stays, and with it the server.
head -1 "$work/batch" > "$work/one"
tail -n +2 "$work/batch" > "$work/rest"
"$ocifs" mount --quiet --root "$root" --backend "$backend" --batch "$work/one"
for run in first warm warm; do
  "$ocifs" mount --quiet --root "$root" --backend "$backend" --batch "$work/rest" > /dev/null
  cut -d" " -f2 "$work/rest" | xargs umount
done
pid=$(server_pid "$root")
before=$(resident "$pid")
threads=$(ls "/proc/$pid/task" | wc -l)
begin=$(now)
"$ocifs" mount --quiet --root "$root" --backend "$backend" --batch "$work/rest" > /dev/null
end=$(now)
after=$(resident "$pid")
found=$(cat "$work"/mnt/*/etc/file7 | sort -u | wc -l)
[ "$found" -eq "$mounts" ] || die "$found of $mounts mounts read"
read_after=$(resident "$pid")
echo "backend $backend, $((mounts - 1)) mounts in one batch: $(((end - begin) / 1000000)) ms, with the command's own start"
echo "memory a mount: $(((after - before) / (mounts - 1))) KiB, $(((read_after - before) / (mounts - 1))) KiB after a file of each was read"
echo "threads: $threads before, $(ls "/proc/$pid/task" | wc -l) after"
