package dev.ovkit.cli;

import dev.ovkit.OptionException;
import dev.ovkit.cli.option.UrlOptions;
import dev.ovkit.cli.print.BenchHtml;
import dev.ovkit.cli.print.ExitCode;
import dev.ovkit.cli.print.Json;
import dev.ovkit.cli.print.LoadJson;
import dev.ovkit.cli.print.LoadPrinter;
import dev.ovkit.cli.print.Progress;
import dev.ovkit.load.LoadGenerator;
import dev.ovkit.load.LoadOptions;
import dev.ovkit.load.LoadReport;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * {@code ovkit bench --url}. Not loaded without that option: a command on a box measures too and
 * has no client for HTTP.
 */
final class UrlBench {

  /** Where the result goes. */
  record Output(PrintWriter out, PrintWriter err, boolean json, boolean csv, @Nullable Path html) {}

  /** Refuses where the desk is not there. */
  static void require() {
    try {
      Class.forName("dev.ovkit.load.LoadGenerator");
    } catch (ClassNotFoundException e) {
      throw new OptionException(
          "--url is for the desk: this command, made for a box, has no client for HTTP; measure from a developer's machine",
          e);
    }
  }

  static LoadOptions options(
      UrlOptions url, List<Path> pictures, Optional<Duration> time, Optional<Duration> warmUp) {
    LoadOptions options = LoadOptions.of(url.url(), url.rate(), pictures);
    if (time.isPresent()) {
      options = options.withTime(time.get());
    }
    if (warmUp.isPresent()) {
      options = options.withWarmUp(warmUp.get());
    }
    Integer connections = url.connections();
    if (connections != null) {
      options = options.withConnections(connections);
    }
    Double timeout = url.timeout();
    if (timeout != null) {
      if (!(timeout > 0 && timeout <= 86_400)) {
        throw new OptionException(
            "--timeout %s: expected seconds, above 0 and at most a day".formatted(timeout));
      }
      options = options.withTimeout(Duration.ofNanos((long) (timeout * 1e9)));
    }
    Path token = url.token();
    if (token != null) {
      options = options.withToken(token);
    }
    Path certificates = url.certificates();
    return certificates == null ? options : options.withCertificates(certificates);
  }

  /** Measures, prints, and returns the exit code. */
  static int run(LoadOptions options, Output output) {
    try (Interruption interruption = new Interruption()) {
      LoadReport report;
      try (Progress progress = Progress.ofShare("measuring")) {
        report = LoadGenerator.run(options, progress, interruption::asked);
      }
      if (!report.complete()) {
        output.err().println("ovkit: interrupted; these figures were measured until then");
      }
      print(report, output);
      if (!report.complete()) {
        return ExitCode.INTERRUPTED;
      }
      if (report.succeeded() == 0) {
        output.err().println("ovkit: no request succeeded; see the counts");
        return ExitCode.FAILED;
      }
      return ExitCode.DONE;
    }
  }

  private static void print(LoadReport report, Output output) {
    String text = Json.text(LoadJson.of(report));
    if (output.json()) {
      output.out().println(text);
    } else if (output.csv()) {
      LoadPrinter.csv(report, output.out());
    } else {
      LoadPrinter.print(report, output.out());
    }
    output.out().flush();
    Path html = output.html();
    if (html != null) {
      BenchHtml.write(text, html);
    }
  }

  private UrlBench() {}
}
