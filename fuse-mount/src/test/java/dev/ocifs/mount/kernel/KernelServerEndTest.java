package dev.ocifs.mount.kernel;

import dev.ocifs.mount.ServerEndContract;

/** Processes that serve through /dev/fuse end as every server must. */
class KernelServerEndTest extends ServerEndContract {
  @Override
  protected String backend() {
    return "kernel";
  }
}
