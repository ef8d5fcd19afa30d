package dev.ocifs.layerfs;

import dev.ocifs.oci.Digest;
import dev.ocifs.oci.store.PendingFile;
import dev.ocifs.oci.store.Store;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Why layers that are not here had to be read as a whole although there was an index for them. That
 * is noted beside what is here of a layer, where other processes find it, and goes with it when the
 * image is removed. Thread-safe.
 */
final class Refusals {
  private static final Logger LOG = System.getLogger("dev.ocifs.layerfs");
  private static final int MAX_BYTES = 2048;

  private final Store store;

  Refusals(Store store) {
    this.store = store;
  }

  /** Notes the reason; that this fails is no reason to fail. */
  void note(Digest layer, String why) {
    byte[] text = why.getBytes(StandardCharsets.UTF_8);
    try (PendingFile file = store.create(path(layer))) {
      file.write(ByteBuffer.wrap(text, 0, Math.min(MAX_BYTES, text.length)));
      file.commit();
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "cannot note why a layer is not lazy", e);
    }
  }

  /** The reason, not escaped; empty when there is none. */
  Optional<String> find(Digest layer) {
    try (InputStream in = Files.newInputStream(path(layer))) {
      return Optional.of(new String(in.readNBytes(MAX_BYTES), StandardCharsets.UTF_8));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "cannot read why a layer is not lazy", e);
      return Optional.empty();
    }
  }

  /** Forgets the reason: there is an index that will do. */
  void forget(Digest layer) {
    try {
      Files.deleteIfExists(path(layer));
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "cannot forget why a layer is not lazy", e);
    }
  }

  private Path path(Digest layer) {
    return store.partial().resolve(Store.fileName(layer) + ".refused");
  }
}
