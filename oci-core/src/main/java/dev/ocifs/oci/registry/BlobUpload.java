package dev.ocifs.oci.registry;

import dev.ocifs.oci.Digest;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.source.BlobSource;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Pushes one blob to a registry: not at all when it is there; from another repository where that is
 * known to have it; else in one piece when it is short, and in chunks when it is long, each of
 * which can be taken up where it broke off. A registry that refuses chunks gets one piece.
 *
 * <p>Source: distribution spec, "Pushing blobs".
 */
final class BlobUpload {

  /** Length of a chunk, and of the longest blob that goes in one piece, in bytes. */
  static final int CHUNK_BYTES = 16 << 20;

  /** How often a chunk may be taken up, and an upload begun anew. */
  private static final int MAX_RESTARTS = 3;

  private final Caller caller;
  private final List<Place> registry;
  private final Digest digest;
  private final BlobSource blob;
  private final Optional<String> from;
  private final int chunkBytes;

  BlobUpload(
      Caller caller,
      List<Place> registry,
      Digest digest,
      BlobSource blob,
      Optional<String> from,
      int chunkBytes) {
    this.caller = caller;
    this.registry = registry;
    this.digest = digest;
    this.blob = blob;
    this.from = from;
    this.chunkBytes = chunkBytes;
  }

  /** Pushes; afterwards the repository has the blob. */
  void push() throws IOException {
    if (caller.first(new HeadBlob(digest, true), registry).value()) {
      return;
    }
    boolean chunked = blob.size() > chunkBytes;
    for (int restarts = 0; ; restarts++) {
      try {
        upload(chunked);
        return;
      } catch (OcifsException e) {
        boolean plainly = chunked && isRefused(e);
        if (restarts == MAX_RESTARTS || !(plainly || isPassing(e) || isLost(e))) {
          throw e;
        }
        chunked = chunked && !plainly;
        caller.backOff(restarts, e);
      }
    }
  }

  private void upload(boolean chunked) throws IOException {
    Optional<StartUpload.Session> session =
        caller.first(new StartUpload(digest, from), registry).value();
    if (session.isEmpty()) {
      return;
    }
    PatchUpload.Progress progress = new PatchUpload.Progress(session.get().address(), 0);
    if (chunked) {
      progress = chunks(progress, Math.max(chunkBytes, session.get().minChunkBytes()));
    }
    caller.first(new PutUpload(digest, progress.address(), blob, progress.pos()), registry);
  }

  private PatchUpload.Progress chunks(PatchUpload.Progress start, long length) throws IOException {
    PatchUpload.Progress progress = start;
    int standing = 0;
    while (progress.pos() < blob.size()) {
      long end = Math.min(blob.size(), progress.pos() + length);
      long before = progress.pos();
      progress =
          caller
              .first(
                  new PatchUpload(
                      "the push of blob " + digest, progress.address(), blob, before, end),
                  registry)
              .value();
      standing = progress.pos() > before ? 0 : standing + 1;
      if (standing > MAX_RESTARTS) {
        throw new OcifsException(
            OcifsException.Kind.REMOTE, registry.getLast() + " does not take blob " + digest);
      }
    }
    return progress;
  }

  /** Whether the server has answered that it does not take this kind of upload. */
  private static boolean isRefused(OcifsException e) {
    return e.kind() == OcifsException.Kind.REMOTE
        && e.getCause() instanceof Refusal refusal
        && !refusal.isPassing();
  }

  /** Whether the connection broke, or the server is busy. */
  private static boolean isPassing(OcifsException e) {
    Throwable cause = e.getCause();
    return cause instanceof Refusal refusal ? refusal.isPassing() : cause instanceof IOException;
  }

  /** Whether the server does not know the upload any more. */
  private static boolean isLost(OcifsException e) {
    return e.kind() == OcifsException.Kind.NOT_FOUND;
  }
}
