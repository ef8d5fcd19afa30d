package dev.ocifs.tests.cli;

import dev.ocifs.tests.image.TestImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/**
 * A process of many threads that read files of a mount in every way and compare each block with its
 * digest. It prints what was wrong and then how many blocks it read; 1 when any was wrong.
 */
public final class Readers {
  private final Path mount;
  private final Content content;
  private final String[][] digests;
  private final ConcurrentLinkedQueue<String> wrong = new ConcurrentLinkedQueue<>();
  private final AtomicLong read = new AtomicLong();

  private Readers(Path mount, Content content) {
    this.mount = mount;
    this.content = content;
    digests =
        IntStream.range(0, content.files())
            .mapToObj(
                file ->
                    IntStream.range(0, content.blocks())
                        .mapToObj(block -> content.digest(file, block))
                        .toArray(String[]::new))
            .toArray(String[][]::new);
  }

  /** Arguments: mount, seed, files, blocks a file, threads, blocks to read at least, seconds. */
  public static void main(String[] args) throws InterruptedException {
    Content content =
        new Content(Long.parseLong(args[1]), Integer.parseInt(args[2]), Integer.parseInt(args[3]));
    Readers readers = new Readers(Path.of(args[0]), content);
    readers.run(Integer.parseInt(args[4]), Integer.parseInt(args[5]), Integer.parseInt(args[6]));
    readers.wrong.forEach(System.out::println);
    System.out.println(readers.read.get() + " blocks");
    System.exit(readers.wrong.isEmpty() ? 0 : 1);
  }

  private void run(int threads, int blocks, int seconds) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    List<Thread> running =
        IntStream.range(0, threads)
            .mapToObj(
                i ->
                    Thread.ofPlatform()
                        .start(
                            () -> {
                              Random random = new Random(content.seed() + i);
                              while (wrong.isEmpty()
                                  && (read.get() < blocks || System.nanoTime() - end < 0)) {
                                read(random);
                              }
                            }))
            .toList();
    for (Thread thread : running) {
      thread.join();
    }
  }

  /** Reads some of one file: all of it in order, some blocks anywhere, or through a mapping. */
  private void read(Random random) {
    int file = random.nextInt(content.files());
    int way = random.nextInt(3);
    try (FileChannel channel = FileChannel.open(mount.resolve(content.name(file)))) {
      for (int i = 0; i < content.blocks(); i++) {
        int block = way == 0 ? i : random.nextInt(content.blocks());
        check(file, block, way == 2 ? mapped(channel, block) : positional(channel, block));
      }
    } catch (IOException | RuntimeException e) {
      wrong.add(content.name(file) + ": " + e);
    }
  }

  private static byte[] positional(FileChannel channel, int block) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(Content.BLOCK_BYTES);
    long pos = (long) block * Content.BLOCK_BYTES;
    int n = 0;
    while (n >= 0 && buffer.hasRemaining()) {
      n = channel.read(buffer, pos + buffer.position());
    }
    return Arrays.copyOf(buffer.array(), buffer.position());
  }

  private static byte[] mapped(FileChannel channel, int block) throws IOException {
    long pos = (long) block * Content.BLOCK_BYTES;
    long length = Math.min(Content.BLOCK_BYTES, channel.size() - pos);
    byte[] bytes = new byte[(int) length];
    channel.map(FileChannel.MapMode.READ_ONLY, pos, length).get(bytes);
    return bytes;
  }

  private void check(int file, int block, byte[] bytes) {
    read.incrementAndGet();
    if (!TestImage.sha256(bytes).equals(digests[file][block])) {
      wrong.add(content.name(file) + ": block " + block + " of " + bytes.length + " bytes");
    }
  }
}
