package dev.ocifs.oci.registry.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;

/** A machine in a temporary folder: a home, a root of the system, and variables. */
final class TestMachine {
  final Path home;
  final Path root;
  final Map<String, String> env = new HashMap<>();

  TestMachine(Path folder) {
    home = folder.resolve("home");
    root = folder.resolve("root");
    env.put("XDG_RUNTIME_DIR", home.resolve("runtime").toString());
  }

  Path write(Path path, String text) throws IOException {
    Files.createDirectories(path.getParent());
    return Files.writeString(path, text);
  }

  Path home(String path, String text) throws IOException {
    return write(home.resolve(path), text);
  }

  Path root(String path, String text) throws IOException {
    return write(root.resolve(path), text);
  }

  /** Makes a credential helper, a script of the shell, and puts it into the path. */
  Path helper(String name, String script) throws IOException {
    Path bin = home.resolve("bin");
    Path file = home("bin/docker-credential-" + name, "#!/bin/sh\n" + script);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    env.put("PATH", bin + ":/usr/bin:/bin");
    return file;
  }

  Machine machine() {
    return new Machine(env, home, root);
  }

  ConfigOptions options() {
    return ConfigOptions.DEFAULT.withRoot(root);
  }

  RegistryConfig config() {
    return RegistryConfig.load(env, home, options());
  }

  /** A file of credentials with one key. */
  static String auths(String key, String user, String secret) {
    return "{\"auths\": {\"" + key + "\": {\"auth\": \"" + base64(user + ":" + secret) + "\"}}}";
  }

  static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }
}
