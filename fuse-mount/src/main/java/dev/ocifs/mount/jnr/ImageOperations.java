package dev.ocifs.mount.jnr;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.ocifs.layerfs.view.Attributes;
import dev.ocifs.layerfs.view.ImageView;
import dev.ocifs.mount.internal.ffm.DirectoryFiller;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import org.jspecify.annotations.Nullable;
import ru.serce.jnrfuse.struct.FileStat;
import ru.serce.jnrfuse.struct.FuseFileInfo;
import ru.serce.jnrfuse.struct.Statvfs;

/**
 * Answers the operations of libfuse 2 from an image view.
 *
 * <p>A path is walked once, by getattr, open or opendir; open files and directories carry their
 * inode number in {@code fi->fh}. Names, targets and attribute values are copied as bytes. No
 * exception leaves a method: it becomes a negative error number. Any number of threads.
 */
final class ImageOperations {
  private static final int BLOCK = 4096;
  private static final int STAT_BLOCK = 512;
  private static final int LONGEST_NAME = 255;
  private static final int W_OK = 2;
  private static final int X_OK = 1;
  private static final int ANY_EXECUTE = 0111;
  private static final int O_ACCMODE = 3;

  private static final Runtime RUNTIME = Runtime.getSystemRuntime();
  private static final long FILE_HANDLE;
  private static final long OPEN_FLAGS;

  static {
    FuseFileInfo layout = FuseFileInfo.of(Pointer.wrap(RUNTIME, 0));
    FILE_HANDLE = layout.fh.offset();
    OPEN_FLAGS = layout.flags.offset();
  }

  /** What every thread of libfuse uses again and again. */
  private static final class Scratch {
    final Attributes attributes = new Attributes();
    final FileStat stat = new FileStat(RUNTIME);
  }

  /** An operation before its exceptions are turned into error numbers. */
  @FunctionalInterface
  private interface Operation {
    int run() throws IOException;
  }

  private final ThreadLocal<Scratch> scratch = ThreadLocal.withInitial(Scratch::new);
  private final ImageView view;
  private final Failures failures;

  ImageOperations(ImageView view, Failures failures) {
    this.view = view;
    this.failures = failures;
  }

  int getattr(Pointer path, Pointer stat) {
    return answer(
        "getattr",
        () -> {
          long inode = walk(path);
          if (inode == 0) {
            return -Errno.ENOENT;
          }
          Scratch s = scratch.get();
          view.attributes(inode, s.attributes);
          s.stat.useMemory(stat);
          fill(s.attributes, s.stat);
          return 0;
        });
  }

  int readlink(Pointer path, @Nullable Pointer buffer, long size) {
    return answer(
        "readlink",
        () -> {
          long inode = walk(path);
          if (inode == 0) {
            return -Errno.ENOENT;
          }
          if (buffer == null || size == 0) {
            return 0;
          }
          byte[] target = view.readlink(inode);
          int length = (int) Math.min(target.length, size - 1);
          MemorySegment dst = segment(buffer, size);
          MemorySegment.copy(target, 0, dst, JAVA_BYTE, 0, length);
          dst.set(JAVA_BYTE, length, (byte) 0);
          return 0;
        });
  }

  int open(Pointer path, Pointer info) {
    if ((info.getInt(OPEN_FLAGS) & O_ACCMODE) != 0) {
      return -Errno.EROFS;
    }
    return opendir(path, info);
  }

  int opendir(Pointer path, Pointer info) {
    return answer(
        "open",
        () -> {
          long inode = walk(path);
          info.putLong(FILE_HANDLE, inode);
          return inode == 0 ? -Errno.ENOENT : 0;
        });
  }

  int read(@Nullable Pointer path, Pointer buffer, long size, long offset, Pointer info) {
    return answer(
        "read", () -> view.read(info.getLong(FILE_HANDLE), offset, segment(buffer, size)));
  }

  /** "." has the offset 1, ".." 2, and the view's own offsets follow, moved by 2. */
  int readdir(@Nullable Pointer path, Pointer buffer, Pointer filler, long offset, Pointer info) {
    return answer(
        "readdir",
        () -> {
          long directory = info.getLong(FILE_HANDLE);
          try (Arena arena = Arena.ofConfined()) {
            Listing listing = new Listing(arena, filler, buffer);
            byte[] dots = {'.', '.'};
            if (offset < 1 && !listing.add(dots, 1, directory, Attributes.S_IFDIR, 1)) {
              return 0;
            }
            if (offset < 2
                && !listing.add(dots, 2, view.parent(directory), Attributes.S_IFDIR, 2)) {
              return 0;
            }
            view.list(
                directory,
                Math.max(0, offset - 2),
                (name, length, inode, type, next) ->
                    listing.add(name, length, inode, type, next + 2));
            return 0;
          }
        });
  }

  int getxattr(Pointer path, Pointer name, @Nullable Pointer buffer, long size) {
    return answer(
        "getxattr",
        () -> {
          long inode = walk(path);
          if (inode == 0) {
            return -Errno.ENOENT;
          }
          MemorySegment text = segment(name, Long.MAX_VALUE);
          byte @Nullable [] value = view.xattr(inode, bytes(text, 0, end(text, 0, (byte) 0)));
          return value == null ? -Errno.ENODATA : give(value, buffer, size);
        });
  }

  int listxattr(Pointer path, @Nullable Pointer buffer, long size) {
    return answer(
        "listxattr",
        () -> {
          long inode = walk(path);
          if (inode == 0) {
            return -Errno.ENOENT;
          }
          List<byte[]> names = view.xattrNames(inode);
          int total = names.stream().mapToInt(n -> n.length + 1).sum();
          byte[] all = new byte[total];
          int at = 0;
          for (byte[] n : names) {
            System.arraycopy(n, 0, all, at, n.length);
            at += n.length + 1;
          }
          return give(all, buffer, size);
        });
  }

