package dev.ocifs.oci.manifest;

import dev.ocifs.oci.Descriptor;
import java.io.ByteArrayOutputStream;
import java.util.Iterator;
import java.util.function.Predicate;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;

/**
 * Changes what an index of others lists: all that it says besides, also what ocifs does not know,
 * stays as it was.
 */
public final class IndexEdit {
  private IndexEdit() {}

  /**
   * The index without some of its manifests, and with one more at its end.
   *
   * @param index that was read strictly
   */
  public static byte[] replace(ImageIndex index, Predicate<Descriptor> without, Descriptor added) {
    Iterator<Descriptor> listed = index.manifests().iterator();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonParser from =
            StrictJson.FACTORY.createParser(ObjectReadContext.empty(), index.document().shared());
        JsonGenerator to = StrictJson.FACTORY.createGenerator(ObjectWriteContext.empty(), bytes)) {
      require(from.nextToken(), JsonToken.START_OBJECT);
      to.writeStartObject();
      while (from.nextToken() == JsonToken.PROPERTY_NAME) {
        String name = from.currentName();
        to.writeName(name);
        JsonToken value = from.nextToken();
        if (!name.equals("manifests")) {
          to.copyCurrentStructure(from);
          continue;
        }
        to.writeStartArray();
        while (value == JsonToken.START_ARRAY && from.nextToken() == JsonToken.START_OBJECT) {
          if (without.test(listed.next())) {
            JsonParser ignored = from.skipChildren();
          } else {
            to.copyCurrentStructure(from);
          }
        }
        DocumentWriter.descriptor(to, added);
        to.writeEndArray();
      }
      to.writeEndObject();
    }
    return bytes.toByteArray();
  }

  private static void require(JsonToken found, JsonToken due) {
    if (found != due) {
      throw new IllegalArgumentException("not read strictly: " + found);
    }
  }
}
