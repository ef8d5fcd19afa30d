package dev.ocifs.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ocifs.mount.MountOptions;
import dev.ocifs.oci.OcifsException;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class MountFlagsTest {
  private static MountFlags parse(String... args) {
    return CommandLine.populateCommand(new MountFlags(), args);
  }

  @Test
  void isSafeWithoutOptions() throws OcifsException {
    assertThat(parse().options(false)).isEqualTo(MountOptions.defaults());
  }

  @Test
  void takesTheOptionsOfMount8() throws OcifsException {
    MountFlags flags = parse("-o", "ro,allow_other", "-osuid,dev,backend=kernel,_netdev");
    assertThat(flags.options(true))
        .isEqualTo(
            MountOptions.defaults()
                .withAllowOther(true)
                .withSuid(true)
                .withDev(true)
                .withDebug(true)
                .withBackend("kernel"));
    assertThat(flags.backend()).isEqualTo("kernel");
  }

  @Test
  void takesANumberOfThreads() throws OcifsException {
    assertThat(parse("--threads", "3").options(false).threads()).isEqualTo(3);
    assertThat(parse().options(false).threads()).isZero();
    assertThatThrownBy(() -> parse("--threads", "-1").options(false))
        .hasMessageContaining("--threads -1 makes no sense");
    assertThatThrownBy(() -> parse("--threads", "257").options(false))
        .hasMessageContaining("give a number up to 256");
  }

  @Test
  void letsTheLastWordCount() throws OcifsException {
    assertThat(parse("--suid", "-o", "nosuid").options(false).suid()).isFalse();
    assertThat(parse("-o", "dev,nodev").options(false).dev()).isFalse();
  }

  @Test
  void refusesWhatItCannotDo() {
    assertThatThrownBy(() -> parse("-o", "rw").options(false))
        .hasMessageContaining("cannot change");
    assertThatThrownBy(() -> parse("-o", "ro,frobnicate").options(false))
        .hasMessageContaining("'frobnicate'")
        .isInstanceOfSatisfying(
            OcifsException.class, e -> assertThat(e.kind()).isEqualTo(OcifsException.Kind.USAGE));
  }
}
