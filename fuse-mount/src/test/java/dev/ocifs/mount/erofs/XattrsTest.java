package dev.ocifs.mount.erofs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ocifs.mount.FakeImageView;
import dev.ocifs.oci.OcifsException;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class XattrsTest {
  private final FakeImageView view = new FakeImageView();

  private String encoded() throws Exception {
    return HexFormat.of().formatHex(Xattrs.of(view, 1));
  }

  @Test
  void entriesFollowTheHeaderEachOnFourBytes() throws Exception {
    view.root.xattr("security.capability", new byte[] {1, 2, 3, 4, 5});
    view.root.xattr("trusted.x", new byte[0]);
    view.root.xattr("user.ab", new byte[] {(byte) 0xff});
    assertThat(encoded())
        .isEqualTo(
            "00".repeat(12)
                + "0a060500"
                + "6361706162696c697479"
                + "0102030405"
                + "00"
                + "01040000"
                + "78"
                + "000000"
                + "02010100"
                + "6162"
                + "ff"
                + "00");
    assertThat(Xattrs.count(Xattrs.of(view, 1).length)).isEqualTo(10);
    assertThat(Xattrs.count(0)).isZero();
  }

  @Test
  void whatNoKernelShowsIsLeftOut() throws Exception {
    view.root.xattr("strange.name", new byte[] {1});
    view.root.xattr("system.posix_acl_access", new byte[] {1, 0, 0, 0});
    assertThat(encoded()).isEmpty();
    view.root.xattr("system.posix_acl_default", new byte[] {2, 0, 0, 0});
    assertThat(encoded()).isEqualTo("00".repeat(12) + "00030400" + "02000000");
  }

  @Test
  void aValueThatDoesNotFitIsRefused() {
    view.root.xattr("user.big", new byte[65_536]);
    assertThatThrownBy(this::encoded)
        .isInstanceOf(OcifsException.class)
        .hasMessageContaining("extended attributes");
  }
}
