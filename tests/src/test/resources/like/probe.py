"""Does to a read-only tree what programs do to files, and prints a line for each thing: its name and result, or its errno.

    probe.py TREE

Two file systems that hold the same tree and behave alike print the same. What rightly differs is not printed: numbers of inodes and
devices, sizes of directories, how finely blocks are counted and their size, times of access and change. Needs root and Linux.
"""
import ctypes, errno, fcntl, hashlib, mmap, os, select, shutil, socket, stat, struct, subprocess, sys, tempfile

TREE = sys.argv[1]
NOBODY = 65534
# Calls that fail leave no errno behind without use_errno.
libc = ctypes.CDLL(None, use_errno=True)
libc.telldir.restype = ctypes.c_long
libc.opendir.restype = ctypes.c_void_p
probes = []


def probe(function):
    probes.append(function)
    return function


def path(name):
    return os.path.join(TREE, name)


def outcome(call):
    try:
        result = call()
    except OSError as e:
        return errno.errorcode.get(e.errno, e.errno)
    except ValueError as e:  # Python itself refused
        return e
    return hashlib.sha256(result).hexdigest()[:16] + f'/{len(result)}' if isinstance(result, bytes) else result


def say(name, call):
    print(f'{name}: {outcome(call)}', flush=True)


def checked(result):
    if result < 0:
        e = ctypes.get_errno()
        raise OSError(e, os.strerror(e))
    return result


class opened:
    """A descriptor for a with-statement."""

    def __init__(self, name, flags=os.O_RDONLY):
        self.name, self.flags = name, flags

    def __enter__(self):
        self.fd = os.open(path(self.name), self.flags)
        return self.fd

    def __exit__(self, *_):
        os.close(self.fd)


def run(*command, **options):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options)
    return done.returncode, done.stdout.replace(TREE.encode(), b'TREE').decode(errors='backslashreplace')


def in_child(call, before=lambda: None):
    """What a call gives in a process of its own."""
    r, w = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            before()
            os.write(w, str(outcome(call)).encode())
        finally:
            os._exit(0)
    os.close(w)
    with os.fdopen(r) as answer:
        text = answer.read()
    os.waitpid(pid, 0)
    return text


def as_nobody(call):
    def become():
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
    return in_child(call, become)


@probe
def opening():
    flags = ['O_RDONLY', 'O_WRONLY', 'O_RDWR', 'O_NOATIME', 'O_DIRECT', 'O_PATH', 'O_DIRECTORY', 'O_NOFOLLOW', 'O_TRUNC', 'O_APPEND',
             'O_CREAT', 'O_EXCL', 'O_SYNC', 'O_NONBLOCK', 'O_TMPFILE']
    for name in ['file', 'empty', 'dir', 'link', 'dangling', 'loop', 'secret', 'absent', 'file/below', 'dir/../file', 'dir/',
                 'file/', 'n' * 255, 'n' * 256, 'a/' * 2100]:
        for flag in flags:
            value = getattr(os, flag) | (os.O_CREAT if flag == 'O_EXCL' else 0)
            say(f'open {name[:20]}{len(name)} {flag}', lambda: os.close(os.open(path(name), value)))
            say(f'open as nobody {name[:20]}{len(name)} {flag}', lambda: as_nobody(lambda: os.close(os.open(path(name), value))))
    say('write through a writable descriptor', lambda: os.open(path('public'), os.O_RDWR | os.O_TRUNC))
    say('open a device', lambda: os.open(path('null'), os.O_RDWR))
    say('open a fifo', lambda: os.close(os.open(path('fifo'), os.O_RDONLY | os.O_NONBLOCK)))
    say('open a fifo to write', lambda: os.open(path('fifo'), os.O_WRONLY | os.O_NONBLOCK))
    with opened('file', os.O_PATH) as fd:
        say('O_PATH read', lambda: os.read(fd, 1))
        say('O_PATH stat', lambda: os.fstat(fd).st_size)
        say('O_PATH again', lambda: os.read(os.open(f'/proc/self/fd/{fd}', os.O_RDONLY), 100_003))
    with opened('dir', os.O_PATH) as fd:
        say('openat below O_PATH', lambda: os.read(os.open('inner', os.O_RDONLY, dir_fd=fd), 100))
        say('fchdir', lambda: os.fchdir(fd))
        os.chdir('/')


