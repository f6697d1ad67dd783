package dev.ovkit.cli.video;

import dev.ovkit.cli.stream.StreamRequest;
import dev.ovkit.video.delivery.DeliveryCounts;
import dev.ovkit.video.engine.StreamEngine;
import dev.ovkit.video.engine.StreamListener;
import dev.ovkit.video.http.LocalPages;
import dev.ovkit.video.sink.Preview;
import dev.ovkit.video.sink.StreamMetrics;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** The metrics and the preview page of a call: one server for each address. */
final class Pages implements AutoCloseable {

  private final Map<InetSocketAddress, LocalPages> servers = new HashMap<>();

  /** Serves what a call asks for, and says where. */
  void add(
      StreamRequest.Outputs outputs,
      StreamEngine engine,
      Supplier<List<DeliveryCounts>> deliveries,
      Map<String, StreamListener> sinks,
      PrintWriter err) {
    outputs
        .metrics()
        .ifPresent(
            address -> {
              LocalPages server = server("--metrics", address);
              sinks.put("--metrics", new StreamMetrics(server, engine::counts, deliveries));
              err.printf("ovkit: metrics: %s/metrics%n", server.url());
            });
    outputs
        .preview()
        .ifPresent(
            address -> {
              LocalPages server = server("--preview", address);
              sinks.put("--preview", new Preview(server, engine::counts, outputs.labels()));
              err.printf("ovkit: preview: %s/%n", server.url());
            });
  }

  private LocalPages server(String option, InetSocketAddress address) {
    return servers.computeIfAbsent(address, one -> new LocalPages(option, one));
  }

  @Override
  public void close() {
    servers.values().forEach(LocalPages::close);
  }
}
