package dev.ocifs.mount;

import org.junit.jupiter.api.Nested;

/**
 * What every backend must do: a directory shows what its view holds, as the kernel and the
 * machine's own programs see it, and mounts begin and end cleanly.
 */
public abstract class MountContract extends MountedView {

  @Nested
  class Content extends ContentContract {
    @Override
    protected String backend() {
      return MountContract.this.backend();
    }
  }

  @Nested
  class MountPoints extends MountPointContract {
    @Override
    protected String backend() {
      return MountContract.this.backend();
    }
  }

  @Nested
  class Failing extends FailureContract {
    @Override
    protected String backend() {
      return MountContract.this.backend();
    }
  }
}
