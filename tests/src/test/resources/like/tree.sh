#!/bin/bash
# Makes a tree of everything that programs could treat in another way than on a disk: tree.sh DIR. Needs root.
set -euo pipefail
umask 022
mkdir -p "$1"
cd "$1"
mkdir dir closed many suid chroot
chmod 0700 closed
echo inner > dir/inner
echo in > closed/in
touch empty
echo public > public
chmod 0666 public
echo secret > secret
chmod 0600 secret
printf '#!/bin/sh\necho ran\n' > script
chmod 0755 script
python3 - <<'PY'
def lines(count):
    return b''.join(b'%d\n' % i for i in range(count))[:count]
open('file', 'wb').write(lines(100_003))
open('large', 'wb').write(lines(3 << 20))
with open('sparse', 'wb') as sparse:
    sparse.truncate(2 << 20)
    for block in (1, 256):
        sparse.seek(block * 4096)
        sparse.write(lines(4096))
with open('hole', 'wb') as hole:
    hole.truncate(1 << 20)
PY
ln file again
ln -s file link
ln -s absent-too dangling
ln -s loop loop
mkfifo fifo
mknod null c 1 3
chmod 0666 null
for i in $(seq 1 500); do echo $i > "many/a name of some length $i"; done
# Of a user who is neither root nor nobody.
cp "$(readlink -f "$(command -v id)")" suid/id
chown 1234:1234 suid/id
chmod 6755 suid/id
python3 - <<'PY'
import os
os.setxattr('file', 'user.one', bytes(range(256)))
os.setxattr('file', 'user.two', b'')
os.setxattr('file', 'trusted.two', b'2')
os.setxattr('dir', 'user.one', b'of a directory')
os.setxattr('link', 'trusted.two', b'of a link', follow_symlinks=False)
os.setxattr('.', 'trusted.two', b'of the root')
open('capable', 'w').close()
os.setxattr('capable', 'security.capability', bytes.fromhex('0100000200200000000000000000000000000000'))
PY
# A program and what it is linked with, where the linker will look for it.
for needed in /bin/echo $(ldd /bin/echo | grep -o '/[^ ]*'); do
  mkdir -p "chroot$(dirname "$needed")"
  cp -L "$needed" "chroot$needed"
done
if command -v git > /dev/null; then
  mkdir repository
  cd repository
  git() { command git -c user.name=a -c user.email=a@example.org -c init.defaultBranch=main -c safe.directory='*' "$@"; }
  git init -q
  for i in $(seq 1 20); do echo "$i" > "f$i"; done
  git add .
  git commit -q -m first
  echo changed > f7
  echo untracked > new
  rm f9
fi
