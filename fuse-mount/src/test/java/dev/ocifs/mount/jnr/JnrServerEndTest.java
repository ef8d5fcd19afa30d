package dev.ocifs.mount.jnr;

import dev.ocifs.mount.ServerEndContract;

/** Processes that serve through libfuse 2 end as every server must. */
class JnrServerEndTest extends ServerEndContract {
  @Override
  protected String backend() {
    return "jnr";
  }
}
