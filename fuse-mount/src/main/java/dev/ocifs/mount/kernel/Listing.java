package dev.ocifs.mount.kernel;

import dev.ocifs.layerfs.view.Attributes;
import dev.ocifs.layerfs.view.ImageView;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Writes directory entries into an answer, with their attributes for READDIRPLUS. Offsets: 1 is
 * behind ".", 2 behind "..", the view's are 2 more. Used again for each listing; not thread-safe.
 */
final class Listing implements ImageView.DirectoryVisitor {
  private static final byte[] SELF = {'.'};
  private static final byte[] PARENT = {'.', '.'};
  private static final long FIRST_CHILD = 2;

  /** Where the type bits of a mode become what readdir(3) calls d_type. */
  private static final int TYPE_SHIFT = 12;

  private final ImageView view;
  private final Attributes attributes = new Attributes();
  private final Reply reply;
  private int limit;
  private boolean plus;

  /** What the view failed with, which the visitor's method must not throw. */
  private @Nullable IOException failure;

  Listing(ImageView view, Reply reply) {
    this.view = view;
    this.reply = reply;
  }

  /**
   * Appends as many entries of a directory as fit.
   *
   * @param withAttributes for READDIRPLUS
   */
  void write(long directory, long offset, int maxBytes, boolean withAttributes) throws IOException {
    limit = maxBytes;
    plus = withAttributes;
    failure = null;
    boolean more = offset >= 1 || add(SELF, 1, directory, Attributes.S_IFDIR, 1);
    if (more && offset < FIRST_CHILD) {
      more = add(PARENT, 2, view.parent(directory), Attributes.S_IFDIR, FIRST_CHILD);
    }
    if (more) {
      view.list(directory, Math.max(0, offset - FIRST_CHILD), this);
      if (failure != null) {
        throw failure;
      }
    }
  }

  @Override
  public boolean entry(byte[] name, int nameLength, long inode, int type, long nextOffset) {
    int before = reply.length();
    if (!add(name, nameLength, inode, type, nextOffset + FIRST_CHILD)) {
      return false;
    }
    if (plus) {
      try {
        view.attributes(inode, attributes);
      } catch (IOException e) {
        failure = e;
        return false;
      }
      reply.putEntry(before, attributes);
    }
    return true;
  }

  /** Whether there was room. "." and ".." stay without attributes: the kernel has them. */
  private boolean add(byte[] name, int nameLength, long inode, int type, long next) {
    int entryBytes = plus ? Results.Entry.BYTES : 0;
    int bytes = entryBytes + align(Results.Dirent.NAME + nameLength);
    if (reply.length() + bytes > limit) {
      return false;
    }
    int at = reply.extend(bytes) + entryBytes;
    reply.putLong(at + Results.Dirent.INO, inode);
    reply.putLong(at + Results.Dirent.OFF, next);
    reply.putInt(at + Results.Dirent.NAMELEN, nameLength);
    reply.putInt(at + Results.Dirent.TYPE, type >>> TYPE_SHIFT);
    reply.putBytes(at + Results.Dirent.NAME, name, nameLength);
    return true;
  }

  private static int align(int bytes) {
    return bytes + Long.BYTES - 1 & -Long.BYTES;
  }
}
