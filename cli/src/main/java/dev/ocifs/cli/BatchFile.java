package dev.ocifs.cli;

import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.OcifsException.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * The list of a batch of mounts: lines of IMAGE and DIR, separated by white space, or a JSON array
 * of objects with {@code image} and {@code dir}. Empty lines and such that begin with # are passed
 * over.
 */
final class BatchFile {
  /** Stands before the text itself where a file's name is expected. */
  private static final String INLINE = "data:";

  private static final int MAX_BYTES = 8 << 20;

  private final Path directory;

  /**
   * @param directory what relative directories start from
   */
  BatchFile(Path directory) {
    this.directory = directory;
  }

  /**
   * Reads the list from a file, or standard input where its name is -.
   *
   * @throws OcifsException {@code USAGE} naming the line that makes no sense, or the directory that
   *     is there twice
   */
  List<MountService.Target> read(String file) throws IOException {
    String text = text(file);
    List<MountService.Target> targets =
        text.stripLeading().startsWith("[") ? json(text) : lines(text);
    if (targets.isEmpty()) {
      throw wrong("the batch is empty");
    }
    Set<Path> dirs = new HashSet<>();
    for (MountService.Target target : targets) {
      if (!dirs.add(target.dir().normalize())) {
        throw wrong("the batch mounts twice at " + target.dir());
      }
    }
    return targets;
  }

  /** The same list as a name that {@link #read} takes. */
  static String inline(List<MountService.Target> targets) {
    Json json = new Json().beginArray();
    for (MountService.Target target : targets) {
      json.beginObject()
          .member("image", target.image())
          .member("dir", target.dir().toString())
          .end();
    }
    return INLINE + json.end();
  }

  private String text(String file) throws IOException {
    if (file.startsWith(INLINE)) {
      return file.substring(INLINE.length());
    }
    try (InputStream in =
        file.equals("-") ? System.in : Files.newInputStream(directory.resolve(file))) {
      byte[] bytes = in.readNBytes(MAX_BYTES + 1);
      if (bytes.length > MAX_BYTES) {
        throw new OcifsException(Kind.LIMIT, "the batch has more than " + MAX_BYTES + " bytes")
            .hint("split it");
      }
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }

  private List<MountService.Target> lines(String text) throws OcifsException {
    List<MountService.Target> targets = new ArrayList<>();
    int number = 0;
    for (String line : text.split("\n", -1)) {
      number++;
      String stripped = line.strip();
      if (stripped.isEmpty() || stripped.startsWith("#")) {
        continue;
      }
      String[] words = stripped.split("\\s+", -1);
      if (words.length != 2) {
        throw wrong("line " + number + " of the batch is not IMAGE and DIR");
      }
      targets.add(target(words[0], words[1]));
    }
    return targets;
  }

  private List<MountService.Target> json(String text) throws OcifsException {
    List<MountService.Target> targets = new ArrayList<>();
    try (JsonParser parser = new JsonFactory().createParser(ObjectReadContext.empty(), text)) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.START_OBJECT) {
        Map<String, String> members = new HashMap<>();
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
          String name = parser.currentName();
          if (parser.nextToken() != JsonToken.VALUE_STRING) {
            throw wrong("'" + name + "' of entry " + (targets.size() + 1) + " is no text");
          }
          members.put(name, parser.getString());
        }
        String image = members.remove("image");
        String dir = members.remove("dir");
        if (image == null || dir == null || !members.isEmpty()) {
          throw wrong("entry " + (targets.size() + 1) + " of the batch has not just image and dir");
        }
        targets.add(target(image, dir));
      }
      if (parser.currentToken() != JsonToken.END_ARRAY || parser.nextToken() != null) {
        throw wrong("the batch is no array of objects");
      }
    } catch (JacksonException e) {
      throw wrong("the batch is no JSON: " + e.getOriginalMessage());
    }
    return targets;
  }

  private MountService.Target target(String image, String dir) {
    return new MountService.Target(image, directory.resolve(dir));
  }

  private static OcifsException wrong(String what) {
    return new OcifsException(Kind.USAGE, what)
        .hint("give lines IMAGE DIR, or JSON [{\"image\": \"...\", \"dir\": \"...\"}]");
  }
}
