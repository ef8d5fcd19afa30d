# What the launcher of a source tree and that of a distribution have in common; both source it.
#
#   understand "$@"    what of the command line concerns the launcher
#   hand_over "$@"     has a running server do it, if it is a mount and there is one
#   start "$@"         starts the JVM; needs $java, $class_path and $aot_cache (empty: none)

# Names of files are UTF-8 whatever the locale says; bash itself need not know that locale.
case ${LC_ALL:-${LC_CTYPE:-${LANG:-}}} in
  *[Uu][Tt][Ff]*) ;;
  *) { export LC_ALL=C.UTF-8; } 2>/dev/null ;;
esac

jvm_options=(-XX:+UseSerialGC -Xmx144m -Xmn8m -XX:TrimNativeHeapInterval=1000 --enable-native-access=ALL-UNNAMED)
# Reads of 16 KiB from registries would cost more than what is done with the bytes.
jvm_options+=(-Djdk.httpclient.bufsize=262144)

# The variables by which registries are found, as RegistryVariables has them: a server gets these.
registry_variables=(
  REGISTRY_AUTH_FILE DOCKER_CONFIG CONTAINERS_REGISTRIES_CONF XDG_RUNTIME_DIR XDG_CONFIG_HOME
  XDG_CACHE_HOME HOME SSL_CERT_FILE PATH HTTP_PROXY http_proxy HTTPS_PROXY https_proxy NO_PROXY
  no_proxy REQUEST_METHOD
)

# Sets $command, $foreground, $batch and $root.
understand() {
  local argument previous=
  command= foreground= batch= root=${OCIFS_ROOT:-}
  for argument in "$@"; do
    [[ $previous != --root ]] || root=$argument
    case $argument in
      mount | index | verify | bench | pull | push | copy) [[ -n $command ]] || command=$argument ;;
      -f | --foreground) foreground=1 ;;
      --batch | --batch=*) batch=1 ;;
      --root=*) root=${argument#--root=} ;;
      --) break ;;
    esac
    previous=$argument
  done
}

# Hands a mount to the server of the store, when there is one and Perl, which Debian always has, can
# reach it: then no JVM is started at all. Returns when that did not come about; the JVM tries again,
# by itself. MountServer tells what passes over the socket. Perl's own module for sockets would take
# as long to load as all the rest; the numbers are Linux's, on the processors that it knows.
hand_over() {
  [[ $command == mount && -z $foreground$batch ]] || return
  local socket=$root terminal= code
  if [[ -z $socket ]]; then
    ((EUID == 0)) && socket=/var/lib/ocifs || socket=${XDG_DATA_HOME:-${HOME:-}/.local/share}/ocifs
  fi
  socket+=/ocifs/server.sock
  [[ -S $socket && -O $socket && -w $socket ]] && type -P perl >/dev/null || return
  [[ ! -t 2 ]] || terminal=terminal
  perl -e '
    my ($path, $directory, $terminal, $count, @texts) = @ARGV;
    my @set = map { defined $ENV{$_} ? "$_=$ENV{$_}" : () } splice(@texts, 0, $count);
    my ($AF_UNIX, $SOCK_STREAM) = (1, 1);
    my $server;
    length $path < 108 and
      ((stat $path)[2] & 077) == 0 and
      socket($server, $AF_UNIX, $SOCK_STREAM, 0) and
      connect($server, pack("Sa108", $AF_UNIX, $path)) or exit 250;
    my $request = join("", map { "$_\0" } "ocifs 2", $directory, $terminal, scalar @set, @set, @texts);
    syswrite($server, pack("aN", "R", length $request) . $request) or exit 250;
    my $none = 250;
    sub take {
      my ($wanted, $bytes) = (shift, "");
      while (length $bytes < $wanted) {
        sysread($server, $bytes, $wanted - length $bytes, length $bytes) or exit $none;
      }
      return $bytes;
    }
    while (1) {
      my ($type, $length) = unpack("aN", take(5));
      my $bytes = take($length);
      $none = 9;
      exit unpack("N", $bytes) if $type eq "X";
      syswrite($type eq "E" ? STDERR : STDOUT, $bytes);
    }' "$socket" "$PWD" "$terminal" "${#registry_variables[@]}" "${registry_variables[@]}" "$@"
  code=$?
  ((code == 250)) || exit "$code"
}

# Becomes the JVM, or, when a mount is to stay, starts it in the background and waits until it serves.
start() {
  # Commands that decode or digest whole layers, or measure, need the optimising compiler, the others only its
  # start-up.
  [[ -n $command ]] || jvm_options+=(-XX:TieredStopAtLevel=1)
  # What runs some hundred times only is cheaper interpreted than compiled; the cache's profiles are
  # made without this, so that the loops that matter are known and compiled at once.
  [[ -z $aot_cache ]] ||
    jvm_options+=(-XX:AOTCache="$aot_cache" -Xlog:disable -XX:CompileThresholdScaling=5)
  # shellcheck disable=SC2206 # to be split
  jvm_options+=(${OCIFS_JAVA_OPTS:-})
  set -- "${jvm_options[@]}" -cp "$class_path" dev.ocifs.cli.Main "$@"
  if [[ $command == mount && -z $foreground ]]; then
    in_background "$java" -Duser.dir="$PWD" "$@"
  fi
  exec "$java" "$@"
}

# Starts a JVM that serves a mount in a session of its own and waits until it says that the
# directory is there (a line in the pipe), or ends (the pipe does). It shares our standard error
# until then.
in_background() {
  local ready=
  trap 'interrupted 130' INT
  trap 'interrupted 143' TERM
  trap 'interrupted 129' HUP
  exec 3< <(
    trap - INT TERM HUP
    exec 4>&1 1>&2
    # A server that stayed where it was started would keep that directory from being unmounted.
    cd /
    [[ -n $batch ]] || exec </dev/null
    OCIFS_STATUS_FD=4 exec setsid "$@" 3<&-
  )
  IFS= read -r ready <&3
  [[ $ready == "ready "* ]] && exit "${ready#ready }"
  wait "$!"
  exit $?
}

interrupted() {
  trap '' INT TERM HUP
  if [[ -n ${!:-} ]]; then
    kill -TERM "$!" 2>/dev/null
    wait "$!"
  fi
  [[ ! -t 2 ]] || printf '\r\e[K' >&2 # the progress bar
  exit "$1"
}

# Writes the classes of the jars at $3… that no cache takes as they are into the jar $2, by the JVM
# $1, whose class path is $class_path.
make_archivable() {
  "$1" -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp "$class_path" dev.ocifs.cli.ArchivableClasses "${@:2}"
}

# Records the cache $2 by a run of the JVM $1 on $class_path, with its output in $3. Fails when part
# of that run did; then there may be a cache nevertheless, which knows less.
train() {
  local folder code=0
  folder=$(mktemp -d -t ocifs-training-XXXXXX) || return
  "$1" "${jvm_options[@]}" -XX:AOTCacheOutput="$2" -Xlog:disable -cp "$class_path" \
    dev.ocifs.cli.Training "$folder" "$3" </dev/null >>"$3" 2>&1 || code=$?
  rm -rf --one-file-system "$folder"
  return "$code"
}
