package dev.ovkit.serve;

import dev.ovkit.serve.access.TlsFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/**
 * Takes a new certificate as soon as its files have changed; while they cannot be used, the old one
 * stays.
 */
final class CertificateWatch implements AutoCloseable {

  private static final int PERIOD_SECONDS = 10;

  private final TlsFiles files;
  private final SslContextFactory.Server context;
  private final ServerListener listener;
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            Thread thread = new Thread(work, "ovkit-certificates");
            thread.setDaemon(true);
            return thread;
          });

  private List<String> known;

  CertificateWatch(TlsFiles files, SslContextFactory.Server context, ServerListener listener) {
    this.files = files;
    this.context = context;
    this.listener = listener;
    this.known = state();
    clock.scheduleWithFixedDelay(this::check, PERIOD_SECONDS, PERIOD_SECONDS, TimeUnit.SECONDS);
  }

  /** Looks whether the files have changed. */
  synchronized void check() {
    List<String> now = state();
    if (now.equals(known)) {
      return;
    }
    known = now;
    try {
      context.reload(changed -> Connectors.configure(context, files));
      listener.noticed("the certificate was read again");
    } catch (Exception e) { // Jetty declares no less
      listener.noticed("the new certificate cannot be used, the old one stays: " + e.getMessage());
    }
  }

  private List<String> state() {
    List<Path> all = new ArrayList<>(List.of(files.certificate(), files.key()));
    files.clientCa().ifPresent(all::add);
    List<String> state = new ArrayList<>();
    for (Path file : all) {
      try {
        state.add(Files.getLastModifiedTime(file) + " " + Files.size(file));
      } catch (IOException e) {
        state.add("missing");
      }
    }
    return state;
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}
