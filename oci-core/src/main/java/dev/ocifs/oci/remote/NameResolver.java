package dev.ocifs.oci.remote;

import dev.ocifs.oci.RegistryName;
import java.io.IOException;
import java.util.List;

/** Finds out which images a name can mean. Thread-safe. */
@FunctionalInterface
public interface NameResolver {

  /**
   * The full names that a name as users type it stands for, the likeliest first, at least one.
   *
   * @param typed {@code docker://HOST/NAME:TAG}, or without transport, host or tag
   * @throws dev.ocifs.oci.OcifsException {@code USAGE} when it is no name
   */
  List<RegistryName> candidates(String typed) throws IOException;
}
