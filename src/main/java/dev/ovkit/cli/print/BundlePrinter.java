package dev.ovkit.cli.print;

import dev.ovkit.bundle.Installed;
import dev.ovkit.bundle.SelfTestReport;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;

/** What self-test, install and rollback say. */
public final class BundlePrinter {

  public static void print(PrintWriter out, SelfTestReport report) {
    out.println(report.bundle() + (report.holds() ? ": self-test passed" : ": self-test FAILED"));
    for (SelfTestReport.Check check : report.checks()) {
      out.printf("  %-4s %-12s %s%n", check.holds() ? "ok" : "NO", check.name(), check.text());
    }
  }

  public static void print(PrintWriter out, Installed installed) {
    out.println(
        installed.before().isEmpty() && installed.report().checks().isEmpty()
            ? installed.id() + " is already in use"
            : installed.id()
                + " is in use"
                + installed.before().map(id -> "; it replaces " + id).orElse(""));
    if (installed.key().isEmpty()) {
      out.println("  unsigned");
    }
    installed.removed().forEach(id -> out.println("  removed " + id));
  }

  public static Map<String, Object> json(Installed installed) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("release", installed.id());
    object.put("version", installed.version().text());
    object.put("key", installed.key().orElse(null));
    object.put("before", installed.before().orElse(null));
    object.put("removed", installed.removed());
    object.put("selfTest", installed.report().json());
    return object;
  }

  private BundlePrinter() {}
}
