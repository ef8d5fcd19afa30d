package dev.ocifs.oci.source;

import dev.ocifs.oci.Limits;
import dev.ocifs.oci.Platform;
import dev.ocifs.oci.store.Store;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How to open an image. Immutable; {@link #DEFAULT} is for this machine, with the default limits
 * and no store.
 *
 * @param platform which image of several to take; absent means the host's, and then an image that
 *     is named directly is taken whatever its platform
 * @param limits bounds against hostile images
 * @param store where archives that are compressed as a whole are unwrapped; asked for only then
 * @param directory what relative paths of references start from; empty is the process's own
 * @param remotes finds images in registries; asked for only then
 * @param documents keeps parsed manifests and configurations
 */
public record OpenOptions(
    Optional<Platform> platform,
    Limits limits,
    Optional<StoreOpener> store,
    Path directory,
    Optional<RemotesOpener> remotes,
    DocumentCache documents) {

  /** No platform asked for, default limits, no store. */
  public static final OpenOptions DEFAULT =
      new OpenOptions(
          Optional.empty(),
          Limits.DEFAULT,
          Optional.empty(),
          Path.of(""),
          Optional.empty(),
          DocumentCache.NONE);

  /** Opens the store when it is needed. */
  @FunctionalInterface
  public interface StoreOpener {
    Store open() throws IOException;
  }

  /** Makes ready to ask registries when it is needed; it stays its maker's. */
  @FunctionalInterface
  public interface RemotesOpener {
    Remotes open() throws IOException;
  }

  /** {@link #DEFAULT}, with a store in which wrapped archives are unwrapped. */
  public static OpenOptions defaults(Store store) {
    return DEFAULT.withStore(() -> store);
  }

  /** These options with a platform asked for. */
  public OpenOptions withPlatform(Platform value) {
    return new OpenOptions(Optional.of(value), limits, store, directory, remotes, documents);
  }

  /** These options with other limits. */
  public OpenOptions withLimits(Limits value) {
    return new OpenOptions(platform, value, store, directory, remotes, documents);
  }

  /** These options with a store. */
  public OpenOptions withStore(StoreOpener value) {
    return new OpenOptions(platform, limits, Optional.of(value), directory, remotes, documents);
  }

  /** These options with relative paths taken from another directory. */
  public OpenOptions withDirectory(Path value) {
    return new OpenOptions(platform, limits, store, value, remotes, documents);
  }

  /** These options with a cache of documents. */
  public OpenOptions withDocuments(DocumentCache value) {
    return new OpenOptions(platform, limits, store, directory, remotes, value);
  }

  /** These options with images in registries. */
  public OpenOptions withRemotes(RemotesOpener value) {
    return new OpenOptions(platform, limits, store, directory, Optional.of(value), documents);
  }
}
