package dev.ocifs.layerfs.codec;

import dev.ocifs.oci.OcifsException;

/** The errors for compressed data that does not decode. */
final class Corrupt {

  private Corrupt() {}

  /**
   * @param what codec and fault, such as "gzip: CRC-32 differs"
   * @param bytePos where in the blob
   */
  static OcifsException at(String what, long bytePos) {
    return new OcifsException(OcifsException.Kind.INVALID_IMAGE, text(what, bytePos));
  }

  static OcifsException at(String what, long bytePos, Exception cause) {
    return new OcifsException(OcifsException.Kind.INVALID_IMAGE, text(what, bytePos), cause);
  }

  static OcifsException limit(String what, long bytePos) {
    return new OcifsException(OcifsException.Kind.LIMIT, text(what, bytePos));
  }

  static OcifsException unsupported(String what, long bytePos) {
    return new OcifsException(OcifsException.Kind.UNSUPPORTED, text(what, bytePos));
  }

  private static String text(String what, long bytePos) {
    return what + " at byte " + bytePos + " of the blob";
  }
}
