package dev.ocifs.cli;

import dev.ocifs.mount.MountOptions;
import dev.ocifs.oci.OcifsException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of a mount, in the manner of long options and in that of mount(8). */
final class MountFlags {
  private static final int MAX_THREADS = 256;

  @Option(
      names = "--backend",
      paramLabel = "NAME",
      description =
          "What serves the mount: kernel speaks to /dev/fuse itself, jnr uses libfuse 2, erofs is"
              + " Linux alone from uncompressed layers (root), auto is the fastest that works"
              + " (default: auto).")
  @Nullable String backend;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads that serve the mount, for kernel (default: one a core).")
  int threads;

  @Option(names = "--allow-other", description = "Let other users see the mount.")
  boolean allowOther;

  @Option(names = "--suid", description = "Let setuid and setgid bits count (root only).")
  boolean suid;

  @Option(names = "--dev", description = "Let device files work (root only).")
  boolean dev;

  @Option(
      names = "-o",
      paramLabel = "OPTION[,OPTION...]",
      description =
          "Options as mount(8) takes them: allow_other, suid, dev, backend=NAME; ro and what says"
              + " the default are accepted.")
  List<String> list = new ArrayList<>();

  /**
   * The options in one value.
   *
   * @throws OcifsException {@code USAGE} when an option of {@code -o} is not known
   */
  MountOptions options(boolean debug) throws OcifsException {
    applyList();
    return MountOptions.defaults()
        .withAllowOther(allowOther)
        .withSuid(suid)
        .withDev(dev)
        .withDebug(debug)
        .withBackend(backend())
        .withThreads(threads());
  }

  /** The backend that was asked for, else the default. */
  String backend() throws OcifsException {
    applyList();
    return backend == null ? MountOptions.AUTO : backend;
  }

  private int threads() throws OcifsException {
    if (threads < 0 || threads > MAX_THREADS) {
      throw new OcifsException(
              OcifsException.Kind.USAGE, "--threads " + threads + " makes no sense")
          .hint("give a number up to " + MAX_THREADS + ", or leave it out");
    }
    return threads;
  }

  private void applyList() throws OcifsException {
    for (String words : list) {
      for (String word : words.split(",", -1)) {
        apply(word);
      }
    }
  }

  private void apply(String word) throws OcifsException {
    switch (word) {
      case "allow_other" -> allowOther = true;
      case "suid" -> suid = true;
      case "nosuid" -> suid = false;
      case "dev" -> dev = true;
      case "nodev" -> dev = false;
      // What a mount of ocifs is anyway, and what fstab says to mount(8) itself.
      case "",
          "ro",
          "exec",
          "auto",
          "noauto",
          "defaults",
          "nofail",
          "user",
          "users",
          "_netdev" -> {}
      case "rw" ->
          throw new OcifsException(OcifsException.Kind.UNSUPPORTED, "an image cannot change")
              .hint("leave out -o rw; for a writable tree, put an overlay over the mount");
      default -> {
        if (!word.startsWith("backend=")) {
          throw new OcifsException(
                  OcifsException.Kind.USAGE, "mount option '" + word + "' is not known")
              .hint("known are allow_other, suid, dev, backend=NAME and ro");
        }
        backend = word.substring("backend=".length());
      }
    }
  }
}
