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
here=$(cd "$(dirname "$0")/../../.." && pwd)
ocifs=${OCIFS:-$here/ocifs}
work=$(mktemp -d "${TMPDIR:-/var/tmp}/ocifs-batch.XXXXXX")
root=$work/root

cleanup() {
  "$ocifs" umount --root "$root" --all >/dev/null 2>&1 || true
  "$ocifs" server --root "$root" stop >/dev/null 2>&1 || true
  rm -rf --one-file-system "$work"
}
trap cleanup EXIT

python3 - "$work" "$mounts" <<'PY'
import gzip, hashlib, io, json, os, sys, tarfile
work, mounts = sys.argv[1], int(sys.argv[2])
layout = work + '/layout'
blobs = layout + '/blobs/sha256'
os.makedirs(blobs)
def blob(data, media):
    digest = hashlib.sha256(data).hexdigest()
    open(blobs + '/' + digest, 'wb').write(data)
    return {'mediaType': media, 'digest': 'sha256:' + digest, 'size': len(data)}
manifests = []
with open(work + '/batch', 'w') as batch:
    for i in range(mounts):
        raw = io.BytesIO()
        with tarfile.open(fileobj=raw, mode='w', format=tarfile.PAX_FORMAT) as tar:
            for j in range(20):
                member = tarfile.TarInfo(f'etc/file{j}')
                content = f'file {j} of image {i}\n'.encode()
                member.size = len(content)
                tar.addfile(member, io.BytesIO(content))
        tar = raw.getvalue()
        layer = blob(gzip.compress(tar, mtime=0), 'application/vnd.oci.image.layer.v1.tar+gzip')
        config = blob(json.dumps({'os': 'linux', 'architecture': 'amd64', 'rootfs': {'type': 'layers',
            'diff_ids': ['sha256:' + hashlib.sha256(tar).hexdigest()]}}).encode(), 'application/vnd.oci.image.config.v1+json')
        manifest = blob(json.dumps({'schemaVersion': 2, 'mediaType': 'application/vnd.oci.image.manifest.v1+json', 'config': config,
            'layers': [layer]}).encode(), 'application/vnd.oci.image.manifest.v1+json')
        manifest['annotations'] = {'org.opencontainers.image.ref.name': f'i{i}'}
        manifests.append(manifest)
        os.makedirs(f'{work}/mnt/{i}')
        batch.write(f'oci:{layout}:i{i} {work}/mnt/{i}\n')
json.dump({'schemaVersion': 2, 'manifests': manifests}, open(layout + '/index.json', 'w'))
json.dump({'imageLayoutVersion': '1.0.0'}, open(layout + '/oci-layout', 'w'))
PY

server_pid() { "$ocifs" mounts --json --root "$root" | python3 -c 'import json,sys; print(json.load(sys.stdin)[0]["pid"])'; }
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
pid=$(server_pid)
before=$(resident "$pid")
threads=$(ls "/proc/$pid/task" | wc -l)
begin=$(date +%s%N)
"$ocifs" mount --quiet --root "$root" --backend "$backend" --batch "$work/rest" > /dev/null
end=$(date +%s%N)
after=$(resident "$pid")
found=$(cat "$work"/mnt/*/etc/file7 | sort -u | wc -l)
[ "$found" -eq "$mounts" ] || { echo "batch.sh: $found of $mounts mounts read" >&2; exit 1; }
read_after=$(resident "$pid")
echo "backend $backend, $((mounts - 1)) mounts in one batch: $(((end - begin) / 1000000)) ms, with the command's own start"
echo "memory a mount: $(((after - before) / (mounts - 1))) KiB, $(((read_after - before) / (mounts - 1))) KiB after a file of each was read"
echo "threads: $threads before, $(ls "/proc/$pid/task" | wc -l) after"
