package dev.ocifs.oci.manifest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ocifs.oci.Descriptor;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.Limits;
import dev.ocifs.oci.MediaType;
import dev.ocifs.oci.OcifsException;
import org.junit.jupiter.api.Test;

class IndexEditTest {
  private static final String A = manifest('a', ",\"data\":\"e30=\",\"later\":{\"x\":[1,2.5]}");
  private static final String B = manifest('b', "");

  private static String manifest(char digit, String more) {
    return "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%d%s}"
        .formatted(MediaType.OCI_MANIFEST, digest(digit), 7, more);
  }

  private static Digest digest(char digit) {
    return new Digest(Digest.Algorithm.SHA256, String.valueOf(digit).repeat(64));
  }

  private static String replace(String index, char without, char added) throws OcifsException {
    ImageIndex parsed = ImageIndex.parse(Document.of(index.getBytes(UTF_8), Limits.DEFAULT));
    return new String(
        IndexEdit.replace(
            parsed,
            listed -> listed.digest().equals(digest(without)),
            new Descriptor(MediaType.OCI_MANIFEST, digest(added), 7)),
        UTF_8);
  }

  @Test
  void whatIsNotUnderstoodStays() throws OcifsException {
    String index =
        "{\"annotations\":{\"k\":\"v\"},\"schemaVersion\":2,\"manifests\":[%s],\"new\":[{}]}";
    assertThat(replace(index.formatted(A + "," + B), 'b', 'c'))
        .isEqualTo(index.formatted(A + "," + manifest('c', "")));
    assertThat(replace(index.formatted(A), 'a', 'b')).isEqualTo(index.formatted(B));
    assertThat(replace(index.formatted(""), 'a', 'b')).isEqualTo(index.formatted(B));
  }
}
