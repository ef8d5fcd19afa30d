package dev.ocifs.tests.image;

import static dev.ocifs.tests.image.ByteText.bytes;
import static dev.ocifs.tests.image.ByteText.text;

import dev.ocifs.tests.image.TarHeader.Field;
import java.io.ByteArrayOutputStream;
import java.util.List;

/**
 * Writes a tar archive to the byte: entries in the form of ustar, PAX or GNU, and below them any
 * header, any data, any raw block. Not thread-safe.
 */
public final class TarWriter {

  /** How what does not fit into a header's fields is said. */
  public enum Form {
    /** Long names in the prefix where they can be split, else as PAX records. */
    USTAR,
    /** PAX records. */
    PAX,
    /**
     * Entries {@code L} and {@code K}, numbers in base-256. PAX records for xattrs and fractions.
     */
    GNU
  }

  private static final int NAME_BYTES = 100;
  private static final int PREFIX_BYTES = 155;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final Form form;

  public TarWriter(Form form) {
    this.form = form;
  }

  /** The archive of these entries, in PAX form, with its end. */
  public static byte[] tar(List<Entry> entries) {
    TarWriter tar = new TarWriter(Form.PAX);
    entries.forEach(tar::add);
    return tar.end();
  }

  /** The archive of these entries, in PAX form, with its end. */
  public static byte[] tar(Entry... entries) {
    return tar(List.of(entries));
  }

  /** Adds an entry; a sparse file in the usual form of its archive: 1.0 in PAX, else GNU's own. */
  public TarWriter add(Entry entry) {
    if (entry.isSparse()) {
      SparseForm sparse = form == Form.PAX ? SparseForm.PAX_1_0 : SparseForm.OLD_GNU;
      return add(entry, sparse);
    }
    TarHeader header = header(entry, entry.path(), new PaxText());
    return member(header.number(Field.SIZE, entry.stored().length), entry.stored());
  }

  /** Adds a sparse file. */
  public TarWriter add(Entry entry, SparseForm sparse) {
    sparse.write(this, entry);
    return this;
  }

  /**
   * Makes the header of an entry, without size, after writing the extension headers that it needs.
   *
   * @param name as the header has it
   * @param pax records that it needs besides
   */
  TarHeader header(Entry entry, String name, PaxText pax) {
    char flag = entry.type().flag;
    TarHeader header = form == Form.GNU ? TarHeader.gnu(flag, name) : TarHeader.ustar(flag, name);
    header
        .number(Field.MODE, entry.mode())
        .number(Field.MAJOR, entry.major())
        .number(Field.MINOR, entry.minor())
        .text(Field.LINK, entry.target());
    number(header, Field.UID, "uid", entry.uid(), pax);
    number(header, Field.GID, "gid", entry.gid(), pax);
    if (entry.mtimeNanos() != 0 || (form != Form.GNU && !fits(Field.MTIME, entry.mtimeSeconds()))) {
      pax.mtime(entry.mtimeSeconds(), entry.mtimeNanos());
    } else {
      header.number(Field.MTIME, entry.mtimeSeconds());
    }
    entry.xattrs().forEach((key, value) -> pax.add("SCHILY.xattr." + key, text(value)));
    longName(header, name, pax);
    longTarget(entry, pax);
    if (!pax.isEmpty()) {
      pax('x', pax);
    }
    return header;
  }

  private void number(TarHeader header, Field field, String key, long value, PaxText pax) {
    if (form == Form.GNU || fits(field, value)) {
      header.number(field, value);
    } else {
      pax.add(key, String.valueOf(value));
    }
  }

  private static boolean fits(Field field, long value) {
    return value >= 0 && value >>> ((field.length - 1) * 3) == 0;
  }

  private void longName(TarHeader header, String name, PaxText pax) {
    if (name.length() <= NAME_BYTES) {
      return;
    }
    int slash = name.lastIndexOf('/', PREFIX_BYTES);
    if (form == Form.GNU) {
      gnuLong('L', name);
    } else if (form == Form.USTAR && slash > 0 && name.length() - slash - 1 <= NAME_BYTES) {
      header.text(Field.PREFIX, name.substring(0, slash));
      header.text(Field.NAME, name.substring(slash + 1));
    } else {
      pax.add("path", name);
    }
  }

  private void longTarget(Entry entry, PaxText pax) {
    if (entry.target().length() > NAME_BYTES) {
      if (form == Form.GNU) {
        gnuLong('K', entry.target());
      } else {
        pax.add("linkpath", entry.target());
      }
    }
  }

  /** Adds an extension header: {@code x} for the next entry, {@code g} for all. */
  public TarWriter pax(char type, PaxText records) {
    byte[] data = records.toBytes();
    return member(TarHeader.ustar(type, "PaxHeaders/entry").number(Field.SIZE, data.length), data);
  }

  /** Adds GNU's entry {@code L} (name) or {@code K} (link target). */
  public TarWriter gnuLong(char type, String value) {
    byte[] data = bytes(value + "\0");
    return member(TarHeader.gnu(type, "././@LongLink").number(Field.SIZE, data.length), data);
  }

  /** Adds this header and this data, filled up to whole blocks; the size field is the caller's. */
  public TarWriter member(TarHeader header, byte[] data) {
    raw(header.toBytes());
    raw(data);
    return raw(new byte[-data.length & (TarHeader.BLOCK - 1)]);
  }

  /** Adds any bytes. */
  public TarWriter raw(byte[] bytes) {
    out.writeBytes(bytes);
    return this;
  }

  /** The archive so far, without the two blocks that end one. */
  public byte[] toBytes() {
    return out.toByteArray();
  }

  /** Adds the two blocks of zeros that end an archive, and returns it. */
  public byte[] end() {
    return raw(new byte[2 * TarHeader.BLOCK]).toBytes();
  }
}
