package dev.ocifs.oci.manifest;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ocifs.oci.Descriptor;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.Hasher;
import dev.ocifs.oci.Limits;
import dev.ocifs.oci.MediaType;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.Platform;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rules 27 to 30: what is read, and what is refused. */
final class StrictDocumentsTest {
  private static final String DIGEST = "sha256:" + "0f".repeat(32);
  private static final String DESCRIPTOR =
      "{'mediaType':'application/vnd.oci.image.layer.v1.tar','digest':'" + DIGEST + "','size':7}";
  private static final String MANIFEST =
      "'config':" + DESCRIPTOR + ",'layers':[" + DESCRIPTOR + "]";

  private static Document document(String text) throws OcifsException {
    return Document.of(text.replace('\'', '"').getBytes(UTF_8), Limits.DEFAULT);
  }

  private static void refused(String text, String words) {
    assertThatThrownBy(() -> ImageManifest.parse(document(text)))
        .hasMessageContaining(words)
        .isInstanceOfSatisfying(
            OcifsException.class,
            e -> {
              assertThat(e.kind()).isEqualTo(OcifsException.Kind.INVALID_IMAGE);
              assertThat(e.rule()).isEqualTo(28);
              assertThat(e.getMessage()).doesNotContain("\n");
            });
  }

  @Test
  void readsAManifestAndKeepsItsBytes() throws OcifsException {
    String text = "{'schemaVersion':2,'unknown':{'a':[1.5e300,null,{}]}," + MANIFEST + "}";
    ImageManifest manifest = ImageManifest.parse(document(text));
    assertThat(manifest.layers()).hasSize(1);
    assertThat(manifest.layers().get(0))
        .isEqualTo(new Descriptor(MediaType.OCI_LAYER, Digest.parse(DIGEST), 7));
    byte[] raw = text.replace('\'', '"').getBytes(UTF_8);
    assertThat(manifest.document().bytes()).isEqualTo(raw);
    assertThat(manifest.document().digest()).isEqualTo(Hasher.hash(Digest.Algorithm.SHA256, raw));
  }

  @Test
  void namesTheDuplicateAtAnyDepth() {
    refused("{'layers':[],'layers':[]," + MANIFEST + "}", "layers");
    refused("{'x':{'y':[{'twice':1,'twice':1}]}," + MANIFEST + "}", "twice");
    refused("{'annotations':{'a':'1','\\u0061':'2'}," + MANIFEST + "}", "property \"a\"");
  }

  @Test
  void refusesADocumentOfTwoKinds() {
    refused("{" + MANIFEST + ",'manifests':[]}", "manifests");
    refused("{'mediaType':'" + MediaType.OCI_INDEX + "'," + MANIFEST + "}", "calls itself");
    for (String field : new String[] {"'layers':[]", "'config':{}"}) {
      assertThatThrownBy(() -> ImageIndex.parse(document("{'manifests':[]," + field + "}")))
          .hasMessageContaining("an index cannot have")
          .isInstanceOf(OcifsException.class);
    }
  }

