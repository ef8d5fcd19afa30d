package dev.ocifs.mount.jnr;

import dev.ocifs.mount.FuseBackend;
import dev.ocifs.mount.MountRequest;
import java.io.IOException;

/** The backend "jnr": libfuse 2 by jnr-fuse, several threads a mount. */
public final class JnrFuseBackend implements FuseBackend {
  @Override
  public String name() {
    return "jnr";
  }

  @Override
  public Session start(MountRequest request) throws IOException {
    JnrSession session = new JnrSession(request);
    session.start();
    return session;
  }
}
