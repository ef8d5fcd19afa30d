package dev.ocifs.cli;

import dev.ocifs.mount.MountRegistry;
import dev.ocifs.mount.internal.ffm.Stdio;
import dev.ocifs.mount.server.MountServer;
import dev.ocifs.mount.server.ServerClient;
import dev.ocifs.mount.server.ServerRequest;
import dev.ocifs.oci.store.Store;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Runs the commands once on the sample image, so that a JVM that records an AOT cache (JEP 514)
 * sees the classes that they need. Where nothing can be mounted, the classes of mounts start a
 * little slower: no other harm.
 */
public final class Training {
  /** Half a second of decoding, and what the heap of a server can hold twice. */
  private static final int LAYER_BYTES = 16 << 20;

  private Training() {}

  /** What the run leaves behind lies in the folder that it is given; whoever gave it deletes it. */
  public static void main(String[] args) throws IOException {
    Console.system();
    Path folder = Path.of(args[0]);
    Path layout = Files.createDirectory(folder.resolve("image"));
    String root = "--root=" + folder.resolve("store");
    String image = "oci:" + layout + ":demo";
    SampleImage.write(layout);
    Path log = Path.of(args[1]);
    Stdio.redirectTo(log);
    MountRegistry registry = new MountRegistry(folder);
    registry.remove(registry.register(folder, image, "", log).id());
    run("--help");
    run("index", root, image);
    indexMuch(folder, root);
    run("ls", root, "-lR", image);
    run("cat", root, image, "/etc/motd");
    run("inspect", root, image);
    run("mounts", root);
    run("nonsense");
    run("mount", root, image, folder.resolve("nowhere").toString());
    run("umount", root, folder.toString());
    pull(folder);
    serve(folder, root, image);
    run("demo");
    // The JVM itself logs its exit.
    System.getLogger("java.lang.Runtime").isLoggable(System.Logger.Level.DEBUG);
    System.exit(0);
  }

  /**
   * The cache also keeps how often methods ran (JEP 515): with a layer of some size among them, the
   * decoder is compiled at once when the first image is mounted.
   */
  private static void indexMuch(Path folder, String root) throws IOException {
    Path modules = Path.of(System.getProperty("java.home"), "lib", "modules");
    try (InputStream bytes = Files.newInputStream(modules)) {
      SampleImage.write(
          Files.createDirectory(folder.resolve("much")), bytes.readNBytes(LAYER_BYTES));
    }
    run("index", root, "oci:" + folder.resolve("much") + ":demo");
  }

  /** A pull of the same image into a store that is empty. */
  private static void pull(Path folder) throws IOException {
    String root = "--root=" + folder.resolve("pulled");
    try (TrainingRegistry registry = new TrainingRegistry(folder.resolve("much"))) {
      int code = run("pull", root, "--tls-verify=false", registry.image());
      if (code != ExitCode.OK) {
        throw new IOException("the pull ended with code " + code);
      }
    }
    run("images", root);
  }

  /** A server's life, as far as the machine allows mounts. */
  private static void serve(Path folder, String root, String image) throws IOException {
    Store store = Store.open(folder.resolve("store"));
    Path dir = Files.createDirectory(folder.resolve("mnt"));
    MountService service = new MountService(store, new ServerFlags(), folder.resolve("log"));
    try (MountServer server = MountServer.open(store.serverSocket(), new RemoteCommands(service))) {
      List<String> mount = List.of("mount", root, image, dir.toString());
      ServerClient.call(
          store.serverSocket(),
          new ServerRequest(folder, false, mount),
          OutputStream.nullOutputStream(),
          OutputStream.nullOutputStream());
      run("server", "status", root);
      run("stats", root);
    }
    service.close();
  }

  private static int run(String... words) {
    OutputStream nowhere = OutputStream.nullOutputStream();
    Console console = new Console(nowhere, System.err, false, false, Map.of(), System::nanoTime);
    return Ocifs.run(console, words);
  }
}
