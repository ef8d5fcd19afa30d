package dev.ocifs.oci.copy;

import dev.ocifs.oci.Digest;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.RegistryName;
import dev.ocifs.oci.registry.Repository;
import dev.ocifs.oci.source.BlobSource;
import java.io.IOException;
import java.util.Optional;

/**
 * A tag of a repository, or a digest that the image must have. Blobs that the repository has are
 * not sent, and those of another repository of the same registry are taken from there. Layers that
 * are not to be distributed are left out, as the manifest says where else they are had.
 */
public final class RegistryDestination implements Destination {
  private final Repository repository;
  private final boolean nondistributable;

  /**
   * @param repository with the name that the image is to have; its client stays the caller's
   * @param nondistributable whether to push also layers that are not to be distributed
   */
  public RegistryDestination(Repository repository, boolean nondistributable) {
    this.repository = repository;
    this.nondistributable = nondistributable;
  }

  @Override
  public Output open(CopyPlan plan) throws IOException {
    Optional<Digest> wanted = repository.name().digest();
    if (wanted.isPresent() && !wanted.get().equals(plan.top().digest())) {
      throw new OcifsException(
              OcifsException.Kind.USAGE,
              "the image has the digest " + plan.top().digest() + ", not that of " + this)
          .hint("name a tag");
    }
    return new Pushing(plan);
  }

  private final class Pushing implements Output {
    /** As other tools do: more connections help only where one is slow. */
    private static final int CONCURRENCY = 4;

    private final CopyPlan plan;
    private final Optional<String> from;

    Pushing(CopyPlan plan) {
      RegistryName name = repository.name();
      this.plan = plan;
      this.from =
          plan.origin()
              .filter(origin -> origin.host().equals(name.host()))
              .map(RegistryName::repository)
              .filter(other -> !other.equals(name.repository()));
    }

    @Override
    public int concurrency() {
      return CONCURRENCY;
    }

    @Override
    public void put(PlannedBlob blob, BlobSource content) throws IOException {
      if (blob.mediaType().isForeign() && !nondistributable) {
        return;
      }
      Digest digest = blob.digest();
      if (blob.remote().get().isEmpty()) {
        repository.pushBlob(digest, content, from);
      } else if (!repository.hasBlob(digest)
          && !(from.isPresent() && repository.mountBlob(digest, from.get()))) {
        // fetched before the upload begins: the registry would not wait for it
        content.readFully(0, new byte[1], 0, (int) Math.min(1, content.size()));
        repository.pushBlob(digest, content);
      }
    }

    @Override
    public void commit() throws IOException {
      RegistryName name = repository.name();
      for (PlannedManifest manifest : plan.manifests()) {
        Digest digest = manifest.descriptor().digest();
        boolean top = digest.equals(plan.top().digest());
        repository.pushManifest(
            top ? name.tag().orElse(digest.toString()) : digest.toString(),
            manifest.descriptor().mediaType(),
            manifest.document().bytes());
      }
    }

    /** What was pushed without a manifest that names it, the registry removes one day. */
    @Override
    public void close() {}
  }

  @Override
  public String toString() {
    return "docker://" + repository.name();
  }
}
