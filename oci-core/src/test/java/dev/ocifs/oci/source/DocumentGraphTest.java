package dev.ocifs.oci.source;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ocifs.oci.Digest;
import dev.ocifs.oci.MediaType;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.OcifsException.Kind;
import dev.ocifs.oci.Platform;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DocumentGraphTest implements DocumentReview {
  private static final String EMPTY = "application/vnd.oci.empty.v1+json";

  @TempDir Path dir;
  private final Layout layout = new Layout();
  private final List<OcifsException> faults = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();

  @Override
  public void failed(OcifsException fault) {
    faults.add(fault);
  }

  @Override
  public void noted(Digest document, String text) {
    notes.add(document + " " + text);
  }

  /** A manifest of no image that is a statement about another. */
  private String referrer(String about, String subject) {
    String config = layout.blob(new MediaType(EMPTY), Layout.json("{}"), "");
    String text =
        "{'schemaVersion':2,'artifactType':'%s','config':%s,'layers':[],'subject':%s}"
            .formatted(about, config, subject);
    return layout.blob(MediaType.OCI_MANIFEST, Layout.json(text), "");
  }

  private void check(String ref) throws IOException {
    OpenOptions options = OpenOptions.DEFAULT.withPlatform(Platform.parse("linux/amd64"));
    try (Image image = Images.open("oci:" + layout.directory(dir) + ref, options)) {
      image.checkDocuments(this);
    }
  }

  private static Digest digestIn(String descriptor) throws IOException {
    return Digest.parse(descriptor.replaceAll(".*'digest':'([^']+)'.*", "$1"));
  }

  /** Changes a byte that the parser does not care for. */
  private void spoil(String descriptor) throws IOException {
    layout.files.computeIfPresent(
        FolderContents.name(digestIn(descriptor)),
        (name, bytes) ->
            new String(bytes, UTF_8).replace("schemaVersion", "schemaversion").getBytes(UTF_8));
  }

  @Test
  void findsNothingInAnHonestImageWithItsReferrers() throws IOException {
    String image = layout.image("linux/amd64", "", "1");
    String signature = referrer("signature", image);
    layout.list(layout.index(Layout.ref("app"), image)).list(signature);
    layout.list(referrer("signature of the signature", signature));
    check(":app");
    assertThat(faults).isEmpty();
    assertThat(notes).isEmpty();
  }

  @Test
  void checksReferrersOfReferrersAndNoStrangers() throws IOException {
    String image = layout.image("linux/amd64", Layout.ref("app"), "1");
    String bare = image.replace(Layout.ref("app"), "");
    String signature = referrer("signature", bare);
    String second = referrer("second", signature);
    String other = layout.image("linux/amd64", Layout.ref("other"), "2");
    layout.list(image).list(signature).list(second).list(other);
    spoil(other);
    check(":app");
    assertThat(faults).isEmpty();
    spoil(second);
    check(":app");
    assertThat(faults)
        .hasSize(1)
        .allSatisfy(fault -> assertThat(fault.kind()).isEqualTo(Kind.MISMATCH))
        .allSatisfy(fault -> assertThat(fault.getMessage()).contains(digestIn(second).toString()));
  }

  @Test
  void aMissingSubjectIsAllowedAndSaid() throws IOException {
    Digest far = Layout.layerDigest("far away");
    String subject = Layout.descriptor(MediaType.OCI_MANIFEST, far, 10, "");
    String image = layout.image("linux/amd64", "", "1");
    String text = "{'schemaVersion':2,'manifests':[" + image + "],'subject':" + subject + "}";
    String index = layout.blob(MediaType.OCI_INDEX, Layout.json(text), Layout.ref("app"));
    layout.list(index);
    check(":app");
    assertThat(faults).isEmpty();
    assertThat(notes)
        .containsExactly(
            digestIn(index) + " its subject " + far + " is not in the layout; that is allowed");
  }

  @Test
  void aManifestThatIsMissingFromAnIndexIsSaid() throws IOException {
    Digest far = Layout.layerDigest("far away");
    String other = Layout.descriptor(MediaType.OCI_MANIFEST, far, 9, Layout.on("linux/arm64"));
    String image = layout.image("linux/amd64", Layout.on("linux/amd64"), "1");
    layout.list(layout.index(Layout.ref("app"), image, other));
    check(":app");
    assertThat(faults).isEmpty();
    assertThat(notes).singleElement().asString().contains(far.toString(), "for linux/arm64");
  }

  @Test
  void subjectsThatLeadRoundAreFoundByTheShortestWay() throws IOException {
    // Only documents that are not what they are called can name each other.
    Digest a = Layout.layerDigest("a");
    Digest b = Layout.layerDigest("b");
    Digest c = Layout.layerDigest("c");
    lie(a, called(c), called(b));
    lie(b, called(a));
    lie(c, called(b));
    String image = layout.image("linux/amd64", "", "1");
    String honest = new String(layout.files.get(FolderContents.name(digestIn(image))), UTF_8);
    String text = honest.substring(0, honest.length() - 1) + ",'subject':" + called(a) + "}";
    layout.list(layout.blob(MediaType.OCI_MANIFEST, Layout.json(text), Layout.ref("app")));
    check(":app");
    assertThat(faults.getFirst().kind()).isEqualTo(Kind.INVALID_IMAGE);
    assertThat(faults.getFirst())
        .hasMessageContaining("in a circle: " + a + " -> " + b + " -> " + a + " (rule 27)");
    assertThat(faults.subList(1, faults.size()))
        .isNotEmpty()
        .allSatisfy(fault -> assertThat(fault.kind()).isEqualTo(Kind.MISMATCH));
  }

  private static String called(Digest digest) {
    return Layout.descriptor(MediaType.OCI_INDEX, digest, 1, "");
  }

  /** An index under a digest that is not its own. */
  private void lie(Digest digest, String subject, String... manifests) {
    layout.put(
        FolderContents.name(digest),
        "{'manifests':[" + String.join(",", manifests) + "],'subject':" + subject + "}");
  }
}
