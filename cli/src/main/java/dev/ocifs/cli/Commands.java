package dev.ocifs.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine;

/**
 * The subcommands. Each is made when the command line can mean it only: reading the annotations of
 * all of them takes a fifth of a short command's CPU time (0.25 s, against 0.20 s with one).
 */
enum Commands {
  MOUNT,
  UMOUNT,
  SERVER,
  STATS,
  STATUS,
  MOUNTS,
  LS,
  CAT,
  INSPECT,
  INDEX,
  PULL,
  IMAGES,
  TAG,
  RMI,
  COPY,
  PUSH,
  VERIFY,
  FSCK,
  BENCH,
  DEMO,
  COMPLETION;

  /** The word that a user types. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  Object create(Ocifs ocifs) {
    return switch (this) {
      case MOUNT -> new MountCommand(ocifs);
      case UMOUNT -> new UmountCommand(ocifs);
      case SERVER -> new ServerCommand(ocifs);
      case STATS -> new StatsCommand(ocifs);
      case STATUS -> new StatusCommand(ocifs);
      case MOUNTS -> new MountsCommand(ocifs);
      case LS -> new LsCommand(ocifs);
      case CAT -> new CatCommand(ocifs);
      case INSPECT -> new InspectCommand(ocifs);
      case INDEX ->
          new CommandLine(new IndexCommand(ocifs))
              .addSubcommand("push", new IndexPushCommand(ocifs));
      case PULL -> new PullCommand(ocifs);
      case IMAGES -> new ImagesCommand(ocifs);
      case TAG -> new TagCommand(ocifs);
      case RMI -> new RmiCommand(ocifs);
      case COPY -> new CopyCommand(ocifs);
      case PUSH -> new PushCommand(ocifs);
      case VERIFY -> new VerifyCommand(ocifs);
      case FSCK -> new FsckCommand(ocifs);
      case BENCH -> new BenchCommand(ocifs);
      case DEMO -> new DemoCommand(ocifs);
      case COMPLETION -> new CompletionCommand(ocifs);
    };
  }

  /** The subcommands whose names occur in the arguments, wherever; all when none does. */
  static List<Commands> amongst(String... args) {
    List<String> words = Arrays.asList(args);
    List<Commands> named = new ArrayList<>();
    for (Commands command : values()) {
      if (words.contains(command.label())) {
        named.add(command);
      }
    }
    return named.isEmpty() ? List.of(values()) : named;
  }
}
