package dev.ocifs.mount;

import dev.ocifs.layerfs.view.ImageView;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What programs see of extended attributes where the kernel leaves it to the file system, as it
 * does with FUSE: the same as on a disk. Thread-safe.
 *
 * <p>Source: Linux fs/xattr.c (xattr_resolve_name, xattr_permission) and fs/ext4/xattr.c; xattr(7).
 */
public final class XattrRules {
  private static final List<byte[]> NAMESPACES =
      List.of(ascii("user."), ascii("trusted."), ascii("security."), ascii("system."));
  private static final byte[] TRUSTED = ascii("trusted.");

  /** Labels of the build machine mean nothing here. */
  private static final byte[] HIDDEN = ascii("security.selinux");

  private XattrRules() {}

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** The value that an inode has for a name, null when it has none. */
  public static byte @Nullable [] value(ImageView view, long inode, byte[] name)
      throws IOException {
    return Arrays.equals(name, HIDDEN) ? null : view.xattr(inode, name);
  }

  /** The errno that a name deserves of which there is no value. */
  public static int absent(byte[] name) {
    for (byte[] namespace : NAMESPACES) {
      if (startsWith(name, namespace)) {
        return name.length == namespace.length ? Errno.EINVAL : Errno.ENODATA;
      }
    }
    return Errno.EOPNOTSUPP;
  }

  /**
   * The names of an inode's attributes, a zero behind each.
   *
   * @param uid who asks: only root is told of trusted attributes
   */
  public static byte[] list(ImageView view, long inode, int uid) throws IOException {
    List<byte[]> names = view.xattrNames(inode);
    byte[] all = new byte[names.stream().mapToInt(name -> name.length + 1).sum()];
    int at = 0;
    for (byte[] name : names) {
      if (!Arrays.equals(name, HIDDEN) && (uid == 0 || !startsWith(name, TRUSTED))) {
        System.arraycopy(name, 0, all, at, name.length);
        at += name.length + 1;
      }
    }
    return at == all.length ? all : Arrays.copyOf(all, at);
  }

  private static boolean startsWith(byte[] name, byte[] prefix) {
    return name.length >= prefix.length
        && Arrays.equals(name, 0, prefix.length, prefix, 0, prefix.length);
  }
}
