package dev.ovkit.cli.server;

import dev.ovkit.OptionException;
import java.io.IOException;
import java.nio.channels.Channel;
import java.nio.channels.ServerSocketChannel;
import java.util.Map;
import java.util.Optional;

/**
 * The socket that systemd has opened for this process (sd_listen_fds(3)). Java reaches it as the
 * standard input alone, where the launcher of a bundle puts it.
 */
final class ActivationSocket {

  /** Where the inherited channel comes from. */
  interface Inherited {
    Channel get() throws IOException;
  }

  /**
   * Returns the socket that an environment announces.
   *
   * @param environment {@code LISTEN_PID} and {@code LISTEN_FDS}
   * @param pid of this process; what is meant for another one is not looked at
   * @throws OptionException if there is not exactly one socket, or it cannot be reached
   */
  static Optional<ServerSocketChannel> of(
      Map<String, String> environment, long pid, Inherited standardInput) {
    if (!Long.toString(pid).equals(environment.get("LISTEN_PID"))) {
      return Optional.empty();
    }
    String count = environment.getOrDefault("LISTEN_FDS", "");
    if (!count.equals("1")) {
      throw new OptionException(
          "LISTEN_FDS=%s: expected one socket; give the .socket unit one ListenStream"
              .formatted(count));
    }
    try {
      if (standardInput.get() instanceof ServerSocketChannel socket) {
        return Optional.of(socket);
      }
    } catch (IOException e) {
      throw new OptionException("the socket of systemd cannot be used: " + e.getMessage(), e);
    }
    throw new OptionException(
        "systemd has opened a socket, but it is not the standard input, where Java can take it;"
            + " start bin/ovkit of a bundle, or add StandardInput=socket to the unit");
  }

  private ActivationSocket() {}
}
