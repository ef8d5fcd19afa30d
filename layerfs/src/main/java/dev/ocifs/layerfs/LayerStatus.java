package dev.ocifs.layerfs;

import dev.ocifs.layerfs.index.LayerFacts;
import dev.ocifs.layerfs.toc.TocIndexer;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.source.ImageLayer;
import dev.ocifs.oci.source.RemoteLayer;
import dev.ocifs.oci.source.RemoteState;
import java.util.Optional;

/**
 * How the content of a layer is got.
 *
 * @param layer the digest of its blob; the diffID where an archive tells no digest
 * @param source why it can be read
 * @param blob what of it is here, and what fetching it took
 * @param refused why it is or was to be read as a whole, when there was an index for it that cannot
 *     be used; not escaped
 */
public record LayerStatus(Digest layer, Source source, RemoteState blob, Optional<String> refused) {

  /** Why a layer can be read. */
  public enum Source {
    /** All of it was here when the image was opened. */
    LOCAL,
    /** Lazily, by an index that a pass over the layer has made here. */
    INDEX,
    /** Lazily, by an index that somebody has published beside the image. */
    PUBLISHED_INDEX,
    /** Lazily, by the table of contents that the layer itself has. */
    TABLE_OF_CONTENTS,
    /** Not at all before it was fetched and read as a whole: it has no index. */
    NO_INDEX
  }

  /** Whether what is missing of it is fetched when it is read. */
  public boolean lazy() {
    return source != Source.LOCAL && source != Source.NO_INDEX && !blob.complete();
  }

  /**
   * The status of a layer.
   *
   * @param index of the layer, when there is one
   */
  static LayerStatus of(ImageLayer layer, Optional<LayerFacts> index, Refusals refusals) {
    Optional<RemoteState> remote = layer.remote().map(RemoteLayer::state);
    Digest digest = layer.digest().orElse(layer.diffId());
    LayerStatus status =
        new LayerStatus(
            digest,
            remote.isPresent() ? source(layer, index) : Source.LOCAL,
            remote.orElseGet(
                () -> new RemoteState(layer.size(), layer.size(), 0, 0, 0, true, Optional.empty())),
            Optional.empty());
    return status.lazy() || remote.isEmpty() ? status : status.withRefusal(refusals.find(digest));
  }

  private LayerStatus withRefusal(Optional<String> why) {
    return new LayerStatus(layer, source, blob, why);
  }

  private static Source source(ImageLayer layer, Optional<LayerFacts> index) {
    if (index.isEmpty()) {
      return Source.NO_INDEX;
    }
    if (!index.get().virtual()) {
      return Source.INDEX;
    }
    return TocIndexer.describes(layer, index.get())
        ? Source.TABLE_OF_CONTENTS
        : Source.PUBLISHED_INDEX;
  }
}
