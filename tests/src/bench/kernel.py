"""Prints the tables of kernel.sh from its figures: kernel.py FOLDER RUNS. Each figure lies in FOLDER/WHAT-PEER.txt, one run a line."""
import os, statistics, sys

folder, runs = sys.argv[1], int(sys.argv[2])


def figures(name):
    path = f'{folder}/{name}.txt'
    return sorted(float(x) for x in open(path)) if os.path.exists(path) else []


def show(values, unit):
    if not values:
        return ''
    digits = 0 if values[-1] >= 1000 else 2 if values[-1] < 10 else 1
    return f'{statistics.median(values):,.{digits}f} {unit} ({values[0]:,.{digits}f}-{values[-1]:,.{digits}f})'


def gzip_peer():
    return 'first' if figures('random_gzip-first') else 'jnr'


# what, own figure, peer's name, peer's figure, unit, whether at most (else at least), target
ROWS = [
    ('`find -ls`, cold', 'find_cold-kernel', 'overlayfs', 'find_cold-overlayfs', 's', True, 1.2),
    ('`find -ls`, warm', 'find_warm-kernel', 'overlayfs', 'find_warm-overlayfs', 's', True, 1.1),
    ('4 threads stat of random paths, warm', 'stat-kernel', 'overlayfs', 'stat-overlayfs', '/s', False, 0.9),
    ('sequential read of 500 MB, hydrated, cold', 'read-hydrated', 'ext4', 'read-ext4', 's', True, 1 / 0.95),
    ('fio 4 KiB random read, hydrated, buffered', 'random-hydrated', 'ext4', 'random-ext4', '/s', False, 0.95),
    ('fio 4 KiB random read, hydrated, mmap', 'random_mmap-hydrated', 'ext4', 'random_mmap-ext4', '/s', False, 0.95),
    ('`find -ls`, cold: erofs backend', 'find_cold-erofs', 'overlayfs', 'find_cold-overlayfs', 's', True, 0.8),
    ('`tar c`, cold: erofs backend', 'tar_cold-erofs', 'overlayfs', 'tar_cold-overlayfs', 's', True, 1.0),
    ('`tar c`, hydrated FUSE, cold', 'tar_cold-hydrated', 'overlayfs', 'tar_cold-overlayfs', 's', True, 1.5),
    ('first mount with the erofs backend, then `tar c`', 'first_tar-erofs', '`podman pull`, mount, `tar c`', 'first_tar-podman', 's',
     True, 0.35),
    ('`tar c` straight from gzip, cold', 'tar_cold-kernel', '`umoci unpack`, `tar c`', 'unpack_tar-umoci', 's', True, 0.4),
    ('fio 4 KiB random read straight from gzip, cold', 'random_gzip-kernel',
     'first release' if gzip_peer() == 'first' else "today's jnr backend", 'random_gzip-' + gzip_peer(), '/s', False, 3),
    ("first mount and `python3 -c 'import numpy'`", 'first_numpy-ocifs', '`podman pull`, mount, the same', 'first_numpy-podman', 's', True, 0.25),
    ('first mount', 'first-ocifs', '`gzip -dc` of the layers', 'first-gzip', 's', True, 0.3),
]
print(f'Medians of {runs} rounds (least-most).\n')
print('| work | ocifs | peer | | ratio | target | |\n|---|---|---|---|---|---|---|')
for what, own, peer_name, peer, unit, at_most, target in ROWS:
    a, b = figures(own), figures(peer)
    goal = ('≤' if at_most else '≥') + f' {target:.2g}'
    if not a or not b:
        print(f'| {what} | {show(a, unit)} | {peer_name} | {show(b, unit)} | | {goal} | not measured |')
        continue
    ratio = statistics.median(a) / statistics.median(b)
    met = ratio <= target if at_most else ratio >= target
    print(f'| {what} | {show(a, unit)} | {peer_name} | {show(b, unit)} | {ratio:.2f} | {goal} | {"met" if met else "missed"} |')
rss = figures('rss-kernel')
verdict = 'not measured' if not rss else 'met' if statistics.median(rss) <= 120 else 'missed'
print(f'| server RSS with one image, after `find -ls` | {show(rss, "MB")} | | | | ≤ 120 MB | {verdict} |')

PEERS = ['ext4', 'overlayfs', 'erofs-image', 'squashfuse', 'fuse-overlayfs', 'jnr', 'kernel', 'hydrated', 'erofs']
print('\nAll peers; `jnr`, `kernel`, `hydrated` and `erofs` are ocifs.\n')
print('| | ' + ' | '.join(PEERS) + ' |\n|' + '---|' * (len(PEERS) + 1))
for what, name, unit in [('`find -ls`, cold', 'find_cold', 's'), ('`find -ls`, warm', 'find_warm', 's'), ('`tar c`, cold', 'tar_cold', 's'),
                         ('stat', 'stat', '/s')]:
    cells = [figures(f'{name}-{peer}') for peer in PEERS]
    print(f'| {what} | ' + ' | '.join(f'{statistics.median(c):,.{0 if c[-1] >= 1000 else 2}f} {unit}' if c else '' for c in cells) + ' |')
