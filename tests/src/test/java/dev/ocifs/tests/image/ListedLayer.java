package dev.ocifs.tests.image;

import static dev.ocifs.tests.image.ByteText.bytes;

import com.github.luben.zstd.Zstd;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.Hasher;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.zip.Deflater;

/**
 * Writes a layer that carries a table of contents, to the byte, as the tools do that made the two
 * formats up: each chunk of a file begins a gzip member or is a zstd frame.
 *
 * @param blob the layer
 * @param tar the same uncompressed
 * @param annotations what the manifest says of it
 */
@SuppressWarnings("ArrayRecordComponent")
public record ListedLayer(byte[] blob, byte[] tar, Map<String, String> annotations) {

  /** Both formats. */
  public enum Form {
    ESTARGZ,
    /** With the footer of stargz, as it was before eStargz. */
    STARGZ,
    ZSTD_CHUNKED
  }

  private static final String TABLE = "stargz.index.json";

  /** Says what else a table may say: takes its JSON, and gives another. */
  @FunctionalInterface
  public interface Forgery {
    String of(String json);
  }

  /** A layer of these entries, whose files are cut into chunks of so many bytes. */
  public static ListedLayer of(Form form, int chunkBytes, List<Entry> entries) {
    return of(form, chunkBytes, entries, json -> json);
  }

  /** The same with a table that was changed; the annotations vouch for it as it is then. */
  public static ListedLayer of(Form form, int chunkBytes, List<Entry> entries, Forgery forgery) {
    Writer writer = new Writer(form);
    entries.forEach(entry -> writer.add(entry, chunkBytes));
    return writer.end(forgery);
  }

  private static final class Writer {
    private final Form form;
    private final ByteArrayOutputStream blob = new ByteArrayOutputStream();
    private final ByteArrayOutputStream tar = new ByteArrayOutputStream();
    private final ByteArrayOutputStream pending = new ByteArrayOutputStream();
    private final List<String> table = new ArrayList<>();

    Writer(Form form) {
      this.form = form;
    }

    private boolean isZstd() {
      return form == Form.ZSTD_CHUNKED;
    }

    private void write(byte[] bytes) {
      pending.writeBytes(bytes);
      tar.writeBytes(bytes);
    }

    /** Ends the gzip member or zstd frame; the next begins where this returns. */
    private long cut() {
      if (pending.size() > 0) {
        byte[] bytes = pending.toByteArray();
        blob.writeBytes(isZstd() ? Zstd.compress(bytes, 3) : new GzipMember(bytes).toBytes());
        pending.reset();
      }
      return blob.size();
    }

    void add(Entry entry, int chunkBytes) {
      byte[] bytes = new TarWriter(TarWriter.Form.PAX).add(entry).toBytes();
      byte[] content = entry.content();
      int padding = -content.length & 511;
      write(Arrays.copyOf(bytes, bytes.length - content.length - padding));
      String line = line(entry);
      if (content.length == 0) {
        table.add("{" + line + "}");
        return;
      }
      line += ",\"digest\":\"" + sha256(content) + "\"";
      List<String> lines = new ArrayList<>();
      for (int at = 0; at < content.length; at += chunkBytes) {
        byte[] chunk = Arrays.copyOfRange(content, at, Math.min(content.length, at + chunkBytes));
        boolean last = at + chunk.length == content.length;
        line += ",\"offset\":" + cut();
        if (!isZstd() || chunk.length < content.length) {
          line += ",\"chunkDigest\":\"" + sha256(chunk) + "\"";
        }
        line += at == 0 ? "" : ",\"chunkOffset\":" + at;
        line += last && !isZstd() ? "" : ",\"chunkSize\":" + chunk.length;
        lines.add(line);
        write(chunk);
        line = "\"type\":\"chunk\",\"name\":" + quoted(entry.path());
      }
      if (isZstd()) {
        lines.set(0, lines.get(0) + ",\"endOffset\":" + cut());
      }
      lines.forEach(each -> table.add("{" + each + "}"));
      write(new byte[padding]);
    }

    private static String line(Entry entry) {
      String type =
          switch (entry.type()) {
            case FILE -> "reg";
            case HARD_LINK -> "hardlink";
            case SYMLINK -> "symlink";
            case CHARACTER_DEVICE -> "char";
            case BLOCK_DEVICE -> "block";
            case DIRECTORY -> "dir";
            case FIFO -> "fifo";
          };
      String xattrs =
          entry.xattrs().entrySet().stream()
              .map(
                  x ->
                      quoted(x.getKey())
                          + ":\""
                          + Base64.getEncoder().encodeToString(x.getValue())
                          + "\"")
              .collect(Collectors.joining(","));
      return "\"type\":\""
          + type
          + "\",\"name\":"
          + quoted(entry.path())
          + (entry.target().isEmpty() ? "" : ",\"linkName\":" + quoted(entry.target()))
          + ",\"mode\":"
          + entry.mode()
          + ",\"size\":"
          + entry.content().length
          + ",\"uid\":"
          + entry.uid()
          + ",\"gid\":"
          + entry.gid()
          + ",\"modtime\":\""
          + Instant.ofEpochSecond(entry.mtimeSeconds(), entry.mtimeNanos())
          + "\",\"devMajor\":"
          + entry.major()
          + ",\"devMinor\":"
          + entry.minor()
          + ",\"NumLink\":0"
          + (xattrs.isEmpty() ? "" : ",\"xattrs\":{" + xattrs + "}");
    }

    private static String quoted(String byteText) {
      String text = new String(bytes(byteText), StandardCharsets.UTF_8);
      return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    ListedLayer end(Forgery forgery) {
      String text = "{\"version\":1,\"entries\":[" + String.join(",\n", table) + "]}";
      byte[] json = forgery.of(text).getBytes(StandardCharsets.UTF_8);
      return isZstd() ? endChunked(json) : endStargz(json);
    }

    private ListedLayer endStargz(byte[] json) {
      long place = cut();
      write(TarWriter.tar(Entry.file(TABLE, json).mode(0).mtime(0, 0)));
      cut();
      String extra = String.format("%016xSTARGZ", place);
      blob.writeBytes(
          new GzipMember(new byte[0])
              .level(Deflater.NO_COMPRESSION)
              .extra(bytes(form == Form.STARGZ ? extra : "SG\26\0" + extra))
              .toBytes());
      return new ListedLayer(
          blob.toByteArray(),
          tar.toByteArray(),
          Map.of("containerd.io/snapshot/stargz/toc.digest", sha256(json)));
    }

    private ListedLayer endChunked(byte[] json) {
      write(new byte[1024]);
      byte[] stored = Zstd.compress(json, 3);
      long place = cut() + 8;
      skippable(stored);
      ByteBuffer footer = ByteBuffer.allocate(40).order(ByteOrder.LITTLE_ENDIAN);
      footer.putLong(place).putLong(stored.length).putLong(json.length).putLong(1);
      skippable(footer.put(bytes("GnUlInUx")).array());
      return new ListedLayer(
          blob.toByteArray(),
          tar.toByteArray(),
          Map.of(
              "io.containers.zstd-chunked.manifest-checksum",
              sha256(stored),
              "io.containers.zstd-chunked.manifest-position",
              place + ":" + stored.length + ":" + json.length + ":1"));
    }

    private void skippable(byte[] content) {
      ByteBuffer header = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
      blob.writeBytes(header.putInt(0x184d2a50).putInt(content.length).array());
      blob.writeBytes(content);
    }
  }

  private static String sha256(byte[] bytes) {
    return Hasher.hash(Digest.Algorithm.SHA256, bytes).toString();
  }
}