@probe
def reading():
    with opened('file') as fd:
        for pos, count in [(0, 10), (99_999, 10), (100_003, 1), (200_000, 1), (-1, 1), (1 << 62, 1), (4095, 2), (0, 0)]:
            say(f'pread {pos} {count}', lambda: os.pread(fd, count, pos))
        say('lseek past the end', lambda: os.lseek(fd, 1 << 40, os.SEEK_SET))
        say('lseek before the beginning', lambda: os.lseek(fd, -1, os.SEEK_SET))
        say('lseek from the end', lambda: os.lseek(fd, -3, os.SEEK_END))
        say('read there', lambda: os.read(fd, 10))
        say('write', lambda: os.write(fd, b'x'))
        say('pwrite', lambda: os.pwrite(fd, b'x', 0))
        say('ftruncate', lambda: os.ftruncate(fd, 0))
        say('fsync', lambda: os.fsync(fd))
        say('fdatasync', lambda: os.fdatasync(fd))
        say('syncfs', lambda: checked(libc.syncfs(fd)))
        say('fadvise', lambda: os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_WILLNEED))
        say('readahead', lambda: checked(libc.readahead(fd, ctypes.c_long(0), 4096)))
        say('fallocate', lambda: os.posix_fallocate(fd, 0, 1))
        say('FIONREAD', lambda: struct.unpack('i', fcntl.ioctl(fd, 0x541B, b'\0' * 4)))
        say('TCGETS', lambda: fcntl.ioctl(fd, 0x5401, b'\0' * 64))
        say('poll', lambda: poll(fd))
    with opened('dir') as fd:
        say('read a directory', lambda: os.read(fd, 10))
        say('fsync a directory', lambda: os.fsync(fd))
    with opened('large') as fd:
        say('readv', lambda: readv(fd))
    for pos in [0, 1 << 20, 4096, (3 << 20) - 4096, 3 << 20, 4 << 20]:
        say(f'O_DIRECT read {pos}', lambda: direct('large', pos))
    for name in ['file', 'sparse', 'empty', 'large']:
        with opened(name) as fd:
            for at in [0, 4096, 8192, 1 << 20, (1 << 20) + 4096, 100_002, 100_003, 1 << 30]:
                say(f'SEEK_DATA {name} {at}', lambda: os.lseek(fd, at, os.SEEK_DATA))
                say(f'SEEK_HOLE {name} {at}', lambda: os.lseek(fd, at, os.SEEK_HOLE))
        say(f'content {name}', lambda: open(path(name), 'rb').read())


def direct(name, pos):
    with opened(name, os.O_DIRECT) as fd:
        buffer = mmap.mmap(-1, 1 << 20)
        return bytes(buffer[:os.preadv(fd, [buffer], pos)])


def poll(fd):
    p = select.poll()
    p.register(fd)
    return p.poll(0)[0][1]


def readv(fd):
    parts = [bytearray(5000), bytearray(1), bytearray(1 << 20)]
    return os.readv(fd, parts), hashlib.sha256(b''.join(parts)).hexdigest()[:16]


@probe
def mapping():
    shared, private = mmap.MAP_SHARED, mmap.MAP_PRIVATE
    read, write, execute = mmap.PROT_READ, mmap.PROT_WRITE, mmap.PROT_EXEC
    for name in ['file', 'large']:
        with opened(name) as fd:
            for label, flags, prot in [('private r', private, read), ('private rw', private, read | write), ('shared r', shared, read),
                                       ('shared rw', shared, read | write), ('private rx', private, read | execute)]:
                say(f'map {name} {label}', lambda: bytes(mmap.mmap(fd, 0, flags, prot)))
            copy = mmap.mmap(fd, 0, private, read | write)
            copy[:4] = b'ours'
            say(f'map {name} changed', lambda: bytes(copy) + os.pread(fd, 4, 0))
            view = mmap.mmap(fd, 0, shared, read)
            say(f'map {name} advise', lambda: view.madvise(mmap.MADV_WILLNEED) if hasattr(view, 'madvise') else None)
            say(f'map {name} page behind the end', lambda: beyond(fd))
    with opened('dir') as fd:
        say('map a directory', lambda: mmap.mmap(fd, 4096, private, read))


