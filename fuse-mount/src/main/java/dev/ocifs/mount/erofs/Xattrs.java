package dev.ocifs.mount.erofs;

import dev.ocifs.layerfs.view.ImageView;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.OcifsException.Kind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * The extended attributes of one inode, as they follow it: {@code struct erofs_xattr_ibody_header}
 * and {@code struct erofs_xattr_entry}.
 *
 * <p>Attributes outside of the name spaces of Linux are left out: no file system of the kernel
 * shows them. So are access control lists that the kernel could not read.
 */
final class Xattrs {
  static final int HEADER_BYTES = 12;
  static final int EROFS_XATTR_INDEX_USER = 1;
  static final int EROFS_XATTR_INDEX_POSIX_ACL_ACCESS = 2;
  static final int EROFS_XATTR_INDEX_POSIX_ACL_DEFAULT = 3;
  static final int EROFS_XATTR_INDEX_TRUSTED = 4;
  static final int EROFS_XATTR_INDEX_SECURITY = 6;

  private static final int ENTRY_ALIGNMENT = 4;
  private static final int MAX_COUNT = 0xffff;
  private static final int MAX_VALUE_BYTES = 0xffff;
  private static final int ACL_VERSION = 2;
  private static final int ACL_HEADER_BYTES = 4;
  private static final int ACL_ENTRY_BYTES = 8;

  private static final List<Prefix> PREFIXES =
      List.of(
          new Prefix(EROFS_XATTR_INDEX_USER, "user.", false),
          new Prefix(EROFS_XATTR_INDEX_TRUSTED, "trusted.", false),
          new Prefix(EROFS_XATTR_INDEX_SECURITY, "security.", false),
          new Prefix(EROFS_XATTR_INDEX_POSIX_ACL_ACCESS, "system.posix_acl_access", true),
          new Prefix(EROFS_XATTR_INDEX_POSIX_ACL_DEFAULT, "system.posix_acl_default", true));

  private static final byte[] NONE = {};

  private record Prefix(int index, String text, boolean acl) {
    boolean fits(byte[] name, byte[] value) {
      byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
      boolean begins =
          name.length >= bytes.length
              && Arrays.equals(name, 0, bytes.length, bytes, 0, bytes.length);
      return begins
          && (acl ? name.length == bytes.length && isAcl(value) : name.length > bytes.length);
    }
  }

  private Xattrs() {}

  /** The attributes of an inode; nothing when it has none. */
  static byte[] of(ImageView view, long inode) throws IOException {
    List<byte[]> names = view.xattrNames(inode);
    if (names.isEmpty()) {
      return NONE;
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(new byte[HEADER_BYTES]);
    for (byte[] name : names) {
      byte[] value = view.xattr(inode, name);
      if (value != null) {
        add(out, name, value);
      }
    }
    if (out.size() == HEADER_BYTES) {
      return NONE;
    }
    if (count(out.size()) > MAX_COUNT) {
      throw tooLarge();
    }
    return out.toByteArray();
  }

  private static void add(ByteArrayOutputStream out, byte[] name, byte[] value)
      throws OcifsException {
    for (Prefix prefix : PREFIXES) {
      if (prefix.fits(name, value)) {
        if (value.length > MAX_VALUE_BYTES) {
          throw tooLarge();
        }
        int suffix = prefix.text().length();
        out.write(name.length - suffix);
        out.write(prefix.index());
        out.write(value.length);
        out.write(value.length >>> 8);
        out.write(name, suffix, name.length - suffix);
        out.writeBytes(value);
        out.writeBytes(new byte[-out.size() & ENTRY_ALIGNMENT - 1]);
        return;
      }
    }
  }

  /** What an inode says about an area of so many bytes: {@code i_xattr_icount}. */
  static int count(int bytes) {
    return bytes == 0 ? 0 : (bytes - HEADER_BYTES) / ENTRY_ALIGNMENT + 1;
  }

  /** Whether a value is one that posix_acl_from_xattr() of the kernel takes apart. */
  private static boolean isAcl(byte[] value) {
    return value.length >= ACL_HEADER_BYTES
        && (value.length - ACL_HEADER_BYTES) % ACL_ENTRY_BYTES == 0
        && value[0] == ACL_VERSION
        && (value[1] | value[2] | value[3]) == 0;
  }

  private static OcifsException tooLarge() {
    return new OcifsException(
            Kind.UNSUPPORTED, "a file has extended attributes that EROFS has no room for")
        .hint("use --backend kernel");
  }
}