  @Test
  void schemaOneIsUnsupported() {
    assertThatThrownBy(() -> ImageManifest.parse(document("{'schemaVersion':1,'fsLayers':[]}")))
        .isInstanceOfSatisfying(
            OcifsException.class,
            e -> assertThat(e.kind()).isEqualTo(OcifsException.Kind.UNSUPPORTED));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-1",
        "1e3",
        "1.0",
        "9223372036854775808",
        "1e1000000000",
        "'7'",
        "null",
        "true",
        "[]"
      })
  void sizesAreWholeNumbers(String size) {
    String descriptor = DESCRIPTOR.replace("'size':7", "'size':" + size);
    refused("{'config':" + descriptor + ",'layers':[]}", "/config");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "foobar",
        "[]",
        "null",
        "7",
        "{",
        "{'a':1",
        "{'a'}",
        "{'a':1,}",
        "{a:1}",
        "{}{}",
        "{} x",
        "{'a':01}",
        "{'a':NaN}",
        "{'a':'\n'}",
        "/**/{}",
        "\ufeff{}",
        "{'config':null}"
      })
  void refusesWhatIsNotOneStrictObject(String text) {
    refused(text, "the manifest");
  }

  @Test
  void refusesWhatIsNotUtf8() {
    byte[] latin = "{\"a\":\"\u00e9\"}".getBytes(ISO_8859_1);
    byte[] wide = "{}".getBytes(UTF_16);
    byte[] overlong = {'{', '"', (byte) 0xc0, (byte) 0x80, '"', ':', '1', '}'};
    for (byte[] bytes : new byte[][] {latin, wide, overlong}) {
      assertThatThrownBy(() -> ImageManifest.parse(Document.of(bytes, Limits.DEFAULT)))
          .hasMessageContaining("UTF-8")
          .isInstanceOf(OcifsException.class);
    }
  }

  @Test
  void boundsDepth() {
    for (int depth : new int[] {101, 100_000, 1_000_000}) {
      refused("{'x':" + "[".repeat(depth) + "]".repeat(depth) + "," + MANIFEST + "}", "depth");
    }
  }

  @Test
  void boundsLength() {
    byte[] long4 = new byte[Limits.DEFAULT.maxDocumentBytes() + 1];
    Arrays.fill(long4, (byte) ' ');
    assertThatThrownBy(() -> Document.of(long4, Limits.DEFAULT))
        .isInstanceOfSatisfying(
            OcifsException.class, e -> assertThat(e.kind()).isEqualTo(OcifsException.Kind.LIMIT));
  }

  @Test
  void aDocumentFullOfRubbishStaysSmall() throws OcifsException {
    String filler = "{},".repeat((Limits.DEFAULT.maxDocumentBytes() - 1000) / 3);
    String text = "{'x':[" + filler + "{}]," + MANIFEST + "}";
    assertThat(ImageManifest.parse(document(text)).layers()).hasSize(1);
  }

  @Test
  void sizeIsCheckedBeforeTheDigest() throws OcifsException {
    Document document = document("{}");
    Digest other = Digest.parse(DIGEST);
    assertThat(document.mismatch(new Descriptor(MediaType.OCI_MANIFEST, other, 3)))
        .hasValueSatisfying(e -> assertThat(e).hasMessageContaining("3"));
    assertThat(document.mismatch(new Descriptor(MediaType.OCI_MANIFEST, other, 2)))
        .hasValueSatisfying(e -> assertThat(e).hasMessageContaining("has the digest"));
    assertThat(document.mismatch(new Descriptor(MediaType.OCI_MANIFEST, document.digest(), 2)))
        .isEmpty();
  }

  @Test
  void readsAConfigurationWithItsNulls() throws OcifsException {
    ImageConfig config =
        ImageConfig.parse(
            document(
                "{'architecture':'arm','variant':'6','os':'linux','created':'2020','config':{"
                    + "'Cmd':null,'Env':['A=b'],'Volumes':{'/v':{}},'Labels':{'k':'v'},'User':''},"
                    + "'rootfs':{'type':'layers','diff_ids':['"
                    + DIGEST
                    + "','"
                    + DIGEST
                    + "']},'history':[{'empty_layer':true,'created_by':'x'},{},null]}"));
    assertThat(config.platform()).contains(new Platform("linux", "arm", "v6"));
    assertThat(config.diffIds()).hasSize(2);
    assertThat(config.history()).hasSize(3);
    assertThat(config.history().get(0).emptyLayer()).isTrue();
    assertThat(config.process().env()).containsExactly("A=b");
    assertThat(config.process().cmd()).isEmpty();
    assertThat(config.process().user()).isEmpty();
    assertThat(config.process().volumes()).containsExactly("/v");
    assertThat(config.process().labels()).containsEntry("k", "v");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{'rootfs':{}}",
        "{'rootfs':null}",
        "{'rootfs':{'type':'windows','diff_ids':[]}}",
        "{'rootfs':{'type':'layers','diff_ids':['sha256:../x']}}",
        "{'rootfs':{'type':'layers','diff_ids':[null]}}"
      })
  void aConfigurationNamesItsLayers(String text) {
    assertThatThrownBy(() -> ImageConfig.parse(document(text))).isInstanceOf(OcifsException.class);
  }

  @Test
  void namesOfADockerArchiveHaveAnyCaseButOne() throws OcifsException {
    DockerSave save = DockerSave.parse(document("[{'config':'c','repoTags':null,'Layers':['l']}]"));
    assertThat(save.images().get(0).config()).isEqualTo("c");
    assertThat(DockerSave.parse(document("null")).images()).isEmpty();
    assertThatThrownBy(() -> DockerSave.parse(document("[{'Config':'c','config':'d'}]")))
        .hasMessageContaining("twice")
        .isInstanceOf(OcifsException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.1.0", "2", "1.0", "", "1.0.0x"})
  void onlyLayoutsOfVersionOneAreRead(String version) {
    assertThatThrownBy(
            () -> LayoutVersion.check(document("{'imageLayoutVersion':'" + version + "'}")))
        .isInstanceOfSatisfying(
            OcifsException.class,
            e -> assertThat(e.kind()).isEqualTo(OcifsException.Kind.UNSUPPORTED));
  }
}
