package dev.ocifs.oci.registry.config;

import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.RegistryName;
import dev.ocifs.oci.registry.Endpoint;
import dev.ocifs.oci.registry.Endpoints;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Where images are asked for, by {@code registries.conf}. Thread-safe. */
final class ConfiguredEndpoints implements Endpoints {
  private final RegistriesFiles files;
  private final Optional<Boolean> tlsVerify;

  /**
   * @param tlsVerify decides over all files where it is given: false allows plain HTTP and any
   *     certificate
   */
  ConfiguredEndpoints(RegistriesFiles files, Optional<Boolean> tlsVerify) {
    this.files = files;
    this.tlsVerify = tlsVerify;
  }

  @Override
  public List<Endpoint> of(RegistryName name) throws IOException {
    Optional<Registry> found = files.get().tableOf(name.toString());
    if (found.isEmpty()) {
      return List.of(
          new Endpoint(name.host(), name.repository(), insecure(name, Optional.empty())));
    }
    Registry table = found.get();
    if (table.blocked()) {
      throw new OcifsException(
              OcifsException.Kind.USAGE, name + " is blocked by key registry." + table.prefix())
          .hint("see blocked in " + table.file());
    }
    List<Endpoint> all = new ArrayList<>();
    for (Registry.Mirror mirror : table.mirrors()) {
      RegistryName there = rewrite(table, name, mirror.location());
      all.add(
          new Endpoint(
              there.host(),
              there.repository(),
              insecure(there, mirror.insecure()),
              true,
              mirror.digestOnly(),
              mirror.tagOnly()));
    }
    RegistryName primary =
        table.location().isEmpty() ? name : rewrite(table, name, table.location());
    all.add(
        new Endpoint(primary.host(), primary.repository(), insecure(primary, table.insecure())));
    return List.copyOf(all);
  }

  /** A host on this machine may be insecure unless somebody forbids it. */
  private boolean insecure(RegistryName name, Optional<Boolean> configured) throws IOException {
    if (tlsVerify.isPresent()) {
      return !tlsVerify.get();
    }
    return configured.isPresent() ? configured.get() : Endpoints.DIRECT.of(name).get(0).insecure();
  }

  /** The same image where the location stands for what the table is about. */
  private static RegistryName rewrite(Registry table, RegistryName name, String location)
      throws OcifsException {
    String full = name.toString();
    String there = location + full.substring(table.match(full));
    try {
      return RegistryName.parse(there);
    } catch (OcifsException e) {
      throw ConfigFile.wrong(
          table.file(), "key registry." + table.prefix() + ".location: " + e.what());
    }
  }
}
