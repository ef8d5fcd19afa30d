"""OCI image layouts for the benchmarks of this folder.

    layouts.py small WORK COUNT     makes WORK/layout with COUNT images of one small layer each
    layouts.py shared WORK COUNT    ... with COUNT images that share most of their layers
    layouts.py large WORK BYTES     ... with one image of one file, large/file
    layouts.py layers LAYOUT TAG    prints the blobs of an image's layers, base first

What it makes has a list for `ocifs mount --batch` in WORK/batch, and the directories that it names.
"""
import gzip, hashlib, io, json, os, random, sys, tarfile

MANIFEST = 'application/vnd.oci.image.manifest.v1+json'


class Layout:
    """A layout that is being written, with a batch that mounts each of its images."""

    def __init__(self, work):
        self.work, self.path, self.manifests = work, work + '/layout', []
        os.makedirs(self.path + '/blobs/sha256')

    def blob(self, data, media):
        digest = hashlib.sha256(data).hexdigest()
        with open(f'{self.path}/blobs/sha256/{digest}', 'wb') as out:
            out.write(data)
        return {'mediaType': media, 'digest': 'sha256:' + digest, 'size': len(data)}

    def layer(self, files, level=9):
        """A gzip layer of names and contents: its descriptor and its diffID."""
        raw = io.BytesIO()
        with tarfile.open(fileobj=raw, mode='w', format=tarfile.PAX_FORMAT) as tar:
            for name, content in files:
                member = tarfile.TarInfo(name)
                member.size = len(content)
                tar.addfile(member, io.BytesIO(content))
        tar = raw.getvalue()
        return (self.blob(gzip.compress(tar, level, mtime=0), 'application/vnd.oci.image.layer.v1.tar+gzip'),
                'sha256:' + hashlib.sha256(tar).hexdigest())

    def image(self, tag, layers):
        config = {'os': 'linux', 'architecture': 'amd64', 'rootfs': {'type': 'layers', 'diff_ids': [d for _, d in layers]}}
        manifest = {'schemaVersion': 2, 'mediaType': MANIFEST, 'layers': [l for l, _ in layers],
                    'config': self.blob(json.dumps(config).encode(), 'application/vnd.oci.image.config.v1+json')}
        named = self.blob(json.dumps(manifest).encode(), MANIFEST)
        named['annotations'] = {'org.opencontainers.image.ref.name': tag}
        self.manifests.append(named)

    def finish(self):
        with open(self.path + '/index.json', 'w') as out:
            json.dump({'schemaVersion': 2, 'manifests': self.manifests}, out)
        with open(self.path + '/oci-layout', 'w') as out:
            json.dump({'imageLayoutVersion': '1.0.0'}, out)
        with open(self.work + '/batch', 'w') as batch:
            for i, manifest in enumerate(self.manifests):
                os.makedirs(f'{self.work}/mnt/{i}')
                batch.write(f'oci:{self.path}:{manifest["annotations"]["org.opencontainers.image.ref.name"]} {self.work}/mnt/{i}\n')


def small(work, count):
    layout = Layout(work)
    for i in range(count):
        layout.image(f'i{i}', [layout.layer((f'etc/file{j}', f'file {j} of image {i}\n'.encode()) for j in range(20))])
    layout.finish()


def shared(work, count):
    """Three layers of all, one of each five, and a small one of its own."""
    layout = Layout(work)
    words = random.Random(1).randbytes(1 << 16)

    def layer(name, files):
        at = random.Random(name)
        return layout.layer((f'{name}/d{j // 20}/f{j}', b''.join(words[i:i + 40] for i in (at.randrange(60000) for _ in range(150))))
                            for j in range(files))
    bases = [layer(f'base{i}', 200) for i in range(3)]
    for i in range(count):
        if i % 5 == 0:
            kind = layer(f'kind{i}', 200)
        layout.image(f'i{i}', bases + [kind, layer(f'own{i}', 20)])
    layout.finish()


def large(work, length):
    """Half of each piece is noise, so that gzip makes about half of it."""
    layout = Layout(work)
    noise = random.Random(2)
    piece = b''.join(noise.randbytes(512) + bytes(512) for _ in range(4096))
    content = b''.join(i.to_bytes(8, 'big') + piece[8:] for i in range(-(-length // len(piece))))[:length]
    layout.image('large', [layout.layer([('large/file', content)], level=1)])
    layout.finish()


def layers(path, tag):
    def blob(descriptor):
        return f'{path}/blobs/' + descriptor['digest'].replace(':', '/')
    with open(path + '/index.json') as index:
        for manifest in json.load(index)['manifests']:
            if manifest.get('annotations', {}).get('org.opencontainers.image.ref.name') == tag:
                for layer in json.load(open(blob(manifest)))['layers']:
                    print(blob(layer))


if __name__ == '__main__':
    what, one, two = sys.argv[1:]
    {'small': lambda: small(one, int(two)), 'shared': lambda: shared(one, int(two)), 'large': lambda: large(one, int(two)),
     'layers': lambda: layers(one, two)}[what]()
