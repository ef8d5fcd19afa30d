package dev.ocifs.mount.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ocifs.oci.OcifsException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MountServerTest {
  @TempDir Path folder;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private Path socket = Path.of("");
  private ServerRequest request = new ServerRequest(Path.of("/"), false, List.of());

  @BeforeEach
  void begin() {
    socket = folder.resolve("s");
    request =
        new ServerRequest(
            folder,
            true,
            Map.of("HOME", "/home/ö", "http_proxy", "", "NO_PROXY", "a=b"),
            List.of("mount", "", "ö b", "line\nfeed"));
  }

  private OptionalInt call() throws IOException {
    return ServerClient.call(socket, request, out, err);
  }

  private void bind(ServerSocketChannel listener) throws IOException {
    listener.bind(UnixDomainSocketAddress.of(socket));
    Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
  }

  /** Says what it was asked. */
  private static int echo(ServerRequest request, ServerReply reply) {
    try {
      reply.out().write(request.toString().getBytes(UTF_8));
      reply.err().write("and this\n".getBytes(UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return 300;
  }

  @Test
  void passesTheCommandLineThereAndTheOutputBack() throws IOException {
    try (MountServer server = MountServer.open(socket, MountServerTest::echo)) {
      assertThat(Files.getPosixFilePermissions(socket))
          .isEqualTo(PosixFilePermissions.fromString("rw-------"));
      for (int i = 0; i < 3; i++) {
        out.reset();
        assertThat(call()).hasValue(300);
        assertThat(out.toString(UTF_8)).isEqualTo(request.toString());
      }
      assertThat(err.toString(UTF_8)).isEqualTo("and this\n".repeat(3));
    }
    assertThat(socket).doesNotExist();
  }

  @Test
  void knowsWhereNoServerIs() throws IOException {
    assertThat(call()).isEmpty();
    // What a killed server leaves.
    try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      bind(dead);
    }
    assertThat(socket).exists();
    assertThat(call()).isEmpty();
    try (MountServer server = MountServer.open(socket, MountServerTest::echo)) {
      assertThat(call()).hasValue(300);
    }
  }

  @Test
  void tellsWhenTheServerEndsBeforeAndInTheMiddleOfTheWork() throws Exception {
    for (boolean answers : new boolean[] {false, true}) {
      Files.deleteIfExists(socket);
      try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
        bind(listener);
        CompletableFuture<Void> server =
            CompletableFuture.runAsync(
                () -> {
                  try (SocketChannel client = listener.accept()) {
                    Frames.read(client);
                    if (answers) {
                      Frames.write(client, Frames.ERR, new byte[] {'x'}, 0, 1);
                    }
                  } catch (IOException e) {
                    throw new UncheckedIOException(e);
                  }
                });
        if (answers) {
          assertThatThrownBy(this::call)
              .isInstanceOf(OcifsException.class)
              .hasMessageContaining("the server ended in the middle");
        } else {
          assertThat(call()).isEmpty();
        }
        server.get();
      }
    }
  }

  @Test
  void tellsTheHandlerThatTheClientHasGone() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CompletableFuture<Boolean> noticed = new CompletableFuture<>();
    MountServer.Handler handler =
        (asked, reply) -> {
          begun.countDown();
          while (!reply.isGone()) {
            Thread.onSpinWait();
          }
          noticed.complete(true);
          return 0;
        };
    try (MountServer server = MountServer.open(socket, handler)) {
      try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
        byte[] bytes = request.encode();
        Frames.write(client, Frames.REQUEST, bytes, 0, bytes.length);
        begun.await();
        assertThat(noticed).isNotDone();
      }
      assertThat(noticed.get()).isTrue();
      assertThat(server.closeUnless(() -> false)).isTrue();
    }
  }

  @Test
  void closesOnlyWhenNothingIsUnderWayOrInUse() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    AtomicBoolean handled = new AtomicBoolean();
    MountServer.Handler handler =
        (asked, reply) -> {
          begun.countDown();
          try {
            goOn.await();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
          handled.set(true);
          return 7;
        };
    try (MountServer server = MountServer.open(socket, handler)) {
      CompletableFuture<OptionalInt> client =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return call();
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
      begun.await();
      CompletableFuture<Boolean> inUse =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return server.closeUnless(handled::get);
                } catch (IOException | InterruptedException e) {
                  throw new IllegalStateException(e);
                }
              });
      goOn.countDown();
      assertThat(client.get()).hasValue(7);
      assertThat(inUse.get())
          .as("it waited for the request, which left something in use")
          .isFalse();
      assertThat(server.closeUnless(() -> false)).isTrue();
    }
    assertThat(call()).isEmpty();
  }

  @Test
  void refusesWhatIsNoRequest() {
    byte[] good = request.encode();
    assertThatThrownBy(() -> ServerRequest.decode(new byte[0])).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> ServerRequest.decode(java.util.Arrays.copyOf(good, good.length - 1)))
        .hasMessageContaining("cut off");
    assertThatThrownBy(() -> ServerRequest.decode("ocifs 9\0/\0\0".getBytes(UTF_8)))
        .hasMessageContaining("version");
    for (String cut : List.of("", "1\0", "x\0", "-1\0", "99999999999\0", "1\0=x\0")) {
      assertThatThrownBy(() -> ServerRequest.decode(("ocifs 2\0/\0\0" + cut).getBytes(UTF_8)))
          .as(cut)
          .isInstanceOf(IOException.class);
    }
    assertThatThrownBy(() -> ServerRequest.decode("ocifs 2\0relative\0\0000\0".getBytes(UTF_8)))
        .hasMessageContaining("relative");
  }

  @Test
  void readsItsOwnRequests() throws IOException {
    assertThat(ServerRequest.decode(request.encode())).isEqualTo(request);
    ServerRequest bare = new ServerRequest(Path.of("/"), false, List.of());
    assertThat(ServerRequest.decode(bare.encode())).isEqualTo(bare);
  }

  @Test
  void explainsAPathThatIsTooLong() {
    Path deep = folder.resolve("x".repeat(120));
    assertThatThrownBy(() -> MountServer.open(deep, MountServerTest::echo))
        .isInstanceOf(OcifsException.class)
        .hasMessageContaining("cannot listen at")
        .hasMessageContaining("--root");
  }

  @Test
  void tellsAClientOfAnotherVersionThatItIsOne() throws IOException {
    try (MountServer server = MountServer.open(socket, MountServerTest::echo);
        SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      byte[] old = "ocifs 1\0/\0\0mount\0".getBytes(UTF_8);
      Frames.write(client, Frames.REQUEST, old, 0, old.length);
      Frames.Frame answer = Frames.read(client);
      assertThat(answer.type()).isEqualTo(Frames.ERR);
      assertThat(new String(answer.bytes(), UTF_8)).startsWith("ocifs: ").contains("version");
      assertThat(Frames.read(client).type()).isEqualTo(Frames.EXIT);
    }
  }

  @Test
  void neitherPrintsNorSendsSecretsToOthers() throws IOException {
    ServerRequest secret =
        new ServerRequest(folder, false, Map.of("HTTPS_PROXY", "http://u:secret@h"), List.of("x"));
    assertThat(secret.toString()).contains("HTTPS_PROXY").doesNotContain("secret");
    try (ServerSocketChannel others = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      bind(others);
      Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-rw----"));
      assertThatThrownBy(this::call)
          .isInstanceOfSatisfying(
              OcifsException.class, e -> assertThat(e.kind()).isEqualTo(OcifsException.Kind.STORE))
          .hasMessageContaining("not a socket of this user alone");
    }
  }
}
