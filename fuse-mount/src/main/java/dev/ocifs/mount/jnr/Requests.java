package dev.ocifs.mount.jnr;

import dev.ocifs.layerfs.view.Attributes;
import dev.ocifs.layerfs.view.ImageView;
import dev.ocifs.mount.Errno;
import dev.ocifs.mount.Failures;
import dev.ocifs.mount.XattrRules;
import dev.ocifs.mount.internal.ffm.NativeMemory;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.function.IntSupplier;
import jnr.ffi.Runtime;
import ru.serce.jnrfuse.struct.FuseFileInfo;

/**
 * Answers libfuse's requests from a view: 0 or a count, or a negative error number. Nothing is
 * thrown out of here. Thread-safe.
 *
 * <p>Pointers are addresses; paths and names pass as bytes. {@code open} notes the inode in the
 * file's handle, so that {@code read} and {@code readdir} are called without a path, and content
 * goes from the view straight into libfuse's reply. Each thread remembers the directory that it
 * found last, as the kernel asks for one name of a directory after the other; the tree never
 * changes, so what is remembered stays right.
 */
final class Requests {
  private static final byte[] SELF = {'.'};
  private static final byte[] PARENT = {'.', '.'};

  /** Offsets of a listing: "." and ".." come before what the view counts from 1. */
  private static final long FIRST_CHILD = 2;

  private static final int MAX_NAME_BYTES = 255;

  /** fcntl.h. */
  private static final int O_ACCMODE = 3;

  private static final int O_RDONLY = 0;

  /** unistd.h. */
  private static final int X_OK = 1;

  private static final int W_OK = 2;
  private static final int ANY_EXECUTE = 0111;

  /** What a request does; its result is the answer. */
  @FunctionalInterface
  private interface Body {
    int run() throws IOException;
  }

  /** What each serving thread uses again and again. */
  private static final class Scratch {
    final Attributes attributes = new Attributes();
    final MemorySegment name = Arena.ofAuto().allocate(MAX_NAME_BYTES + 1);
    final MemorySegment stat = Arena.ofAuto().allocate(StatLayout.BYTES, Long.BYTES);

    /** The path found last, of which the first {@code directoryEnd} bytes name the directory. */
    byte[] lastPath = {};

    int directoryEnd;
    long directory = ImageView.ROOT;
  }

  private final ImageView view;
  private final Failures failures;
  private final StatLayout stats;
  private final StatvfsLayout statvfs;
  private final IntSupplier caller;
  private final long handleAt;
  private final long flagsAt;
  private final ThreadLocal<Scratch> scratch = ThreadLocal.withInitial(Scratch::new);

  /**
   * @param caller the user who made the request that the current thread answers
   */
  Requests(ImageView view, Failures failures, Runtime runtime, IntSupplier caller) {
    this.view = view;
    this.failures = failures;
    this.caller = caller;
    stats = new StatLayout(runtime);
    statvfs = new StatvfsLayout(runtime);
    FuseFileInfo info = FuseFileInfo.of(runtime.getMemoryManager().allocateDirect(64, true));
    handleAt = info.fh.offset();
    flagsAt = info.flags.offset();
  }

  int getattr(long path, long stat) {
    return answer(
        () -> {
          byte[] bytes = NativeMemory.string(path);
          // The kernel lets names through that are longer than those of Linux.
          return bytes.length - lastSlash(bytes) - 1 > MAX_NAME_BYTES
              ? -Errno.ENAMETOOLONG
              : attributes(find(bytes), stat);
        });
  }

  /** getattr of an open file, which may come without a path. */
  int fgetattr(long stat, long info) {
    return answer(() -> attributes(handle(info), stat));
  }

  private int attributes(long inode, long stat) throws IOException {
    if (inode == 0) {
      return -Errno.ENOENT;
    }
    Attributes attributes = scratch.get().attributes;
    view.attributes(inode, attributes);
    stats.write(attributes, NativeMemory.at(stat, StatLayout.BYTES));
    return 0;
  }

  /** The target and a zero; the kernel allows targets of a page, and has room for them. */
  int readlink(long path, long buffer, long size) {
    return answer(
        () -> {
          long inode = find(path);
          if (inode == 0) {
            return -Errno.ENOENT;
          }
          byte[] target = view.readlink(inode);
          if (target.length >= size) {
            return -Errno.ENAMETOOLONG;
          }
          NativeMemory.put(buffer, target);
          NativeMemory.putByte(buffer + target.length, (byte) 0);
          return 0;
        });
  }

  /** open and opendir. */
  int open(long path, long info) {
    return answer(
        () -> {
          long inode = find(path);
          if (inode == 0) {
            return -Errno.ENOENT;
          }
          if (((int) NativeMemory.getLong(info + flagsAt) & O_ACCMODE) != O_RDONLY) {
            return -Errno.EROFS;
          }
          NativeMemory.putLong(info + handleAt, inode);
          return 0;
        });
  }

  int read(long buffer, long size, long offset, long info) {
    return answer(() -> view.read(handle(info), offset, NativeMemory.at(buffer, size)));
  }

