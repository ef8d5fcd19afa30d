package dev.ocifs.cli;

import dev.ocifs.mount.MountRegistry;
import dev.ocifs.mount.MountTable;
import dev.ocifs.oci.Printable;
import dev.ocifs.oci.store.Store;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lists what is mounted from this store. */
@Command(name = "mounts", description = "List the mounts of this store.")
final class MountsCommand implements Callable<Integer> {
  private final Ocifs ocifs;

  @Option(names = "--json", description = "As JSON, with the servers' logs.")
  boolean json;

  MountsCommand(Ocifs ocifs) {
    this.ocifs = ocifs;
  }

  @Override
  public Integer call() throws IOException {
    Store store = ocifs.store();
    List<MountRegistry.Record> mounts = current(new MountRegistry(store.mountsDir()));
    if (json) {
      ocifs.console().println(json(mounts));
      return ExitCode.OK;
    }
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("DIRECTORY", "IMAGE", "BACKEND", "PROCESS", "SINCE"));
    for (MountRegistry.Record mount : mounts) {
      rows.add(
          List.of(
              Printable.escape(mount.dir().toString()),
              Printable.escape(mount.image()),
              mount.backend(),
              process(mount),
              mount.since().toString()));
    }
    if (!mounts.isEmpty()) {
      Table.of(rows).forEach(ocifs.console()::println);
    }
    return ExitCode.OK;
  }

  private static String process(MountRegistry.Record mount) throws IOException {
    if (mount.isNative()) {
      return "none needed";
    }
    return mount.alive() ? Long.toString(mount.pid()) : "none, was " + mount.pid();
  }

  /**
   * Those that serve, and those whose server has ended without unmounting. Where neither is left,
   * the server was killed and somebody has unmounted since: these are forgotten.
   */
  private static List<MountRegistry.Record> current(MountRegistry registry) throws IOException {
    List<MountRegistry.Record> mounts = new ArrayList<>();
    for (MountRegistry.Record mount : registry.list()) {
      if (mount.alive()
          || MountTable.at(mount.dir()).filter(MountTable.Entry::isOcifs).isPresent()) {
        mounts.add(mount);
      } else {
        registry.remove(mount.id());
      }
    }
    return mounts;
  }

  private static String json(List<MountRegistry.Record> mounts) throws IOException {
    Json json = new Json();
    json.beginArray();
    for (MountRegistry.Record mount : mounts) {
      json.beginObject()
          .member("directory", mount.dir().toString())
          .member("image", mount.image())
          .member("backend", mount.backend())
          .member("pid", mount.pid())
          .member("alive", mount.alive())
          .member("since", mount.since().toString())
          .member("log", mount.log().toString())
          .end();
    }
    return json.end().toString();
  }
}
