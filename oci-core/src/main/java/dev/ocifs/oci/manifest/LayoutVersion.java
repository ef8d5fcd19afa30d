package dev.ocifs.oci.manifest;

import dev.ocifs.oci.OcifsException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The {@code oci-layout} file, which names the version of a layout.
 *
 * <p>Source: OCI image-spec v1.1, image-layout.md, "oci-layout file".
 */
public final class LayoutVersion {
  private LayoutVersion() {}

  /** The file as it is written: version 1.0.0. */
  public static byte[] current() {
    return "{\"imageLayoutVersion\":\"1.0.0\"}".getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Accepts 1.0 and its patch levels.
   *
   * @throws OcifsException {@code INVALID_IMAGE} when the file is none, {@code UNSUPPORTED} for any
   *     other version
   */
  public static void check(Document document) throws OcifsException {
    Builder builder = new Builder();
    String version =
        StrictJson.parse(
            "the oci-layout file",
            document,
            json -> {
              json.object(
                  name -> {
                    if (name.equals("imageLayoutVersion")) {
                      builder.version = json.string();
                      return true;
                    }
                    return false;
                  });
              return json.required(builder.version, "imageLayoutVersion");
            });
    if (!version.matches("1\\.0\\.[0-9]+")) {
      throw new OcifsException(
              OcifsException.Kind.UNSUPPORTED,
              "the layout is of version '" + version + "', not 1.0.x")
          .rule(32);
    }
  }

  private static final class Builder {
    private @Nullable String version;
  }
}
