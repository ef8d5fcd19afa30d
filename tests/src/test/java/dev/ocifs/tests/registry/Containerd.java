package dev.ocifs.tests.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ocifs.tests.conformance.Tools;
import java.io.Closeable;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A {@code containerd} whose store and socket lie in the folder of a test, for the converters of
 * {@code ctr-remote}: it runs no containers and unpacks no images. Needs root.
 */
final class Containerd implements Closeable {
  private final Process process;
  private final Path socket;

  /** Returns when it serves. */
  static Containerd start(Path dir) throws IOException {
    Path socket = dir.resolve("containerd.sock");
    Path config =
        Files.writeString(
            dir.resolve("containerd.toml"),
            """
            version = 2
            root = "%s"
            state = "%s"
            disabled_plugins = ["io.containerd.grpc.v1.cri"]
            [grpc]
              address = "%s"
            """
                .formatted(dir.resolve("containerd"), dir.resolve("containerd-state"), socket));
    Path log = dir.resolve("containerd.log");
    Process process =
        new ProcessBuilder("containerd", "--config", config.toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    while (!isListening(socket)) {
      assertThat(process.isAlive()).as("%s", log).isTrue();
      Thread.onSpinWait();
    }
    return new Containerd(process, socket);
  }

  private static boolean isListening(Path socket) {
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      return channel.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  private Containerd(Process process, Path socket) {
    this.process = process;
    this.socket = socket;
  }

  /** Runs {@code ctr-remote image} with these arguments, which must succeed. */
  void image(String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(List.of("ctr-remote", "--address", socket.toString(), "image"));
    command.addAll(List.of(arguments));
    Tools.Result result = Tools.run(command);
    assertThat(result.code()).as("%s: %s", command, result.err()).isZero();
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
