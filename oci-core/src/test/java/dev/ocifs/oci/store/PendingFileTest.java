package dev.ocifs.oci.store;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PendingFileTest {
  @TempDir Path dir;
  private Store store;
  private Path target;

  @BeforeEach
  void openStore() throws IOException {
    store = Store.open(dir.resolve("store"));
    target = store.layerIndex("layer");
  }

  private static void write(PendingFile pending, String text) throws IOException {
    pending.write(ByteBuffer.wrap(text.getBytes(US_ASCII)));
  }

  @Test
  void isSeenOnlyAfterTheCommitAndThenWhole() throws IOException {
    try (PendingFile pending = store.create(target)) {
      write(pending, "hello ");
      assertThat(target).doesNotExist();
      write(pending, "world");
      pending.commit();
      assertThat(target).hasContent("hello world");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(target)))
          .isEqualTo("rw-------");
    }
    assertThat(target).hasContent("hello world");
    assertThat(store.tmpDir()).isEmptyDirectory();
  }

  @Test
  void publishedItIsWholeToo() throws IOException {
    try (PendingFile pending = store.create(target)) {
      write(pending, "derived");
      assertThat(target).doesNotExist();
      pending.publish();
      assertThat(target).hasContent("derived");
      assertThatThrownBy(pending::commit).isInstanceOf(IllegalStateException.class);
    }
    assertThat(target).hasContent("derived");
    assertThat(store.tmpDir()).isEmptyDirectory();
  }

  @Test
  void withoutACommitNothingIsLeft() throws IOException {
    try (PendingFile pending = store.create(target)) {
      write(pending, "half");
      assertThat(store.tmpDir()).isNotEmptyDirectory();
    }
    assertThat(target).doesNotExist();
    assertThat(store.tmpDir()).isEmptyDirectory();
  }

  @Test
  void aFailedRewriteKeepsTheOld() throws IOException {
    try (PendingFile first = store.create(target)) {
      write(first, "old");
      first.commit();
    }
    try (PendingFile second = store.create(target)) {
      write(second, "new, but");
    }
    assertThat(target).hasContent("old");
  }

  @Test
  void createsTheFoldersOfItsTarget() throws IOException {
    Path deep = store.root().resolve("ocifs/objects/sha256/ab/x");
    try (PendingFile pending = store.create(deep)) {
      pending.commit();
    }
    assertThat(deep).isEmptyFile();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(deep.getParent())))
        .isEqualTo("rwx------");
  }

  @Test
  void openingTheStoreRemovesTheFilesOfTheDeadOnly() throws IOException {
    Path dead = Files.createFile(store.tmpDir().resolve("999999-0-0.tmp"));
    try (PendingFile alive = store.create(target)) {
      Store.open(store.root());
      assertThat(dead).doesNotExist();
      write(alive, "still here");
      alive.commit();
    }
    assertThat(target).hasContent("still here");
  }

  @Test
  void theFilesOfAKilledProcessGoAndThoseOfALivingStay() throws Exception {
    try (ChildProcess child = ChildProcess.start("write", store.root(), target)) {
      assertThat(child.line()).isEqualTo("written");
      Store.open(store.root());
      assertThat(store.tmpDir()).isNotEmptyDirectory();
      child.kill();
    }
    assertThat(target).doesNotExist();
    Store.open(store.root());
    assertThat(store.tmpDir()).isEmptyDirectory();
  }

  @Test
  void commitsOnce() throws IOException {
    try (PendingFile pending = store.create(target)) {
      pending.commit();
      assertThatThrownBy(pending::commit).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void aWriteThatFailsHalfWayLeavesNothing() throws Exception {
    try (ChildProcess child = ChildProcess.start("fill", store.root(), target)) {
      assertThat(child.line()).startsWith("STORE: store: cannot write " + target);
      assertThat(store.tmpDir()).isEmptyDirectory();
      assertThat(target).doesNotExist();
    }
  }

  @Test
  void aFullDiskIsExplained() throws IOException {
    try (PendingFile pending = store.create(target)) {
      OcifsException error = pending.explain(new IOException("No space left on device"));
      assertThat(error.kind()).isEqualTo(OcifsException.Kind.STORE);
      assertThat(error).hasMessageContainingAll(target.toString(), "No space left", "--root");
      assertThat(pending.explain(error)).isSameAs(error);
    }
  }

  @Test
  void bulkIsWrittenWholeWhateverThePiecesAre() throws IOException {
    long seed = 0x0cf5;
    Random random = new Random(seed);
    byte[] content = new byte[(3 << 20) + 1234];
    random.nextBytes(content);
    try (PendingFile pending = store.create(target)) {
      OutputStream out = pending.bulk();
      for (int done = 0; done < content.length; ) {
        int n = Math.min(1 + random.nextInt(1 << 19), content.length - done);
        out.write(content, done, n);
        done += n;
      }
      out.flush();
      assertThat(pending.channel().size()).isEqualTo(content.length);
      pending.commit();
    }
    assertThat(target).as("seed %s", seed).hasBinaryContent(content);
    assertThat(store.tmpDir()).isEmptyDirectory();
  }

  @Test
  void bulkGoesOnWhereAFlushHasEndedWithinABlock() throws IOException {
    byte[] content = new byte[2 << 20];
    new Random(7).nextBytes(content);
    try (PendingFile pending = store.create(target)) {
      write(pending, "head");
      OutputStream out = pending.bulk();
      out.write(content, 0, 777);
      out.flush();
      out.write(content, 777, content.length - 777);
      out.flush();
      pending.commit();
    }
    byte[] written = Files.readAllBytes(target);
    assertThat(new String(written, 0, 4, US_ASCII)).isEqualTo("head");
    assertThat(Arrays.copyOfRange(written, 4, written.length)).isEqualTo(content);
  }
}
