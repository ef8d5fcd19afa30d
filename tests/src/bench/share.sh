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
here=$(cd "$(dirname "$0")/../../.." && pwd)
ocifs=${OCIFS:-$here/ocifs}
work=$(mktemp -d "${TMPDIR:-/var/tmp}/ocifs-share.XXXXXX")
root=$work/root

unmount() {
  "$ocifs" umount --root "$root" --all > /dev/null 2>&1 || true
  "$ocifs" server --root "$root" stop > /dev/null 2>&1 || true
}
trap 'unmount; rm -rf --one-file-system "$work"' EXIT

python3 - "$work" "$images" <<'PY'
import gzip, hashlib, io, json, os, random, sys, tarfile
work, images = sys.argv[1], int(sys.argv[2])
layout = work + '/layout'
blobs = layout + '/blobs/sha256'
os.makedirs(blobs)
words = random.Random(1).randbytes(1 << 16)
def blob(data, media):
    digest = hashlib.sha256(data).hexdigest()
    open(blobs + '/' + digest, 'wb').write(data)
    return {'mediaType': media, 'digest': 'sha256:' + digest, 'size': len(data)}
def layer(name, files):
    raw = io.BytesIO()
    at = random.Random(name)
    with tarfile.open(fileobj=raw, mode='w', format=tarfile.PAX_FORMAT) as tar:
        for j in range(files):
            member = tarfile.TarInfo(f'{name}/d{j // 20}/f{j}')
            content = b''.join(words[i:i + 40] for i in (at.randrange(60000) for _ in range(150)))
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    tar = raw.getvalue()
    return (blob(gzip.compress(tar, mtime=0), 'application/vnd.oci.image.layer.v1.tar+gzip'), 'sha256:' + hashlib.sha256(tar).hexdigest())
shared = [layer(f'base{i}', 200) for i in range(3)]
manifests = []
with open(work + '/batch', 'w') as batch:
    for i in range(images):
        if i % 5 == 0:
            kind = layer(f'kind{i}', 200)
        layers = shared + [kind, layer(f'own{i}', 20)]
        config = blob(json.dumps({'os': 'linux', 'architecture': 'amd64', 'rootfs': {'type': 'layers',
            'diff_ids': [d for _, d in layers]}}).encode(), 'application/vnd.oci.image.config.v1+json')
        manifest = blob(json.dumps({'schemaVersion': 2, 'mediaType': 'application/vnd.oci.image.manifest.v1+json', 'config': config,
            'layers': [l for l, _ in layers]}).encode(), 'application/vnd.oci.image.manifest.v1+json')
        manifest['annotations'] = {'org.opencontainers.image.ref.name': f'i{i}'}
        manifests.append(manifest)
        os.makedirs(f'{work}/mnt/{i}')
        batch.write(f'oci:{layout}:i{i} {work}/mnt/{i}\n')
json.dump({'schemaVersion': 2, 'manifests': manifests}, open(layout + '/index.json', 'w'))
json.dump({'imageLayoutVersion': '1.0.0'}, open(layout + '/oci-layout', 'w'))
PY

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
    begin=$(date +%s%N)
    $way > /dev/null
    end=$(date +%s%N)
    found=$(ls -d "$work"/mnt/*/base0/d0 | wc -l)
    [ "$found" -eq "$images" ] || { echo "share.sh: $found of $images mounted" >&2; exit 1; }
    echo "$(((end - begin) / 1000000))" >> "$work/$way.txt"
    unmount
  done
done
python3 - "$work" "$images" <<'PY'
import statistics, sys
work, images = sys.argv[1], sys.argv[2]
each, batch = (sorted(int(x) for x in open(f'{work}/{way}.txt')) for way in ('each', 'batch'))
a, b = statistics.median(each), statistics.median(batch)
print(f'{images} images from an empty store: one command each {a:.0f} ms ({each[0]}-{each[-1]}), one batch {b:.0f} ms ({batch[0]}-{batch[-1]}), ratio {b / a:.2f}')
PY
