package dev.ocifs.oci.source;

import dev.ocifs.oci.Limits;
import java.io.IOException;

/** Finds images that are named as in registries. Thread-safe. */
public interface Remotes {

  /**
   * The image that a name means.
   *
   * @param name as the user typed it: {@code docker://HOST/NAME:TAG}, or without a transport
   * @param limits bounds on what is read of it
   * @return to be closed by the caller
   * @throws dev.ocifs.oci.OcifsException {@code NOT_FOUND} when there is none, {@code DENIED} or
   *     {@code REMOTE} when the registry does not give it, {@code USAGE} when it is no name
   */
  RemoteImage find(String name, Limits limits) throws IOException;
}
