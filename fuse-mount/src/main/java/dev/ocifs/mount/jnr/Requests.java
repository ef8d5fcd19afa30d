package dev.ocifs.mount.jnr;

import dev.ocifs.layerfs.Attributes;
import dev.ocifs.layerfs.ImageView;
import dev.ocifs.mount.Errno;
import dev.ocifs.oci.Printable;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import jnr.ffi.provider.jffi.ClosureHelper;
import org.jspecify.annotations.Nullable;
import ru.serce.jnrfuse.FuseFillDir;
import ru.serce.jnrfuse.struct.FuseFileInfo;
import ru.serce.jnrfuse.struct.Statvfs;

/**
 * Answers libfuse's requests from a view. Nothing is thrown out of here: each failure becomes an
 * error number, and is logged the first time that it says what it says. Thread-safe.
 */
final class Requests {
  private static final System.Logger LOG = System.getLogger("dev.ocifs.mount");
  private static final int MAX_LOGGED = 1000;
  private static final byte[] SELF = {'.', 0};
  private static final byte[] PARENT = {'.', '.', 0};

  /** Offsets of a listing: "." and ".." come before what the view counts from 1. */
  private static final long FIRST_CHILD = 2;

  /** What a request does; its result is the answer. */
  @FunctionalInterface
  private interface Body {
    int run() throws IOException;
  }

  private final ImageView view;
  private final Runtime runtime;
  private final StatLayout statLayout;
  private final long handleAt;
  private final Set<String> logged = ConcurrentHashMap.newKeySet();
  private volatile @Nullable FuseFillDir filler;
  private final ThreadLocal<Attributes> attributes = ThreadLocal.withInitial(Attributes::new);

  Requests(ImageView view, Runtime runtime) {
    this.view = view;
    this.runtime = runtime;
    statLayout = new StatLayout(runtime);
    handleAt = FuseFileInfo.of(runtime.getMemoryManager().allocateTemporary(128, true)).fh.offset();
  }

  int getattr(Pointer path, Pointer stat) {
    return answer(
        () -> {
          long inode = find(path);
          if (inode == 0) {
            return -Errno.ENOENT;
          }
          Attributes a = attributes.get();
          view.attributes(inode, a);
          statLayout.write(a, stat);
          return 0;
        });
  }

