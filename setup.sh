#!/usr/bin/env bash
# Installs what building and mounting need on Debian and Ubuntu, and is missing: FUSE, libfuse 2 and
# Maven. Looks for a JDK. What is there already it leaves alone: running it twice changes nothing.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)

missing=()
command -v fusermount3 >/dev/null || missing+=(fuse3)
# Debian 13 and Ubuntu 24.04 renamed the package when time_t grew.
if [[ -z $(find /lib /usr/lib /usr/local/lib -maxdepth 2 -name 'libfuse.so.2' -print -quit 2>/dev/null) ]]; then
  missing+=(libfuse2)
fi
command -v mvn >/dev/null || missing+=(maven)

# The name of a package here: libfuse2t64 where there is no libfuse2.
package() {
  if [[ $1 == libfuse2 && -z $(apt-cache madison libfuse2 2>/dev/null) ]]; then
    echo libfuse2t64
  else
    echo "$1"
  fi
}

if ((${#missing[@]} > 0)); then
  if ! command -v apt-get >/dev/null; then
    echo "setup: this is neither Debian nor Ubuntu; install: ${missing[*]}" >&2
    exit 1
  fi
  if ((EUID != 0)); then
    echo "setup: not root; run: sudo apt-get install $(for p in "${missing[@]}"; do package "$p"; done | xargs)" >&2
    exit 1
  fi
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  packages=()
  for p in "${missing[@]}"; do
    packages+=("$(package "$p")")
  done
  echo "setup: installing ${packages[*]}"
  apt-get install -y -qq --no-install-recommends "${packages[@]}" </dev/null >/dev/null
fi

jdk=$("$here/ocifs" --find-jdk) || exit
echo "setup: ready; the JDK is $jdk"
