package dev.ocifs.cli;

import dev.ocifs.mount.server.MountServer;
import dev.ocifs.mount.server.ServerReply;
import dev.ocifs.mount.server.ServerRequest;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Runs the command lines of other processes in the server. Thread-safe. */
final class RemoteCommands implements MountServer.Handler {
  private final MountService service;

  RemoteCommands(MountService service) {
    this.service = service;
  }

  @Override
  public int handle(ServerRequest request, ServerReply reply) {
    Console console =
        new Console(
            reply.out(),
            new PrintStream(reply.err(), false, StandardCharsets.UTF_8),
            false,
            request.terminal(),
            request.variables(),
            System::nanoTime);
    Ocifs.Place place = new Ocifs.Place(request.directory(), Optional.of(service), reply::isGone);
    return Ocifs.run(console, place, request.arguments().toArray(new String[0]));
  }
}