  int statfs(Pointer path, Pointer struct) {
    return answer(
        "statfs",
        () -> {
          Statvfs s = Statvfs.of(struct);
          s.f_bsize.set(BLOCK);
          s.f_frsize.set(BLOCK);
          s.f_blocks.set((view.contentBytes() + BLOCK - 1) / BLOCK);
          s.f_files.set(view.inodeCount());
          s.f_namemax.set(LONGEST_NAME);
          return 0;
        });
  }

  int access(Pointer path, int mask) {
    return answer(
        "access",
        () -> {
          long inode = walk(path);
          if (inode == 0) {
            return -Errno.ENOENT;
          }
          if ((mask & W_OK) != 0) {
            return -Errno.EROFS;
          }
          Attributes a = scratch.get().attributes;
          view.attributes(inode, a);
          boolean refused = (mask & X_OK) != 0 && !a.isDirectory() && (a.mode & ANY_EXECUTE) == 0;
          return refused ? -Errno.EACCES : 0;
        });
  }

  /** The entries of one call to readdir, handed to libfuse one by one. */
  private static final class Listing {
    private final Arena arena;
    private final MemorySegment filler;
    private final MemorySegment buffer;
    private final MemorySegment stat;
    private final FileStat fields = new FileStat(RUNTIME);
    private MemorySegment name;

    Listing(Arena arena, Pointer filler, Pointer buffer) {
      this.arena = arena;
      this.filler = MemorySegment.ofAddress(filler.address());
      this.buffer = MemorySegment.ofAddress(buffer.address());
      this.stat = arena.allocate(jnr.ffi.Struct.size(fields), Long.BYTES);
      this.name = arena.allocate(LONGEST_NAME + 1L);
      fields.useMemory(Pointer.wrap(RUNTIME, stat.address()));
    }

    boolean add(byte[] text, int length, long inode, int type, long next) {
      if (length >= name.byteSize()) {
        name = arena.allocate(length + 1L);
      }
      MemorySegment.copy(text, 0, name, JAVA_BYTE, 0, length);
      name.set(JAVA_BYTE, length, (byte) 0);
      fields.st_ino.set(inode);
      fields.st_mode.set(type);
      return DirectoryFiller.fill(filler, buffer, name, stat, next);
    }
  }

  /** Every throwable is caught: one that reached native code would end the process. */
  private int answer(String name, Operation operation) {
    try {
      return operation.run();
    } catch (Throwable e) {
      return failures.answer(name, e);
    }
  }

  private static void fill(Attributes a, FileStat s) {
    s.st_ino.set(a.inode);
    s.st_mode.set(a.mode);
    s.st_nlink.set(a.nlink);
    s.st_uid.set(Integer.toUnsignedLong(a.uid));
    s.st_gid.set(Integer.toUnsignedLong(a.gid));
    s.st_rdev.set(device(a.major, a.minor));
    s.st_size.set(a.size);
    s.st_blksize.set(BLOCK);
    s.st_blocks.set(a.size / STAT_BLOCK + (a.size % STAT_BLOCK == 0 ? 0 : 1));
    s.st_atim.tv_sec.set(a.mtimeSeconds);
    s.st_atim.tv_nsec.set(a.mtimeNanos);
    s.st_mtim.tv_sec.set(a.mtimeSeconds);
    s.st_mtim.tv_nsec.set(a.mtimeNanos);
    s.st_ctim.tv_sec.set(a.mtimeSeconds);
    s.st_ctim.tv_nsec.set(a.mtimeNanos);
  }

  /** As glibc's makedev: 12 bits of the major number around 20 of the minor. */
  private static long device(int major, int minor) {
    return (minor & 0xffL)
        | (major & 0xfffL) << 8
        | (minor & 0xffffff00L) << 12
        | (major & 0xfffff000L) << 32;
  }

  /** Copies a value out, or says how long it is when the buffer is empty. */
  private static int give(byte[] value, @Nullable Pointer buffer, long size) {
    if (size == 0 || buffer == null) {
      return value.length;
    }
    if (value.length > size) {
      return -Errno.ERANGE;
    }
    MemorySegment.copy(value, 0, segment(buffer, size), JAVA_BYTE, 0, value.length);
    return value.length;
  }

  /** The inode of an absolute path without "." and "..", 0 when there is none. */
  private long walk(Pointer path) throws IOException {
    MemorySegment text = segment(path, Long.MAX_VALUE);
    long inode = ImageView.ROOT;
    long at = 0;
    while (inode != 0) {
      while (text.get(JAVA_BYTE, at) == '/') {
        at++;
      }
      long end = end(text, at, (byte) '/');
      if (end == at) {
        return inode;
      }
      inode = view.lookup(inode, bytes(text, at, end));
      at = end;
    }
    return 0;
  }

  /** Where a part ends: at the byte given or at the end of the string. */
  private static long end(MemorySegment text, long from, byte stop) {
    long at = from;
    byte b = text.get(JAVA_BYTE, at);
    while (b != 0 && b != stop) {
      b = text.get(JAVA_BYTE, ++at);
    }
    return at;
  }

  private static byte[] bytes(MemorySegment text, long from, long to) {
    return text.asSlice(from, to - from).toArray(JAVA_BYTE);
  }

  private static MemorySegment segment(Pointer pointer, long size) {
    return MemorySegment.ofAddress(pointer.address()).reinterpret(size);
  }
}
