package dev.ovkit.video.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A Kafka broker of this machine, with its data in a folder; a process, which can be killed. */
final class KafkaBroker implements AutoCloseable {

  private final Process process;

  private KafkaBroker(Process process) {
    this.process = process;
  }

  /**
   * Starts a broker, with what an earlier one has left in the folder.
   *
   * @param port of the broker
   * @param controller of its second listener
   */
  static KafkaBroker start(Path folder, int port, int controller)
      throws IOException, InterruptedException {
    Path script = Path.of(System.getProperty("ovkit.home"), ".ci", "kafka-broker.sh");
    Process found = new ProcessBuilder("bash", script.toString()).redirectErrorStream(true).start();
    String jars = new String(found.getInputStream().readAllBytes(), UTF_8).strip();
    assumeTrue(found.waitFor() == 0, jars);
    Path settings = folder.resolve("server.properties");
    Path log = folder.resolve("broker.log");
    if (!Files.exists(settings)) {
      Files.writeString(
          settings,
          """
          process.roles=broker,controller
          node.id=1
          controller.quorum.voters=1@127.0.0.1:%2$d
          listeners=PLAINTEXT://127.0.0.1:%1$d,CONTROLLER://127.0.0.1:%2$d
          advertised.listeners=PLAINTEXT://127.0.0.1:%1$d
          controller.listener.names=CONTROLLER
          listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
          log.dirs=%3$s
          num.partitions=3
          offsets.topic.replication.factor=1
          """
              .formatted(port, controller, folder.resolve("data")));
      run(
              jars,
              log,
              List.of(
                  "kafka.tools.StorageTool",
                  "format",
                  "-t",
                  "MkU3OEVBNTcwNTJENDM2Qg",
                  "-c",
                  settings.toString()))
          .waitFor();
    }
    Process process = run(jars, log, List.of("kafka.Kafka", settings.toString()));
    while (true) {
      try (Socket open = new Socket(InetAddress.getLoopbackAddress(), port)) {
        return new KafkaBroker(process);
      } catch (IOException e) {
        if (!process.isAlive()) {
          throw new IOException(Files.readString(log), e);
        }
        Thread.sleep(50);
      }
    }
  }

  private static Process run(String jars, Path log, List<String> arguments) throws IOException {
    List<String> words =
        new java.util.ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                jars + "/*"));
    words.addAll(arguments);
    return new ProcessBuilder(words)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
        .start();
  }

  /** Kills it. */
  @Override
  public void close() {
    process.destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
