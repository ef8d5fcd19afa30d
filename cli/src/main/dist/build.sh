#!/usr/bin/env bash
# Makes dist/, which runs where there is no Java: a runtime of the modules that ocifs needs, the
# jars, and a cache of their loaded classes. Maven runs this when the command is packaged.
#
#   build.sh VERSION TIME [TARBALL]     of the release; all files get that time
#
# The cache is of these very jars and this runtime, so they are final before it is recorded. It does
# not mind where the folder lies.
set -euo pipefail

version=$1
time=$2
tarball=${3:-}
here=$(cd "${BASH_SOURCE[0]%/*}" && pwd -P)
home=$(cd "$here/../../../.." && pwd -P)
target=$home/cli/target
dist=$home/dist
fresh=$target/dist.new

# Those of our imports and our libraries', by jdeps; without java.desktop and java.naming, which
# only parts of commons-lang3 and Bouncy Castle refer to that nothing here calls.
modules=java.base,java.net.http,java.sql,jdk.httpserver,jdk.jfr,jdk.management,jdk.unsupported

jdk=$("$home/ocifs" --find-jdk)
[[ -x $jdk/bin/jlink ]] || {
  echo "build.sh: $jdk has no jlink, which makes dist/; install a full JDK, or leave dist/ out: -Docifs.dist.skip" >&2
  exit 1
}

# What dist/ is made of: when nothing of that has changed, there is nothing to do.
ingredients() {
  printf '%s\n' "$version" "$time" "$modules"
  (
    cd "$home"
    sha256sum LICENSE cli/src/main/dist/* cli/target/ocifs.jar cli/target/lib/*.jar "$jdk/release"
  )
}

make_dist() {
  rm -rf "$fresh"
  mkdir -p "$fresh"/{bin,lib}
  cp "$here/ocifs" "$fresh/bin/"
  cp "$here/launch.sh" "$target"/lib/*.jar "$fresh/lib/"
  cp "$here/README" "$here/THIRD-PARTY" "$home/LICENSE" "$target/ocifs.jar" "$fresh/"
  # The licences that jars bring; THIRD-PARTY has those of the others.
  cp -r "$target/legal" "$fresh/"
  find "$fresh/legal" -depth -type d -empty -delete
  echo "ocifs $version" >"$fresh/VERSION"
  # Without debug information it takes half the space; uncompressed, classes load sooner.
  "$jdk/bin/jlink" --add-modules "$modules" --strip-debug --no-header-files --no-man-pages \
    --compress zip-0 --output "$fresh/runtime"
  # Of the security providers those that are in java.base. Those of modules that this runtime has not
  # would be looked for in the jars, and the signature of one verified, before each first connection.
  sed -i -E '/^security\.provider\./{/=(SUN|SunRsaSign|SunEC|SunJSSE|SunJCE)$/!d}' \
    "$fresh/runtime/conf/security/java.security"
  # shellcheck source=SCRIPTDIR/launch.sh
  source "$here/launch.sh"
  java=$fresh/runtime/bin/java
  class_path=$fresh/ocifs.jar
  make_archivable "$java" "$fresh/lib/archivable.jar" "$fresh"/lib/*.jar
  find "$fresh" -exec touch -h -d "$time" {} +
  class_path=$fresh/lib/archivable.jar:$fresh/ocifs.jar
  local log=$target/dist-training.log
  rm -f "$log"
  train "$java" "$fresh/ocifs.aot" "$log" || {
    echo "build.sh: commands may start slower than they could, as not all of the training run worked:" >&2
    cat "$log" >&2
  }
  [[ -s $fresh/ocifs.aot ]] || {
    echo "build.sh: the JVM recorded no cache of classes; leave dist/ out: -Docifs.dist.skip" >&2
    exit 1
  }
  touch -d "$time" "$fresh/ocifs.aot" "$fresh"
  rm -rf "$dist"
  mv "$fresh" "$dist"
}

# In the same order for everybody.
make_tarball() {
  local name=ocifs-$version-linux-$(uname -m)
  tar -c --sort=name --owner=0 --group=0 --numeric-owner --transform "s,^\./\?,$name/," -C "$dist" . |
    gzip -n >"$target/$name.tar.gz"
}

made_of=$target/dist.made-of
ingredients >"$made_of.new"
if [[ ! -x $dist/bin/ocifs ]] || ! cmp -s "$made_of" "$made_of.new"; then
  make_dist
  mv "$made_of.new" "$made_of"
fi
[[ -z $tarball ]] || make_tarball
