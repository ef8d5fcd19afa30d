package dev.ocifs.tests.leaks;

import dev.ocifs.layerfs.LayerFs;
import dev.ocifs.layerfs.view.ImageView;
import dev.ocifs.mount.MountOptions;
import dev.ocifs.mount.MountRequest;
import dev.ocifs.mount.Mounter;
import dev.ocifs.mount.server.MountServer;
import dev.ocifs.mount.server.ServerClient;
import dev.ocifs.mount.server.ServerReply;
import dev.ocifs.mount.server.ServerRequest;
import dev.ocifs.oci.store.Store;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;

/** A server and its clients. Loaded with the woven classes. */
final class ServerOperations {
  /** A client that is cut off by the first byte that the server answers. */
  private static final OutputStream CUT_OFF =
      new OutputStream() {
        @Override
        public void write(int b) throws IOException {
          throw new CutOff();
        }
      };

  private static final class CutOff extends IOException {}

  private ServerOperations() {}

  private static Path socket(Store store) {
    return store.root().resolveSibling("socket");
  }

  private static ServerRequest request(Store store) {
    return new ServerRequest(store.root(), false, List.of("mount"));
  }

  /** Has a server answer a client. */
  static void serving(LayerFs library, Store store) throws Exception {
    try (MountServer server = MountServer.open(socket(store), ServerOperations::answer)) {
      call(store);
      end(server);
    }
  }

  private static void call(Store store) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    OptionalInt code = ServerClient.call(socket(store), request(store), out, out);
    if (code.orElse(-1) != 0) {
      throw new IOException("not answered: " + code);
    }
  }

  private static void end(MountServer server) throws IOException, InterruptedException {
    if (!server.closeUnless(() -> false)) {
      throw new IOException("not closed");
    }
  }

  private static int answer(ServerRequest request, ServerReply reply) {
    try {
      reply.out().write(request.arguments().size());
      return 0;
    } catch (IOException e) {
      return 1;
    }
  }

  /** Has a server answer a client after others that went in their requests and in its answer. */
  static void cuttingOff(LayerFs library, Store store) throws Exception {
    try (MountServer server = MountServer.open(socket(store), ServerOperations::answer)) {
      cutOffInRequest(store);
      cutOffInAnswer(store);
      call(store);
      end(server);
    }
  }

  private static void cutOffInRequest(Store store) throws IOException {
    try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(socket(store)))) {
      int ignored = client.write(ByteBuffer.wrap(new byte[] {'R', 0, 0, 0, 100, 'o', 'c'}));
    }
  }

  private static void cutOffInAnswer(Store store) throws IOException {
    try {
      OptionalInt code = ServerClient.call(socket(store), request(store), CUT_OFF, CUT_OFF);
      throw new IOException("not answered: " + code);
    } catch (CutOff e) {
      // as it shall be
    }
  }

  /** Has a server mount for a client that goes in the middle, reads that, and ends it all. */
  static Operations.Work mounting(Path images) {
    return (library, store) -> {
      Path dir = Files.createDirectories(store.root().resolveSibling("mount"));
      MountOptions options = MountOptions.defaults().withBackend("kernel").withThreads(1);
      try (ImageView view = Operations.view(images, library, store);
          Mounter mounter = new Mounter();
          MountServer server =
              MountServer.open(
                  socket(store),
                  (request, reply) ->
                      mount(mounter, new MountRequest(view, dir, "test", options), reply))) {
        try {
          cutOffInAnswer(store);
        } finally {
          end(server); // what it has begun is not to come later
        }
        if (mounter.mounts().isEmpty()) {
          throw new IOException("not mounted");
        }
        MountOperations.readAll(dir);
      }
    };
  }

  private static int mount(Mounter mounter, MountRequest request, ServerReply reply) {
    try {
      reply.out().write('m');
      mounter.mount(request);
      reply.out().write('d');
      return 0;
    } catch (IOException e) {
      return 1;
    }
  }
}