def beyond(fd):
    """The rest of the last page is zeros."""
    size = os.fstat(fd).st_size
    libc.mmap.restype = ctypes.c_void_p
    libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
    pages = -(-size // 4096) * 4096
    at = libc.mmap(None, pages, mmap.PROT_READ, mmap.MAP_SHARED, fd, 0)
    return ctypes.string_at(at + size, pages - size)


@probe
def copying():
    with tempfile.TemporaryFile() as out, opened('large') as fd:
        say('sendfile to a file', lambda: sendfile_all(out.fileno(), fd))
        say('what was sent', lambda: os.pread(out.fileno(), 4 << 20, 0))
    with opened('large') as fd:
        say('splice', lambda: splice_all(fd))
    with opened('file') as fd:
        a, b = socket.socketpair()
        say('sendfile to a socket', lambda: (os.sendfile(a.fileno(), fd, 100, 5000), b.recv(5000) == os.pread(fd, 5000, 100)))
    with opened('file') as fd, tempfile.TemporaryFile() as there:
        say('splice in', lambda: os.splice(there.fileno(), fd, 10))
        say('sendfile in', lambda: os.sendfile(fd, there.fileno(), 0, 10))
    say('copy', lambda: copied('large'))


def copied(name):
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy2(path(name), folder)
        return open(os.path.join(folder, name), 'rb').read()


def sendfile_all(out, fd):
    total = 0
    while n := os.sendfile(out, fd, None, 1 << 20):
        total += n
    return total


def splice_all(fd):
    r, w = os.pipe()
    digest = hashlib.sha256()
    while n := os.splice(fd, w, 65536):
        while n > 0:
            piece = os.read(r, n)
            digest.update(piece)
            n -= len(piece)
    return digest.hexdigest()


@probe
def attributes():
    for root, dirs, files in sorted(os.walk(TREE)):
        for name in sorted(dirs + files):
            s = os.lstat(os.path.join(root, name))
            size = '' if stat.S_ISDIR(s.st_mode) else s.st_size
            where = os.path.relpath(os.path.join(root, name), TREE)
            print(f'stat {where}: {s.st_mode:o} {s.st_nlink} {s.st_uid} {s.st_gid} {size} {s.st_mtime_ns} {s.st_rdev}')
    for name in ['file', 'dir', 'link', 'sparse', 'null', 'absent']:
        say(f'statx {name}', lambda: statx(name))
    for name in ['sparse', 'hole', 'empty', 'dir/inner']:
        say(f'blocks of {name}', lambda: -(-os.stat(path(name)).st_blocks // 8))
    v = os.statvfs(TREE)
    print('statvfs:', v.f_namemax, v.f_flag & (os.ST_RDONLY | os.ST_NOSUID | os.ST_NODEV | os.ST_NOEXEC))
    for name in ['PC_NAME_MAX', 'PC_PATH_MAX', 'PC_PIPE_BUF']:
        say(f'pathconf {name}', lambda: os.pathconf(path('file'), name))
    for name in ['file', 'secret', 'script', 'dir', 'closed', 'closed/in', 'link', 'absent']:
        for mode in ['R_OK', 'W_OK', 'X_OK', 'F_OK']:
            say(f'access {name} {mode}', lambda: os.access(path(name), getattr(os, mode)))
            say(f'faccessat {name} {mode}', lambda: checked(libc.access(os.fsencode(path(name)), getattr(os, mode))))
            say(f'access as nobody {name} {mode}', lambda: as_nobody(
                lambda: checked(libc.access(os.fsencode(path(name)), getattr(os, mode)))))
    say('readlink', lambda: os.readlink(path('link')))
    say('readlink of a file', lambda: os.readlink(path('file')))
    say('stat through a loop', lambda: os.stat(path('loop')))


def statx(name):
    """Mask, mode, links, owner, size of a file, time of change of the content: struct statx of linux/stat.h."""
    buffer = ctypes.create_string_buffer(256)
    basic = 0x7ff
    checked(libc.statx(-100, os.fsencode(path(name)), 0x100, basic, buffer))
    mask, _, _, nlink, uid, gid, mode = struct.unpack_from('=IIQIIIH', buffer.raw)
    size, = struct.unpack_from('=Q', buffer.raw, 40)
    return f'{mask & basic:x} {nlink} {uid} {gid} {mode:o} {"" if stat.S_ISDIR(mode) else size}'


@probe
def extended_attributes():
    for name in ['file', 'dir', 'link', 'empty', 'capable', 'absent', '.']:
        say(f'listxattr {name}', lambda: sorted(os.listxattr(path(name), follow_symlinks=False)))
        say(f'listxattr as nobody {name}', lambda: as_nobody(lambda: sorted(os.listxattr(path(name), follow_symlinks=False))))
        for key in ['user.one', 'user.none', 'trusted.two', 'security.capability', 'security.selinux', 'system.posix_acl_access',
                    'system.posix_acl_default', 'nonsense', 'user.', 'user.' + 'k' * 250, 'user.' + 'k' * 251]:
            say(f'getxattr {name} {key[:30]}', lambda: os.getxattr(path(name), key, follow_symlinks=False))
            say(f'getxattr as nobody {name} {key[:30]}',
                lambda: as_nobody(lambda: os.getxattr(path(name), key, follow_symlinks=False)))
        say(f'setxattr {name}', lambda: os.setxattr(path(name), 'user.new', b'', follow_symlinks=False))
        say(f'removexattr {name}', lambda: os.removexattr(path(name), 'user.one', follow_symlinks=False))
    say('getxattr into too little', lambda: checked(libc.getxattr(os.fsencode(path('file')), b'user.one', ctypes.create_string_buffer(1), 1)))
    say('listxattr into too little', lambda: checked(libc.listxattr(os.fsencode(path('file')), ctypes.create_string_buffer(1), 1)))


@probe
def changing():
    changes = {
        'chmod': lambda p: os.chmod(p, 0o600), 'chown': lambda p: os.chown(p, 1, 1), 'utime': lambda p: os.utime(p),
        'utime set': lambda p: os.utime(p, (1, 1)), 'truncate': lambda p: os.truncate(p, 0), 'unlink': os.unlink, 'rmdir': os.rmdir,
        'mkdir': os.mkdir, 'mknod': os.mknod, 'mkfifo': os.mkfifo, 'symlink': lambda p: os.symlink('x', p),
        'link to': lambda p: os.link(path('file'), p), 'link from': lambda p: os.link(p, path('new')),
        'link out': lambda p: os.link(p, '/tmp/ocifs-probe-link'), 'rename': lambda p: os.rename(p, path('new')),
        'rename onto': lambda p: os.rename(path('public'), p), 'rename out': lambda p: os.rename(p, '/tmp/ocifs-probe-rename'),
        'chroot': lambda p: in_child(lambda: os.chroot(p)), 'create': lambda p: os.close(os.open(p, os.O_CREAT | os.O_WRONLY, 0o600)),
    }
    for what, change in changes.items():
        for name in ['file', 'dir', 'link', 'dangling', 'absent', 'absent/below', 'file/below', 'closed/in', '.']:
            say(f'{what} {name}', lambda: change(path(name)))
            say(f'{what} as nobody {name}', lambda: as_nobody(lambda: change(path(name))))


@probe
def listing():
    names = sorted(os.listdir(path('many')))
    print('names:', len(names), hashlib.sha256('\n'.join(names).encode()).hexdigest())
    say('types', lambda: sorted((e.name, e.is_dir(follow_symlinks=False), e.is_symlink()) for e in os.scandir(TREE)))
    say('seekdir', lambda: seeks('many'))
    say('seekdir small', lambda: seeks('dir'))
    say('list a file', lambda: os.listdir(path('file')))
    say('list as nobody', lambda: as_nobody(lambda: os.listdir(path('closed'))))
    say('dots', lambda: dots('dir'))


class Dirent(ctypes.Structure):
    _fields_ = [('ino', ctypes.c_ulong), ('off', ctypes.c_long), ('reclen', ctypes.c_ushort), ('type', ctypes.c_ubyte),
                ('name', ctypes.c_char * 256)]


libc.readdir.restype = ctypes.POINTER(Dirent)


def entry(stream):
    found = libc.readdir(ctypes.c_void_p(stream))
    return found.contents.name if found else None


def seeks(name):
    """Every place that telldir tells is found again, in any order, also after a rewind."""
    stream = libc.opendir(os.fsencode(path(name)))
    places = []
    while True:
        place = libc.telldir(ctypes.c_void_p(stream))
        found = entry(stream)
        if found is None:
            break
        places.append((place, found))
    wrong = 0
    for place, due in places[::-1] + places[::7]:
        libc.seekdir(ctypes.c_void_p(stream), ctypes.c_long(place))
        wrong += entry(stream) != due
    libc.rewinddir(ctypes.c_void_p(stream))
    again = []
    while (found := entry(stream)) is not None:
        again.append(found)
    libc.closedir(ctypes.c_void_p(stream))
    return len(places), wrong, again == [found for _, found in places]


def dots(name):
    stream = libc.opendir(os.fsencode(path(name)))
    inodes = {}
    while found := libc.readdir(ctypes.c_void_p(stream)):
        inodes[found.contents.name] = found.contents.ino
    libc.closedir(ctypes.c_void_p(stream))
    return [inodes[n] == os.stat(path(f'{name}/{n.decode()}')).st_ino for n in (b'.', b'..', b'inner')]


@probe
def locking():
    for name in ['file', 'dir']:
        with opened(name) as a, opened(name) as b:
            say(f'flock {name} shared', lambda: fcntl.flock(a, fcntl.LOCK_SH))
            say(f'flock {name} shared twice', lambda: fcntl.flock(b, fcntl.LOCK_SH | fcntl.LOCK_NB))
            say(f'flock {name} against', lambda: fcntl.flock(b, fcntl.LOCK_EX | fcntl.LOCK_NB))
            say(f'flock {name} undone', lambda: fcntl.flock(a, fcntl.LOCK_UN))
            say(f'flock {name} alone', lambda: fcntl.flock(b, fcntl.LOCK_EX | fcntl.LOCK_NB))
            say(f'lockf {name} read', lambda: fcntl.lockf(a, fcntl.LOCK_SH | fcntl.LOCK_NB))
            say(f'lockf {name} write', lambda: fcntl.lockf(a, fcntl.LOCK_EX | fcntl.LOCK_NB))
            say(f'lockf {name} of another process', lambda: in_child(lambda: fcntl.lockf(b, fcntl.LOCK_SH | fcntl.LOCK_NB)))
            say(f'lock {name} asked', lambda: struct.unpack_from('hh', fcntl.fcntl(a, fcntl.F_GETLK, struct.pack('hhqqi', 1, 0, 0, 0, 0))))


@probe
def watching():
    fd = checked(libc.inotify_init1(os.O_NONBLOCK))
    watches = {}
    for name in ['file', 'dir', 'link', '.', 'absent']:
        say(f'inotify {name}', lambda: watches.setdefault(checked(libc.inotify_add_watch(fd, os.fsencode(path(name)), 0xfff)), name) and 'ok')
    subprocess.run(['cat', path('file'), path('dir/inner')], stdout=subprocess.DEVNULL)
    os.listdir(path('dir'))
    for call in (lambda: os.unlink(path('file')), lambda: os.chmod(path('file'), 0)):
        outcome(call)
    raw, at = os.read(fd, 1 << 16), 0
    while at < len(raw):
        watch, mask, _, length = struct.unpack_from('iIII', raw, at)
        print('event:', watches[watch], hex(mask), raw[at + 16:at + 16 + length].rstrip(b'\0'))
        at += 16 + length
    os.close(fd)


@probe
def handles():
    for name in ['file', 'dir', 'dir/inner', 'link', '.']:
        say(f'handle {name}', lambda: by_handle(name))


def by_handle(name):
    """Whether what a handle opens is what it was taken of."""
    handle = ctypes.create_string_buffer(struct.pack('Ii', 128, 0) + bytes(128))
    mount = ctypes.c_int()
    checked(libc.name_to_handle_at(-100, os.fsencode(path(name)), handle, ctypes.byref(mount), 0))
    with opened('.') as at:
        flags = os.O_PATH | os.O_NOFOLLOW
        fd = checked(libc.open_by_handle_at(at, handle, flags))
    try:
        there, here = os.fstat(fd), os.lstat(path(name))
        return there.st_ino == here.st_ino and there.st_mode == here.st_mode
    finally:
        os.close(fd)


@probe
def running():
    say('a script', lambda: run(path('script')))
    say('not executable', lambda: run(path('file')))
    say('a script as nobody', lambda: as_nobody(lambda: run(path('script'))))
    say('set-ID', lambda: as_nobody(lambda: run(path('suid/id'), '-u')))
    say('chroot and exec', lambda: run('chroot', path('chroot'), '/bin/echo', 'ran inside'))
    say('chroot to nothing', lambda: run('chroot', path('chroot'), '/bin/absent'))


@probe
def binding():
    with tempfile.TemporaryDirectory() as folder:
        there, one = os.path.join(folder, 'there'), os.path.join(folder, 'one')
        os.mkdir(there)
        open(one, 'w').close()
        say('bind a directory', lambda: run('mount', '--bind', path('dir'), there))
        say('bind a file', lambda: run('mount', '--bind', path('file'), one))
        say('read there', lambda: open(os.path.join(there, 'inner'), 'rb').read())
        say('read one', lambda: open(one, 'rb').read())
        say('parent', lambda: os.path.samefile(os.path.join(there, '..'), folder))
        say('write there', lambda: os.mkdir(os.path.join(there, 'new')))
        say('rename over the edge', lambda: os.rename(os.path.join(there, 'inner'), path('dir/new')))
        say('unbind', lambda: run('umount', there, one))
    say('find -xdev', lambda: sorted(run('find', TREE, '-xdev', '-printf', '%P %y %m %n\n')[1].split('\n')))
    with tempfile.TemporaryDirectory() as folder:
        os.mkdir(folder + '/mnt')
        say('overlay', lambda: overlay(folder))


def overlay(folder):
    """The tree as the lower layer of an overlay that is written to. Only that it can be: the kernel decides what else."""
    for name in ('up', 'work'):
        os.mkdir(f'{folder}/{name}')
    subprocess.run(['mount', '-t', 'tmpfs', 'none', folder + '/mnt'], check=True)
    try:
        for name in ('up', 'work', 'at'):
            os.mkdir(f'{folder}/mnt/{name}')
        options = f'lowerdir={TREE},upperdir={folder}/mnt/up,workdir={folder}/mnt/work'
        mounted = run('mount', '-t', 'overlay', 'overlay', '-o', options, f'{folder}/mnt/at')
        with open(f'{folder}/mnt/at/file', 'r+b') as f:
            f.write(b'ours')
        os.unlink(f'{folder}/mnt/at/public')
        found = open(f'{folder}/mnt/at/file', 'rb').read()
        names = sorted(os.listdir(f'{folder}/mnt/at'))
        return mounted, hashlib.sha256(found).hexdigest(), names, run('umount', f'{folder}/mnt/at')
    finally:
        run('umount', '-l', folder + '/mnt')


@probe
def programs():
    with tempfile.TemporaryDirectory() as folder:
        say('cp -a', lambda: run('cp', '-a', TREE, folder + '/copy'))
        say('diff of the copy', lambda: run('diff', '-r', '--no-dereference', '--exclude=null', '--exclude=fifo', TREE, folder + '/copy'))
        say('listing of the copy', lambda: run('sh', '-c', f'cd {folder}/copy && find . -printf "%p %y %m %n %U %G %T@ %l\\n" | sort | sha256sum'))
        say('attributes of the copy', lambda: sorted(os.listxattr(folder + '/copy/file')))
    if shutil.which('rsync'):
        with tempfile.TemporaryDirectory() as folder:
            say('rsync', lambda: run('rsync', '-aHX', TREE + '/', folder + '/copy'))
            say('rsync again', lambda: run('rsync', '-aHXc', '--itemize-changes', TREE + '/', folder + '/copy'))
    else:
        print('rsync: not installed')
    if os.path.exists(path('repository/.git')):
        for command in (['status', '--porcelain'], ['log', '--format=%s'], ['fsck'], ['diff', '--stat']):
            say(f'git {command[0]}', lambda: run('git', '-c', 'safe.directory=*', '-C', path('repository'), *command))
    say('tar', lambda: run('sh', '-c', f'tar c --sort=name --xattrs -C {TREE} . | tar t -v --xattrs | sha256sum'))


for function in probes:
    print(f'# {function.__name__}')
    function()
