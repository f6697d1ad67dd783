package dev.ovkit.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ovkit.NotifySocket;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServiceManagerTest {

  @TempDir private Path temp;

  @Test
  void aSocketWithAPathHearsAll() throws Exception {
    hears(temp.resolve("notify").toString());
  }

  @Test
  void anAbstractSocketHearsAll() throws Exception {
    hears("@ovkit-test-%d-%d".formatted(ProcessHandle.current().pid(), System.nanoTime()));
  }

  private static void hears(String name) throws Exception {
    try (NotifySocket socket = new NotifySocket(name)) {
      ServiceManager manager =
          ServiceManager.of(Map.of("NOTIFY_SOCKET", name, "WATCHDOG_USEC", "200000"));
      manager.ready();
      manager.status("3 done\n1 set aside");
      manager.beat();
      manager.beat();
      Thread.sleep(120);
      manager.beat();
      manager.stopping();
      socket.await("STOPPING=1", 1);
      assertThat(socket.received())
          .containsExactly(
              "READY=1", "STATUS=3 done 1 set aside", "WATCHDOG=1", "WATCHDOG=1", "STOPPING=1");
    }
  }

  @Test
  void noBeatIsSentWhereNoWatchdogIsSetOrItIsAnothersAsPidTells() throws Exception {
    String name = temp.resolve("notify").toString();
    try (NotifySocket socket = new NotifySocket(name)) {
      ServiceManager.of(Map.of("NOTIFY_SOCKET", name)).beat();
      ServiceManager.of(Map.of("NOTIFY_SOCKET", name, "WATCHDOG_USEC", "soon")).beat();
      ServiceManager.of(Map.of("NOTIFY_SOCKET", name, "WATCHDOG_USEC", "1000", "WATCHDOG_PID", "1"))
          .beat();
      String own = Long.toString(ProcessHandle.current().pid());
      ServiceManager mine =
          ServiceManager.of(
              Map.of("NOTIFY_SOCKET", name, "WATCHDOG_USEC", "1000", "WATCHDOG_PID", own));
      mine.ready();
      mine.beat();
      socket.await("WATCHDOG=1", 1);
      assertThat(socket.received()).containsExactly("READY=1", "WATCHDOG=1");
    }
  }

  @Test
  void withoutAManagerOrWithOneThatIsGoneNothingHappens() throws IOException {
    for (String name :
        new String[] {"", temp.resolve("gone").toString(), "relative", "@" + "x".repeat(200)}) {
      ServiceManager manager =
          ServiceManager.of(Map.of("NOTIFY_SOCKET", name, "WATCHDOG_USEC", "1000"));
      manager.ready();
      manager.beat();
      manager.stopping();
    }
    assertThat(temp).isEmptyDirectory();
  }
}
