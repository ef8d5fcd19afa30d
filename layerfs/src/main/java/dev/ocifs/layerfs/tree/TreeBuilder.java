package dev.ocifs.layerfs.tree;

import dev.ocifs.layerfs.index.EntryCursor;
import dev.ocifs.layerfs.view.Finding;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Merges the layers of an image, base first, and writes the image tree. Used once, not thread-safe.
 *
 * <p>Takes about 120 bytes of heap for each entry of all layers together.
 */
public final class TreeBuilder {
  private final MergedTree tree = new MergedTree();
  private final List<Digest> diffIds = new ArrayList<>();
  private final boolean strict;
  private final Finding.Sink findings;

  /**
   * @param strict whether an entry that breaks a rule is an error
   * @param findings told of entries that break a rule, when that is no error
   */
  public TreeBuilder(boolean strict, Finding.Sink findings) {
    this.strict = strict;
    this.findings = findings;
  }

  /**
   * Merges the next layer.
   *
   * @param entries gives a walk over the layer's entries, anew at each call
   * @throws OcifsException {@code INVALID_IMAGE}, naming layer, entry and rule; the builder is of
   *     no use afterwards
   */
  public void add(Digest diffId, Supplier<EntryCursor> entries) throws OcifsException {
    try {
      new LayerMerge(tree, diffIds.size(), diffId, strict, findings).merge(entries);
    } catch (OcifsException e) {
      throw e.layer(diffId);
    }
    diffIds.add(diffId);
  }

  /** Writes the tree to the channel, which stays the caller's. */
  public void write(FileChannel channel, Digest chainId) throws IOException {
    new TreeWriter(tree).write(channel, chainId, diffIds);
  }
}
