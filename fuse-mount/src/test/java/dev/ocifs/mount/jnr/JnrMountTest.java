package dev.ocifs.mount.jnr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ocifs.mount.MountContract;
import dev.ocifs.mount.MountOptions;
import dev.ocifs.mount.MountRequest;
import dev.ocifs.oci.OcifsException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** libfuse 2 by jnr-fuse does what every backend must do. */
class JnrMountTest extends MountContract {
  @Override
  protected String backend() {
    return "jnr";
  }

  @Test
  void whatLibfuseRefusesIsAnErrorAndLeavesNoThread() {
    Path absent = temp.resolve("absent");
    MountRequest request = new MountRequest(view, absent, "name", MountOptions.defaults());

    assertThatThrownBy(() -> new JnrFuseBackend().start(request))
        .isInstanceOf(OcifsException.class)
        .hasMessageContaining("image name: cannot mount at " + absent + ": libfuse refused");
    assertThat(serving(absent)).isEmpty();
  }
}
