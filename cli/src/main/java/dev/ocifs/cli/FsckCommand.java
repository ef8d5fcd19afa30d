package dev.ocifs.cli;

import dev.ocifs.layerfs.check.Problem;
import dev.ocifs.layerfs.check.Problems;
import dev.ocifs.layerfs.check.StoreCheck;
import dev.ocifs.mount.erofs.ErofsCheck;
import dev.ocifs.oci.store.Store;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Checks the store and mends it. Problems that are left end the command with the code for errors
 * found.
 */
@Command(
    name = "fsck",
    description = "Check every file of the store; with --repair, remove what can be made again.",
    footer = {
      "",
      "May run beside servers and processes that index. Stored blobs are never removed."
    })
final class FsckCommand implements Callable<Integer> {
  private final Ocifs ocifs;

  @Option(
      names = "--repair",
      description =
          "Remove derived data that is damaged and what killed processes have left; set aside a"
              + " damaged catalog.")
  boolean repair;

  @Option(names = "--json", description = "As JSON.")
  boolean json;

  FsckCommand(Ocifs ocifs) {
    this.ocifs = ocifs;
  }

  @Override
  public Integer call() throws IOException {
    Store store = Store.existing(ocifs.storeRoot());
    List<Problem> found = new ArrayList<>();
    Problems problems = new Problems(repair, found::add);
    if (!json) {
      problems = new Problems(repair, problem -> ocifs.console().println(problem.toString()));
    }
    LiveState live = new LiveState(store, problems);
    live.check();
    StoreCheck.run(store, problems, live.isServed());
    if (store.versionFault().isEmpty()) {
      ErofsCheck.run(store, problems);
    }
    if (json) {
      ocifs.console().println(json(store, problems, found));
    } else if (!ocifs.quiet()) {
      ocifs.console().println(summary(store, problems));
    }
    return problems.remaining() > 0 ? ExitCode.FINDINGS : ExitCode.OK;
  }

  private static String summary(Store store, Problems problems) {
    String counts = store.root() + ": " + problems.files() + " files checked, ";
    if (problems.remaining() + problems.repaired() == 0) {
      return counts + "all sound";
    }
    return counts + problems.repaired() + " problems repaired, " + problems.remaining() + " left";
  }

  private static String json(Store store, Problems problems, List<Problem> found) {
    Json json = new Json().beginObject();
    json.member("store", store.root().toString()).member("filesChecked", problems.files());
    json.member("repaired", problems.repaired()).member("left", problems.remaining());
    json.beginArray("problems");
    for (Problem problem : found) {
      json.beginObject();
      json.member("file", problem.file().toString()).member("what", problem.what());
      json.member("state", problem.state().name().toLowerCase(Locale.ROOT));
      json.member("next", problem.next()).end();
    }
    return json.end().end().toString();
  }
}
