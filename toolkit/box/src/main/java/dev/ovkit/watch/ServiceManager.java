package dev.ovkit.watch;

import dev.ovkit.RuntimeUnavailableException;
import dev.ovkit.nativelib.NativeRuntime;
import dev.ovkit.nativelib.global.Service;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The service manager that started this process, such as systemd: told when the service is ready,
 * that it is alive, and that it stops, by the protocol of sd_notify(3).
 *
 * <p>Without a listener (no {@code NOTIFY_SOCKET}) every call does nothing, and a message that
 * cannot be delivered is dropped: a service goes on when its manager does not. For one thread.
 */
public final class ServiceManager {

  private final @Nullable String socket;
  private final long beatNanos;
  private long lastBeat;

  private ServiceManager(@Nullable String socket, long beatNanos) {
    this.socket = socket;
    this.beatNanos = beatNanos;
    this.lastBeat = System.nanoTime() - beatNanos;
  }

  /** The manager that the environment names. */
  public static ServiceManager current() {
    return of(System.getenv());
  }

  /**
   * The manager that an environment names.
   *
   * @param environment {@code NOTIFY_SOCKET}; {@code WATCHDOG_USEC} and, where the watchdog is
   *     meant for one process only, {@code WATCHDOG_PID}
   * @throws RuntimeUnavailableException when there is one, and the native libraries that reach it
   *     are not there
   */
  public static ServiceManager of(Map<String, String> environment) {
    String socket = environment.get("NOTIFY_SOCKET");
    if (socket == null || socket.isEmpty()) {
      return new ServiceManager(null, 0);
    }
    if (NativeRuntime.current() instanceof NativeRuntime.Missing missing) {
      throw new RuntimeUnavailableException(missing.message());
    }
    return new ServiceManager(socket, watchdogMicros(environment) * 1000 / 2);
  }

  /** As sd_watchdog_enabled(3) reads them; 0 for no watchdog. */
  private static long watchdogMicros(Map<String, String> environment) {
    String pid = environment.get("WATCHDOG_PID");
    if (pid != null && !pid.equals(Long.toString(ProcessHandle.current().pid()))) {
      return 0;
    }
    String micros = environment.getOrDefault("WATCHDOG_USEC", "");
    return micros.matches("[0-9]{1,15}") ? Long.parseLong(micros) : 0;
  }

  /** Reports that the service is ready. */
  public void ready() {
    send("READY=1");
  }

  /** Reports that the service is stopping. */
  public void stopping() {
    send("STOPPING=1");
  }

  /** Reports the status in one line. */
  public void status(String line) {
    send("STATUS=" + line.replace('\n', ' '));
  }

  /**
   * Reports that the service is alive, when half of the watchdog's time has passed since the last
   * report. Call it often, from the loop that does the work: a beat from anywhere else would go on
   * while that loop is stuck.
   */
  public void beat() {
    if (beatNanos > 0 && System.nanoTime() - lastBeat >= beatNanos) {
      lastBeat = System.nanoTime();
      send("WATCHDOG=1");
    }
  }

  /** Returns the time between two reports of {@link #beat}; zero without a watchdog. */
  public Duration interval() {
    return Duration.ofNanos(beatNanos);
  }

  private void send(String state) {
    if (socket != null) {
      int unused = Service.ovkit_service_notify(socket, state);
    }
  }
}
