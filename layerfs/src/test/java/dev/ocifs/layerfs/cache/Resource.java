package dev.ocifs.layerfs.cache;

import dev.ocifs.oci.Digest;
import java.util.List;

/** A value that knows whether it was closed, and tells a list; closing it twice fails. */
final class Resource implements AutoCloseable {
  final int id;
  private final List<Integer> closings;
  private volatile boolean closed;

  Resource(int id, List<Integer> closings) {
    this.id = id;
    this.closings = closings;
  }

  static MetadataKey<Resource> key(int id) {
    return new MetadataKey<>(Resource.class, digest(id));
  }

  static Digest digest(int id) {
    // Hashes are made of the first half.
    return new Digest(Digest.Algorithm.SHA256, String.format("%032x%032x", id, id));
  }

  boolean closed() {
    return closed;
  }

  @Override
  public void close() {
    if (closed) {
      throw new IllegalStateException(id + " was closed twice");
    }
    closed = true;
    closings.add(id);
  }
}
