package dev.ocifs.oci.remote;

import dev.ocifs.oci.Descriptor;
import dev.ocifs.oci.Limits;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.RegistryName;
import dev.ocifs.oci.lazy.FetchQueue;
import dev.ocifs.oci.lazy.LazyBlobs;
import dev.ocifs.oci.lazy.Timing;
import dev.ocifs.oci.registry.RawManifest;
import dev.ocifs.oci.registry.RegistryClient;
import dev.ocifs.oci.registry.Repository;
import dev.ocifs.oci.remote.RemoteOptions.Policy;
import dev.ocifs.oci.source.RemoteImage;
import dev.ocifs.oci.source.Remotes;
import dev.ocifs.oci.store.Store;
import dev.ocifs.oci.stored.StoredImage;
import dev.ocifs.oci.stored.StoredImages;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Images of registries, and the store that keeps what was fetched of them.
 *
 * <p>What a name means is asked of the registry once, and then kept in the store with the documents
 * of the image. Layers are fetched when they are read, or in the background; an image of which all
 * is here is an image of the store like any other, and its registry is never asked again.
 *
 * <p>Thread-safe. Whoever made it closes it, after the images that it found.
 */
public final class RegistryImages implements Remotes, Closeable {
  private final Store store;
  private final ClientOpener opener;
  private final NameResolver names;
  private final RemoteOptions options;
  private final StoredImages stored;
  private final LazyBlobs blobs;
  private final Map<String, FetchQueue> queues = new ConcurrentHashMap<>();
  private @Nullable RegistryClient client;

  /** Opens the client when a registry has to be asked; what it gives is closed here. */
  @FunctionalInterface
  public interface ClientOpener {
    RegistryClient open() throws IOException;
  }

  public RegistryImages(
      Store store, ClientOpener opener, NameResolver names, RemoteOptions options) {
    this.store = store;
    this.opener = opener;
    this.names = names;
    this.options = options;
    this.stored = new StoredImages(store);
    this.blobs = new LazyBlobs(store, options.fetching());
  }

  @Override
  public RemoteImage find(String typed, Limits limits) throws IOException {
    return find(typed, options.policy());
  }

  /** As {@link #find(String, Limits)}, asking the registry when this policy says so. */
  public RemoteImage find(String typed, Policy policy) throws IOException {
    List<RegistryName> candidates = names.candidates(typed);
    if (policy != Policy.ALWAYS) {
      Optional<StoredImage> known = known(typed, candidates);
      if (known.isPresent()) {
        return new RegistryImage(this, RegistryName.parse(known.get().name()), known.get());
      }
    }
    if (policy == Policy.NEVER) {
      throw new OcifsException(
              OcifsException.Kind.NOT_FOUND, "the store holds no image '" + typed + "'")
          .hint("ocifs pull fetches it");
    }
    return ask(candidates);
  }

  private Optional<StoredImage> known(String typed, List<RegistryName> candidates)
      throws IOException {
    for (RegistryName name : candidates) {
      Optional<StoredImage> found = stored.find(name.toString());
      if (found.isPresent()) {
        return found;
      }
    }
    return typed.startsWith("docker:") ? Optional.empty() : stored.resolve(typed);
  }

  private RemoteImage ask(List<RegistryName> candidates) throws IOException {
    List<OcifsException> failures = new ArrayList<>();
    for (RegistryName name : candidates) {
      try {
        return ask(name);
      } catch (OcifsException e) {
        failures.add(e);
      }
    }
    throw candidates.size() == 1 ? failures.get(0) : none(candidates, failures);
  }

  private RemoteImage ask(RegistryName name) throws IOException {
    RawManifest manifest = repository(name).manifest();
    Descriptor top = manifest.descriptor();
    Optional<StoredImage> before = stored.find(name.toString());
    boolean same = before.map(image -> image.top().digest().equals(top.digest())).orElse(false);
    if (same) {
      return new RegistryImage(this, name, before.get());
    }
    RegistryImage.keep(store, manifest.document());
    StoredImage image = new StoredImage(name.toString(), top, false);
    stored.put(image.name(), top, false);
    return new RegistryImage(this, name, image);
  }

  /** One error for all candidates; its kind is that of the first, which was meant most likely. */
  private static OcifsException none(List<RegistryName> names, List<OcifsException> failures) {
    StringBuilder what = new StringBuilder("it is in none of the registries that are searched");
    for (int i = 0; i < names.size(); i++) {
      what.append(i == 0 ? ": " : "; ").append(names.get(i)).append(": ");
      what.append(failures.get(i).what());
    }
    OcifsException error = new OcifsException(failures.get(0).kind(), what.toString());
    failures.forEach(error::addSuppressed);
    return error.hint("name the registry, too");
  }

  /**
   * The full names that a name stands for, the likeliest first.
   *
   * @throws OcifsException {@code USAGE} when it is no name
   */
  public List<RegistryName> names(String typed) throws IOException {
    return names.candidates(typed);
  }

  /** What fetching layers took since this was made. */
  public LazyBlobs.Totals fetched() {
    return blobs.totals();
  }

  Store store() {
    return store;
  }

  StoredImages stored() {
    return stored;
  }

  LazyBlobs blobs() {
    return blobs;
  }

  RemoteOptions options() {
    return options;
  }

  FetchQueue queue(RegistryName name) {
    return queues.computeIfAbsent(
        name.host(),
        host ->
            new FetchQueue(
                options.requests(),
                options.backgroundBytesPerSecond(),
                FetchQueue.DEFAULT_REST,
                Timing.SYSTEM));
  }

  /**
   * The repository of an image, to push to; closed with this.
   *
   * @throws IOException where the configuration of registries blocks it
   */
  public synchronized Repository repository(RegistryName name) throws IOException {
    if (client == null) {
      client = opener.open();
    }
    return client.repository(name);
  }

  @Override
  public synchronized void close() {
    if (client != null) {
      client.close();
      client = null;
    }
  }
}
