package dev.ocifs.oci.store;

import java.io.Closeable;

/**
 * The right to make something that others may be about to make as well; closing it gives it back.
 */
public interface BuildLock extends Closeable {
  @Override
  void close();
}