  int readdir(long buffer, long filler, long offset, long info) {
    return answer(
        () -> {
          long directory = handle(info);
          Listing listing = new Listing(buffer, filler, scratch.get());
          boolean more = offset >= 1 || listing.add(SELF, 1, directory, Attributes.S_IFDIR, 1);
          if (more && offset < FIRST_CHILD) {
            long parent = view.parent(directory);
            more = listing.add(PARENT, 2, parent, Attributes.S_IFDIR, FIRST_CHILD);
          }
          if (more) {
            view.list(
                directory,
                Math.max(0, offset - FIRST_CHILD),
                (name, length, inode, type, next) ->
                    listing.add(name, length, inode, type, next + FIRST_CHILD));
          }
          return 0;
        });
  }

  /** Passes entries to libfuse. */
  private final class Listing {
    private final long buffer;
    private final long filler;
    private final Scratch scratch;

    Listing(long buffer, long filler, Scratch scratch) {
      this.buffer = buffer;
      this.filler = filler;
      this.scratch = scratch;
    }

    /** Whether there is room for more. */
    boolean add(byte[] bytes, int length, long inode, int type, long next) {
      MemorySegment.copy(bytes, 0, scratch.name, ValueLayout.JAVA_BYTE, 0, length);
      scratch.name.set(ValueLayout.JAVA_BYTE, length, (byte) 0);
      stats.write(inode, type, scratch.stat);
      return NativeMemory.fill(filler, buffer, scratch.name, scratch.stat, next) == 0;
    }
  }

  int getxattr(long path, long name, long value, long size) {
    return answer(
        () -> {
          long inode = find(path);
          if (inode == 0) {
            return -Errno.ENOENT;
          }
          byte[] wanted = NativeMemory.string(name);
          byte[] found = XattrRules.value(view, inode, wanted);
          return found == null ? -XattrRules.absent(wanted) : copy(found, value, size);
        });
  }

  int listxattr(long path, long list, long size) {
    return answer(
        () -> {
          long inode = find(path);
          if (inode == 0) {
            return -Errno.ENOENT;
          }
          return copy(XattrRules.list(view, inode, caller.getAsInt()), list, size);
        });
  }

  /** Size 0 asks how large the buffer has to be (getxattr(2)). */
  private static int copy(byte[] bytes, long buffer, long size) {
    if (size == 0) {
      return bytes.length;
    }
    if (size < bytes.length) {
      return -Errno.ERANGE;
    }
    NativeMemory.put(buffer, bytes);
    return bytes.length;
  }

  int statfs(long struct) {
    return answer(
        () -> {
          statvfs.write(
              view.contentBytes(),
              view.inodeCount(),
              MAX_NAME_BYTES,
              NativeMemory.at(struct, StatvfsLayout.BYTES));
          return 0;
        });
  }

  /**
   * Comes from access(2) alone, and only where the kernel does not check permissions itself: the
   * mount belongs to one user then, who may do what any user could.
   */
  int access(long path, int mask) {
    return answer(
        () -> {
          long inode = find(path);
          if (inode == 0) {
            return -Errno.ENOENT;
          }
          if ((mask & W_OK) != 0) {
            return -Errno.EROFS;
          }
          Attributes attributes = scratch.get().attributes;
          view.attributes(inode, attributes);
          boolean runs = attributes.isDirectory() || (attributes.mode & ANY_EXECUTE) != 0;
          return (mask & X_OK) != 0 && !runs ? -Errno.EACCES : 0;
        });
  }

  private long handle(long info) {
    return NativeMemory.getLong(info + handleAt);
  }

  /**
   * The inode that a path names, 0 when there is none. libfuse's paths begin with a slash and are
   * plain.
   */
  private long find(long path) throws IOException {
    return find(NativeMemory.string(path));
  }

  private long find(byte[] bytes) throws IOException {
    int directoryEnd = Math.max(0, lastSlash(bytes));
    long directory = directory(bytes, directoryEnd);
    return directory == 0 || directoryEnd + 1 >= bytes.length
        ? directory
        : view.lookup(directory, Arrays.copyOfRange(bytes, directoryEnd + 1, bytes.length));
  }

  /** The directory that {@code path[0, end)} names, 0 when there is none. */
  private long directory(byte[] path, int end) throws IOException {
    Scratch last = scratch.get();
    if (Arrays.equals(path, 0, end, last.lastPath, 0, last.directoryEnd)) {
      return last.directory;
    }
    long inode = ImageView.ROOT;
    int from = 1;
    while (inode != 0 && from < end) {
      int to = from;
      while (to < end && path[to] != '/') {
        to++;
      }
      inode = view.lookup(inode, Arrays.copyOfRange(path, from, to));
      from = to + 1;
    }
    last.lastPath = path;
    last.directoryEnd = end;
    last.directory = inode;
    return inode;
  }

  private static int lastSlash(byte[] path) {
    int at = path.length - 1;
    while (at >= 0 && path[at] != '/') {
      at--;
    }
    return at;
  }

  private int answer(Body body) {
    try {
      return body.run();
    } catch (Throwable e) { // nothing may reach native code
      return -failures.errno(e);
    }
  }
}
