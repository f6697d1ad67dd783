package dev.ovkit.cli.print;

import dev.ovkit.convert.Conversion;
import dev.ovkit.convert.Decision;
import dev.ovkit.internal.text.ShellWord;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Prints what a conversion made, what it decided, and what it had to assume. */
public final class ConversionPrinter {

  /** Prints for people; what was assumed goes to {@code err}, with the command that checks it. */
  public static void print(Conversion conversion, PrintWriter out, PrintWriter err) {
    for (Decision decision : conversion.decisions()) {
      out.printf("%-10s %s%n", decision.what(), decision.value());
      out.printf("%-10s   %s%n", "", reason(decision));
    }
    out.printf("%-10s %s%n", "graph", conversion.xml());
    out.printf("%-10s %s (%,d bytes)%n", "weights", conversion.bin(), conversion.binBytes());
    out.printf("%-10s %s%n", "manifest", conversion.manifestFile());
    if (conversion.detector().isEmpty()) {
      out.printf("%-10s infer cannot read boxes from this IR%n", "boxes");
    }
    if (!conversion.assumptions().isEmpty()) {
      out.flush();
      warn(conversion, err);
    }
  }

  private static String reason(Decision decision) {
    String origin = decision.origin().word();
    return origin.isEmpty() ? decision.why() : origin + ": " + decision.why();
  }

  private static void warn(Conversion conversion, PrintWriter err) {
    for (Decision assumed : conversion.assumptions()) {
      err.println("ovkit: assumed: " + assumed.sentence());
    }
    err.printf("ovkit: check the boxes on pictures that show objects: %s%n", check(conversion));
    err.flush();
  }

  /** What can be read in one way only is looked at: there is nothing that diagnose could try. */
  private static String check(Conversion conversion) {
    boolean several =
        conversion.detector().map(spec -> spec.layout().form().isPresent()).orElse(true);
    return (several
            ? "ovkit diagnose --ir %s --images PICTURES"
            : "ovkit infer --ir %s --images PICTURES --out DRAWN")
        .formatted(ShellWord.of(conversion.xml()));
  }

  /** Returns the same for programs. */
  public static Map<String, Object> json(Conversion conversion) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("xml", conversion.xml().toString());
    object.put("bin", conversion.bin().toString());
    object.put("bin_bytes", conversion.binBytes());
    object.put("manifest", conversion.manifestFile().toString());
    object.put("infer_reads_boxes", conversion.detector().isPresent());
    List<Map<String, Object>> decisions = new ArrayList<>();
    for (Decision decision : conversion.decisions()) {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("what", decision.what());
      one.put("value", decision.value());
      one.put("from", decision.origin().word());
      one.put("why", decision.why());
      if (decision.assumed()) {
        one.put("assumed", true);
      }
      decisions.add(one);
    }
    object.put("decisions", decisions);
    if (!conversion.assumptions().isEmpty()) {
      object.put("check", check(conversion));
    }
    return object;
  }

  private ConversionPrinter() {}
}
