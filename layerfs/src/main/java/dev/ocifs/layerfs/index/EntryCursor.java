package dev.ocifs.layerfs.index;

import dev.ocifs.layerfs.format.SectionedFile;
import dev.ocifs.oci.OcifsException;
import java.util.Iterator;
import java.util.List;

/**
 * Walks over the entries of a layer index in the order of the tar. Not thread-safe; ends with its
 * index.
 */
public final class EntryCursor {
  private final SectionedFile file;
  private final Iterator<SectionedFile.Piece> pieces;
  private final EntryDecoder decoder = new EntryDecoder();
  private byte[] buffer = {};

  EntryCursor(SectionedFile file, List<SectionedFile.Piece> pieces) {
    this.file = file;
    this.pieces = pieces.iterator();
  }

  /**
   * Fills {@code entry} with the next entry.
   *
   * @return false at the end
   * @throws OcifsException {@code STORE} when the index is damaged
   */
  public boolean next(LayerEntry entry) throws OcifsException {
    try {
      while (!decoder.hasNext()) {
        if (!pieces.hasNext()) {
          return false;
        }
        SectionedFile.Piece piece = pieces.next();
        int length = Math.toIntExact(piece.length());
        if (buffer.length < length) {
          buffer = new byte[length];
        }
        file.get(piece.offset(), buffer, 0, length);
        decoder.reset(buffer, length);
      }
      decoder.next(entry);
      return true;
    } catch (IllegalStateException | IndexOutOfBoundsException | ArithmeticException e) {
      throw file.damaged("its entries cannot be unpacked");
    }
  }
}
