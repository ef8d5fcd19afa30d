package dev.ocifs.mount.kernel;

import dev.ocifs.layerfs.view.Attributes;
import dev.ocifs.layerfs.view.ImageView;
import dev.ocifs.layerfs.view.WholeFiles;
import dev.ocifs.mount.Errno;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The files that programs have open, for a mount whose kernel reads by itself what lies in a file
 * of its own. Thread-safe.
 *
 * <p>The kernel demands that all opens of an inode read alike, by one backing file or through its
 * page cache, until the last of them is gone (fs/fuse/iomode.c of Linux): so each inode that is
 * open has one row here, which says how. All opens of an inode, by whichever of its names, share
 * one backing number, and the last one takes it along. When the kernel refuses backing files
 * altogether, as it does outside of the first user namespace or with a store on an overlay, nothing
 * more is asked of it and OPEN need not be served.
 */
final class OpenFiles {
  private static final Logger LOG = System.getLogger("dev.ocifs.mount");

  private final ImageView view;
  private final Optional<WholeFiles> files;
  private final Map<Long, OpenFile> open = new ConcurrentHashMap<>();
  private volatile boolean idle = true;

  /** One inode; changed only inside the map's own exclusion. */
  private static final class OpenFile {
    /** The kernel's number of the file that it reads, 0 when it asks us. */
    final int backing;

    int opens;

    /** Bytes that nobody has asked for since it was opened. */
    final AtomicLong unread;

    OpenFile(int backing, long size) {
      this.backing = backing;
      this.unread = new AtomicLong(size);
    }
  }

  OpenFiles(ImageView view) {
    this.view = view;
    this.files = view.wholeFiles();
  }

  /** Says that the kernel can read files by itself. */
  void begin() {
    idle = false;
    files.ifPresent(WholeFiles::begin);
  }

  /** Whether nothing depends on being told of files that are opened. */
  boolean areIdle() {
    return idle;
  }

  /**
   * Opens a file.
   *
   * @return the number of the file that the kernel shall read in its place; 0 for none
   */
  int open(long inode, Device device) throws IOException {
    if (files.isEmpty() || idle) {
      return 0;
    }
    Attributes attributes = new Attributes();
    view.attributes(inode, attributes);
    OpenFile file =
        open.compute(
            inode,
            (key, before) -> {
              OpenFile now =
                  before != null
                      ? before
                      : new OpenFile(backing(files.get().find(inode), device), attributes.size);
              now.opens++;
              return now;
            });
    return file.backing;
  }

  private int backing(@Nullable Path file, Device device) {
    if (file == null || idle) {
      return 0;
    }
    int id = device.openBacking(file);
    if (isFinal(-id)) {
      idle = true;
      LOG.log(Level.DEBUG, "the kernel refuses to read files by itself: errno " + -id);
    }
    return Math.max(id, 0);
  }

  /** Whether no other file will fare better: ELOOP is a store on a stack of file systems. */
  private static boolean isFinal(int errno) {
    return switch (errno) {
      case Errno.EPERM, Errno.EINVAL, Errno.ELOOP, Errno.ENOTTY, Errno.EOPNOTSUPP -> true;
      default -> false;
    };
  }

  /** One open of a file is gone. */
  void release(long inode, Device device) {
    if (open.isEmpty()) {
      return;
    }
    open.computeIfPresent(
        inode,
        (key, file) -> {
          if (--file.opens > 0) {
            return file;
          }
          if (file.backing != 0) {
            device.closeBacking(file.backing);
          }
          return null;
        });
  }

  /** So many bytes of a file are asked for, as the kernel does that has no other way to them. */
  void willRead(long inode, int bytes) {
    if (idle) {
      return;
    }
    OpenFile file = open.get(inode);
    if (file != null && file.unread.get() > 0 && file.unread.addAndGet(-bytes) <= 0) {
      files.ifPresent(whole -> whole.wasRead(inode));
    }
  }
}