  int readlink(Pointer path, Pointer buffer, long size) {
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
          buffer.put(0, target, 0, target.length);
          buffer.putByte(target.length, (byte) 0);
          return 0;
        });
  }

  /** open and opendir: later requests say the inode, not the path. */
  int open(Pointer path, Pointer info) {
    return answer(
        () -> {
          long inode = find(path);
          info.putLong(handleAt, inode);
          return inode == 0 ? -Errno.ENOENT : 0;
        });
  }

  int read(Pointer buffer, long size, long offset, Pointer info) {
    return answer(
        () ->
            view.read(
                info.getLong(handleAt),
                offset,
                MemorySegment.ofAddress(buffer.address()).reinterpret(size)));
  }

  int readdir(Pointer buffer, Pointer filler, long offset, Pointer info) {
    return answer(
        () -> {
          long directory = info.getLong(handleAt);
          Listing listing = new Listing(buffer, callable(filler));
          boolean more = offset > 0 || listing.add(SELF, 1, directory, Attributes.S_IFDIR, 1);
          more =
              more
                  && (offset > 1
                      || listing.add(
                          PARENT, 2, view.parent(directory), Attributes.S_IFDIR, FIRST_CHILD));
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

  /** Makes libfuse's function something to call; it is the same in every request. */
  private FuseFillDir callable(Pointer function) {
    FuseFillDir known = filler;
    if (known == null) {
      // Not earlier: the helper takes its class loader from the first closure that was made.
      ClosureHelper closures = ClosureHelper.getInstance();
      known =
          closures
              .getNativeConveter(FuseFillDir.class)
              .fromNative(function, closures.getFromNativeContext());
      filler = known;
    }
    return known;
  }

  /** Passes entries to libfuse. */
  private final class Listing {
    private final Pointer buffer;
    private final FuseFillDir filler;
    private final ByteBuffer name = ByteBuffer.allocateDirect(256);
    private final Pointer stat = runtime.getMemoryManager().allocateDirect(StatLayout.BYTES, true);

    Listing(Pointer buffer, FuseFillDir filler) {
      this.buffer = buffer;
      this.filler = filler;
    }

    /** Whether there is room for more. */
    boolean add(byte[] bytes, int length, long inode, int type, long next) {
      name.put(0, bytes, 0, length);
      name.put(length, (byte) 0);
      statLayout.write(inode, type, stat);
      return filler.apply(buffer, name, stat, next) == 0;
    }
  }

  int getxattr(Pointer path, Pointer name, Pointer value, long size) {
    return answer(
        () -> {
          long inode = find(path);
          if (inode == 0) {
            return -Errno.ENOENT;
          }
          byte[] found = isHidden(name) ? null : view.xattr(inode, bytes(name));
          return found == null ? -Errno.ENODATA : copy(found, value, size);
        });
  }

  int listxattr(Pointer path, Pointer list, long size) {
    return answer(
        () -> {
          long inode = find(path);
          if (inode == 0) {
            return -Errno.ENOENT;
          }
          List<byte[]> names = view.xattrNames(inode);
          int length = 0;
          for (byte[] name : names) {
            length += name.length + 1;
          }
          byte[] all = new byte[length];
          int at = 0;
          for (byte[] name : names) {
            System.arraycopy(name, 0, all, at, name.length);
            at += name.length + 1;
          }
          return copy(all, list, size);
        });
  }

  int statfs(Pointer struct) {
    return answer(
        () -> {
          Statvfs stat = Statvfs.of(struct);
          stat.f_bsize.set(4096);
          stat.f_frsize.set(4096);
          stat.f_blocks.set(view.contentBytes() / 4096 + 1);
          stat.f_files.set(view.inodeCount());
          stat.f_namemax.set(255);
          return 0;
        });
  }

  /** Size 0 asks how large the buffer has to be (getxattr(2)). */
  private static int copy(byte[] bytes, Pointer buffer, long size) {
    if (size == 0) {
      return bytes.length;
    }
    if (size < bytes.length) {
      return -Errno.ERANGE;
    }
    buffer.put(0, bytes, 0, bytes.length);
    return bytes.length;
  }

  /** Labels of the build machine mean nothing here (rule 16). */
  private static boolean isHidden(Pointer name) {
    return name.getString(0).equals("security.selinux");
  }

  /**
   * The inode that a path names, 0 when there is none. libfuse's paths begin with a slash and are
   * plain.
   */
  private long find(Pointer path) throws IOException {
    byte[] bytes = bytes(path);
    long inode = ImageView.ROOT;
    int from = 1;
    while (inode != 0 && from < bytes.length) {
      int to = from;
      while (to < bytes.length && bytes[to] != '/') {
        to++;
      }
      inode = view.lookup(inode, Arrays.copyOfRange(bytes, from, to));
      from = to + 1;
    }
    return inode;
  }

  private static byte[] bytes(Pointer text) {
    byte[] bytes = new byte[text.indexOf(0, (byte) 0)];
    text.get(0, bytes, 0, bytes.length);
    return bytes;
  }

  @SuppressWarnings("CatchingUnchecked") // nothing may reach native code
  private int answer(Body body) {
    try {
      return body.run();
    } catch (Throwable e) {
      log(e);
      return -Errno.of(e);
    }
  }

  private void log(Throwable e) {
    String text = String.valueOf(e.getMessage());
    if (logged.size() < MAX_LOGGED && logged.add(text)) {
      LOG.log(
          System.Logger.Level.ERROR,
          Printable.escape(e instanceof IOException ? text : e.toString()));
    }
  }
}
