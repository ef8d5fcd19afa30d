"""The table of registry.sh: registry.py FOLDER-OF-FIGURES RUNS RATES."""
import os, statistics, sys

work, runs, rates = sys.argv[1], sys.argv[2], sys.argv[3].split()


def figures(name):
    path = f'{work}/{name}.txt'
    return sorted(float(x) for x in open(path)) if os.path.exists(path) else []


def seconds(f):
    return f'{statistics.median(f):.2f} s' + (f' ({f[0]:.2f}-{f[-1]:.2f})' if len(f) > 1 else '')


def megabytes(f):
    return f'{statistics.median(f) / 1e6:.1f} MB'


def row(work_label, name, show, peer_label, peer, target):
    own, other = figures(name), figures(peer)
    if not own:
        return
    if not other:
        print(f'| {work_label} | {show(own)} | {peer_label} | not run | | {target and f"≤ {target}" or ""} | |')
        return
    ratio = statistics.median(own) / statistics.median(other)
    verdict = '' if target is None else 'met' if ratio <= target else 'missed'
    print(f'| {work_label} | {show(own)} | {peer_label} | {show(other)} | {ratio:.3f} | {"" if target is None else f"≤ {target}"} | {verdict} |')


def bound(work_label, value, show, target, text, ok):
    print(f'| {work_label} | {show} | | | {text} | {target} | {"met" if ok else "missed"} |')


def rate_name(rate):
    return 'unlimited' if rate == '0' else f'{int(rate) / 1e6:g} MB/s'


image = figures('image_bytes')[0]
print(f'Medians of {runs} runs (least-most); {image / 1e6:.0f} MB of compressed layers; load at the end {open("/proc/loadavg").read().split()[0]}.\n')
print('| ocifs | | peer | | ratio | target | |\n|---|---|---|---|---|---|---|')
for rate in rates:
    # Only for slow lines is something claimed: a fast one brings what is not needed in no time, too.
    target = 0.1 if rate == '3000000' else None
    for prefetch in ('none', 'auto'):
        name = f'lazy-{rate}-{prefetch}'
        label = f'`import numpy`, {rate_name(rate)}, `--prefetch {prefetch}`'
        for peer, peer_label in (('umoci', '`skopeo copy`, `umoci unpack`, the same'), ('podman', '`podman pull`, mount, the same')):
            row(label, name, seconds, peer_label, f'{peer}-{rate}', target)
            row(label + ': bytes', name + '-bytes', megabytes, peer_label, f'{peer}-{rate}-bytes', target if prefetch == 'none' else None)
    requests, moved = figures(f'lazy-{rate}-none-requests'), figures(f'lazy-{rate}-none-bytes')
    if requests:
        count, each = statistics.median(requests), statistics.median(moved) / statistics.median(requests) / 1024
        bound(f'requests, {rate_name(rate)}, `--prefetch none`', count, f'{count:.0f}', '≤ 1 per 256 KiB', f'1 per {each:.0f} KiB', each >= 256)
        for name, label in (('again', 'a second time'), ('remounted', 'mounted again')):
            most = max(figures(f'{name}-{rate}-requests'))
            bound(f'requests {label}, {rate_name(rate)}', most, f'{most:.0f}, {seconds(figures(f"{name}-{rate}"))}', '0', '', most == 0)
row('`ocifs pull`, mount, `ls`, unlimited', 'pull-ocifs', seconds, '`podman pull`, mount, `ls`', 'pull-podman', 0.4)
index = figures('index_bytes')[0]
bound('published index', index, f'{index / 1e6:.2f} MB', '≤ 0.7 %', f'{index / image * 100:.2f} %', index / image <= 0.007)
