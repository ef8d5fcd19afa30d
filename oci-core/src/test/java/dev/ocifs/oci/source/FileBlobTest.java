package dev.ocifs.oci.source;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

final class FileBlobTest extends BlobSourceContract {
  @TempDir Path dir;

  @Override
  protected BlobSource open(byte[] content) throws IOException {
    return FileBlob.open(Files.write(dir.resolve("blob"), content));
  }
}
