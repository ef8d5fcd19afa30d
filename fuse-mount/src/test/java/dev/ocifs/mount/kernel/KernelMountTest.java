package dev.ocifs.mount.kernel;

import dev.ocifs.mount.MountContract;

/** The kernel's protocol, spoken directly, does what every backend must do. */
class KernelMountTest extends MountContract {
  @Override
  protected String backend() {
    return "kernel";
  }
}
