package dev.ocifs.tests.bench.cache;

import dev.ocifs.layerfs.cache.MetadataKey;
import dev.ocifs.oci.Digest;
import java.util.Random;

/** Digests that look like real ones and are the same in every run. */
final class Keys {

  private Keys() {}

  static Digest[] digests(int count) {
    Random random = new Random(7);
    byte[] hash = new byte[32];
    Digest[] digests = new Digest[count];
    for (int i = 0; i < count; i++) {
      random.nextBytes(hash);
      digests[i] = Digest.sha256(hash);
    }
    return digests;
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  static MetadataKey<Object>[] keys(int count) {
    Digest[] digests = digests(count);
    MetadataKey<Object>[] keys = new MetadataKey[count];
    for (int i = 0; i < count; i++) {
      keys[i] = new MetadataKey<>(Object.class, digests[i]);
    }
    return keys;
  }
}
