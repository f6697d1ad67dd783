package dev.ovkit.cli.print;

import dev.ovkit.bench.Environment;
import dev.ovkit.load.LoadOptions;
import dev.ovkit.load.LoadReport;
import dev.ovkit.load.LoadReport.Times;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.stream.Collectors;

/** What a server did under load, as a table for people and as CSV; milliseconds. */
public final class LoadPrinter {

  public static void print(LoadReport report, PrintWriter out) {
    printHead(report, out);
    out.printf("%n%s%n", report.options().url());
    out.printf(
        "  %d requests: %d succeeded, %d refused as too many (429), %d other answers, %d timeouts, %d failed%n",
        report.requests(),
        report.succeeded(),
        report.refused(),
        report.others(),
        report.timeouts(),
        report.failures());
    if (report.others() > 0) {
      out.printf("  answers by status: %s%n", byStatus(report));
    }
    if (report.unsent() > 0) {
      out.printf(
          "  %d of the timeouts were never sent: no connection was free in time%n",
          report.unsent());
    }
    report.failure().ifPresent(reason -> out.printf("  the first that failed: %s%n", reason));
    out.printf(
        Locale.ROOT,
        "  %.2f requests/s succeeded, of %s%n",
        report.succeededPerSecond(),
        number(report.options().rate()));
    if (report.times().isEmpty()) {
      return;
    }
    Times times = report.times().get();
    out.printf("  %-14s " + BenchPrinter.NAMES + "%n", BenchPrinter.row("ms", "count"));
    BenchPrinter.print("end to end", times.endToEnd().statistics(), out);
    BenchPrinter.print("from sending", times.fromSending().statistics(), out);
    BenchPrinter.print("sent late", times.late().statistics(), out);
    out.printf(
        Locale.ROOT,
        "  99.9 %% of them took %.3f ms or less, from the moment when the request was due%n",
        times.endToEnd().p999());
  }

  private static void printHead(LoadReport report, PrintWriter out) {
    LoadOptions options = report.options();
    Environment here = report.environment();
    int pictures = options.pictures().size();
    out.printf(
        "load of %s requests/s for %s s, after %s s of warm-up, on at most %d connection%s, of %d picture%s%n",
        number(options.rate()),
        seconds(options.time()),
        seconds(options.warmUp()),
        options.connections(),
        options.connections() == 1 ? "" : "s",
        pictures,
        pictures == 1 ? "" : "s");
    out.printf("sent from %s%n", here.cpu());
    out.printf(
        Locale.ROOT,
        "processors: %s, quota %s, governor %s, load %.2f then %.2f, %.1f %% stolen%n",
        BenchPrinter.processors(here),
        BenchPrinter.quota(here.quota()),
        here.governor(),
        report.disturbance().loadBefore(),
        report.disturbance().loadAfter(),
        report.disturbance().stealPercent());
    out.printf("Java %s, %s%n", here.java(), here.system());
  }

  private static String byStatus(LoadReport report) {
    return report.byStatus().entrySet().stream()
        .map(one -> one.getKey() + ": " + one.getValue())
        .collect(Collectors.joining(", "));
  }

  private static String number(double value) {
    return String.valueOf(value).replaceFirst("\\.0$", "");
  }

  private static String seconds(Duration time) {
    return number(time.toMillis() / 1e3);
  }

  public static void csv(LoadReport report, PrintWriter out) {
    String url = report.options().url().toString();
    out.println(BenchPrinter.COLUMNS);
    report
        .times()
        .ifPresent(
            times -> {
              BenchPrinter.csv(url, "", "end_to_end_ms", times.endToEnd().statistics(), out);
              BenchPrinter.csv(url, "", "from_sending_ms", times.fromSending().statistics(), out);
              BenchPrinter.csv(url, "", "sent_late_ms", times.late().statistics(), out);
            });
  }

  private LoadPrinter() {}
}
