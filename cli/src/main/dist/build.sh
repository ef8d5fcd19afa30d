#!/usr/bin/env bash
# Makes dist/, which runs where there is no Java: a runtime of the modules that ocifs needs, the
# jars, and a cache of their loaded classes. Maven runs this when the command is packaged.
#
#   build.sh VERSION TIME     of the release; all files get that time
#
# The cache knows the jars and the runtime by their sizes and times, so these are final before it is
# recorded, and a tar archive, which keeps them, keeps the cache.
set -euo pipefail

version=$1
time=$2
here=$(cd "${BASH_SOURCE[0]%/*}" && pwd -P)
home=$(cd "$here/../../../.." && pwd -P)
target=$home/cli/target
dist=$home/dist
fresh=$target/dist.new

# Those of our imports and our libraries', by jdeps; without java.desktop and java.naming, which
# only parts of commons-lang3 and Bouncy Castle refer to that nothing here calls.
modules=java.base,java.sql,jdk.httpserver,jdk.jfr,jdk.management,jdk.unsupported

jdk=$("$home/ocifs" --find-jdk)
[[ -x $jdk/bin/jlink ]] || {
  echo "build.sh: $jdk has no jlink, which makes dist/; install a full JDK, or leave dist/ out: -Docifs.dist.skip" >&2
  exit 1
}

# Nothing to do when nothing differs from what the last dist/ was made of.
made_of=$(
  printf '%s\n' "$version" "$time" "$modules"
  cd "$home" && sha256sum LICENSE cli/src/main/dist/* cli/target/ocifs.jar cli/target/lib/*.jar "$jdk/release"
)
[[ ! -x $dist/bin/ocifs || $made_of != "$(cat "$target/dist.made-of" 2>/dev/null)" ]] || exit 0

rm -rf "$fresh"
mkdir -p "$fresh"/{bin,lib}
cp "$here/ocifs" "$fresh/bin/"
cp "$here/launch.sh" "$target"/lib/*.jar "$fresh/lib/"
cp "$here/README" "$here/THIRD-PARTY" "$home/LICENSE" "$target/ocifs.jar" "$fresh/"
# The licences that jars bring; THIRD-PARTY has those of the others.
cp -r "$target/legal" "$fresh/"
echo "ocifs $version" >"$fresh/VERSION"

# As jlink strips debug information, it takes half the space; uncompressed, classes load sooner.
"$jdk/bin/jlink" --add-modules "$modules" --strip-debug --no-header-files --no-man-pages \
  --compress zip-0 --output "$fresh/runtime"

# shellcheck source=SCRIPTDIR/launch.sh
source "$here/launch.sh"
java=$fresh/runtime/bin/java
class_path=$fresh/ocifs.jar
make_archivable "$java" "$fresh/lib/archivable.jar" "$fresh"/lib/*.jar
find "$fresh" -exec touch -h -d "$time" {} +

class_path=$fresh/lib/archivable.jar:$fresh/ocifs.jar
train "$java" "$fresh/ocifs.aot" </dev/null >"$target/dist-training.log" 2>&1
touch -d "$time" "$fresh/ocifs.aot" "$fresh"

rm -rf "$dist"
mv "$fresh" "$dist"
echo "$made_of" >"$target/dist.made-of"
