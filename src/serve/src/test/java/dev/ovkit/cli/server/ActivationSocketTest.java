package dev.ovkit.cli.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ovkit.OptionException;
import java.io.IOException;
import java.nio.channels.Channel;
import java.nio.channels.ServerSocketChannel;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ActivationSocketTest {

  private static final Map<String, String> ONE = Map.of("LISTEN_PID", "7", "LISTEN_FDS", "1");

  private static Channel nothing() {
    return null; // what Java says of a standard input that is no socket
  }

  @Test
  void isTheStandardInput() throws IOException {
    try (ServerSocketChannel socket = ServerSocketChannel.open()) {
      assertThat(ActivationSocket.of(ONE, 7, () -> socket)).contains(socket);
    }
  }

  @Test
  void ofAnotherProcessIsNotLookedAt() {
    assertThat(ActivationSocket.of(ONE, 8, ActivationSocketTest::nothing)).isEmpty();
    assertThat(ActivationSocket.of(Map.of(), 7, ActivationSocketTest::nothing)).isEmpty();
  }

  @Test
  void whatCannotBeTakenIsNamed() {
    assertThatThrownBy(() -> ActivationSocket.of(ONE, 7, ActivationSocketTest::nothing))
        .isInstanceOf(OptionException.class)
        .hasMessageContaining("StandardInput=socket");
    assertThatThrownBy(
            () ->
                ActivationSocket.of(
                    Map.of("LISTEN_PID", "7", "LISTEN_FDS", "2"), 7, ActivationSocketTest::nothing))
        .hasMessageContaining("expected one socket");
    assertThatThrownBy(
            () ->
                ActivationSocket.of(
                    ONE,
                    7,
                    () -> {
                      throw new IOException("bad descriptor");
                    }))
        .hasMessageContaining("bad descriptor");
  }
}
