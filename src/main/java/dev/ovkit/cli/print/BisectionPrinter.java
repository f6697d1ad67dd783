package dev.ovkit.cli.print;

import dev.ovkit.bisect.Bisection;
import dev.ovkit.bisect.NodeDescription;
import dev.ovkit.bisect.NodeDifference;
import dev.ovkit.bisect.TensorDifference;
import dev.ovkit.bisect.ValueStatistics;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Where two models begin to differ, for people and as JSON for programs. */
public final class BisectionPrinter {

  private static final int MOST_RANKED = 20;
  private static final int MOST_NAMED = 10;
  private static final int MOST_INPUTS = 12;

  public static void print(Bisection b, PrintWriter out) {
    out.printf("A  %s (%s)%n", b.first().file(), b.first().engine());
    out.printf("B  %s (%s)%n", b.second().file(), b.second().engine());
    out.printf(
        "%d tensors compared on %s; B has no tensor of the name of %d more%n%n",
        b.nodes().size(), b.picture(), b.unmatched());
    if (b.isRanking()) {
      rank(b, out);
    }
    b.culprit().ifPresent(culprit -> print(culprit, b, out));
    b.accumulated().forEach(sentence -> out.println("- " + sentence));
    b.reproduction().ifPresent(folder -> out.printf("reproduction: %s%n", folder));
    if (b.holds() && !b.isRanking()) {
      out.printf(
          "no node differs%s (tolerated for %s: %s)%n",
          b.ranked().stream()
              .findFirst()
              .map(
                  node ->
                      "; the largest error is %s, at %s"
                          .formatted(number(node.error()), node.first().title()))
              .orElse(""),
          b.precision(),
          number(b.tolerance()));
    }
  }

  private static void rank(Bisection b, PrintWriter out) {
    out.println("layers by the error that they add");
    out.printf("%10s  %11s  %s%n", "error", "relative L2", "node");
    List<NodeDifference> ranked = b.ranked();
    for (NodeDifference node : ranked.subList(0, Math.min(MOST_RANKED, ranked.size()))) {
      out.printf(
          "%10s  %11s  %s%n",
          number(node.error()),
          node.difference().map(difference -> number(difference.relativeL2())).orElse("-"),
          node.first().title());
    }
    out.println();
  }

  private static void print(NodeDifference node, Bisection b, PrintWriter out) {
    out.printf(
        "the first node that differs: %s, which gives '%s' (%s)%n",
        node.first().title(), node.tensor(), node.shape());
    describe("A", node.first(), out);
    describe("B", node.second(), out);
    node.trouble().ifPresent(trouble -> out.println("  " + trouble));
    node.difference()
        .ifPresent(
            difference -> {
              out.printf("  output of A: %s%n", words(difference.first()));
              out.printf("  output of B: %s%n", words(difference.second()));
              out.printf(
                  "  error %s in channel %d (tolerated %s), relative L2 %s, largest difference %s"
                      + " at %s%n",
                  number(difference.error()),
                  difference.channel(),
                  b.isRanking() ? "any" : number(b.tolerance()),
                  number(difference.relativeL2()),
                  number(difference.maxAbs()),
                  difference.at());
            });
    if (node.seesPicture()) {
      out.println(
          "  it is computed from the picture itself: the cause may be how the picture is prepared"
              + " (channel order, scale, mean); verify without --bisect tries that");
    }
    List<NodeDifference> more = b.different().subList(1, b.different().size());
    if (!more.isEmpty()) {
      out.printf(
          "%d more: %s%s%n",
          more.size(),
          more.stream()
              .limit(MOST_NAMED)
              .map(one -> one.first().title())
              .collect(Collectors.joining(", ")),
          more.size() > MOST_NAMED ? ", …" : "");
    }
  }

  private static void describe(String letter, NodeDescription node, PrintWriter out) {
    out.printf("  in %s: %s%n", letter, node.title());
    if (!node.attributes().isEmpty()) {
      out.printf(
          "    attributes: %s%n",
          node.attributes().entrySet().stream()
              .map(attribute -> attribute.getKey() + " " + attribute.getValue())
              .collect(Collectors.joining("; ")));
    }
    List<String> inputs = node.inputs();
    out.printf(
        "    inputs: %s%s%n",
        inputs.stream().limit(MOST_INPUTS).collect(Collectors.joining(", ")),
        inputs.size() > MOST_INPUTS ? ", …" : "");
    List<String> before = node.before();
    if (!before.isEmpty()) {
      List<String> nearest = before.subList(Math.max(0, before.size() - MOST_NAMED), before.size());
      out.printf(
          "    together with %s%s%n",
          before.size() > MOST_NAMED
              ? "%d nodes before it, ".formatted(before.size() - MOST_NAMED)
              : "",
          String.join(", ", nearest));
    }
  }

  private static String words(ValueStatistics values) {
    return "%s to %s, mean %s%s"
        .formatted(
            number(values.min()),
            number(values.max()),
            number(values.mean()),
            values.nonFinite() == 0
                ? ""
                : ", %d values infinite or not a number".formatted(values.nonFinite()));
  }

  private static String number(double value) {
    return Double.isInfinite(value) ? "infinite" : String.format(Locale.ROOT, "%.3g", value);
  }

  // ---- JSON

  public static Map<String, Object> json(Bisection b) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("first", side(b.first()));
    object.put("second", side(b.second()));
    object.put("precision", b.precision().name());
    object.put("tolerance", finite(b.tolerance()));
    object.put("picture", b.picture());
    object.put("holds", b.holds());
    object.put("compared", b.nodes().size());
    object.put("unmatched", b.unmatched());
    object.put("culprit", b.culprit().map(BisectionPrinter::json).orElse(null));
    object.put("accumulated", b.accumulated());
    object.put("reproduction", b.reproduction().map(Object::toString).orElse(null));
    object.put("notes", b.notes());
    object.put("nodes", b.nodes().stream().map(BisectionPrinter::summary).toList());
    return object;
  }

  private static Map<String, Object> side(Bisection.Side side) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("file", side.file());
    object.put("engine", side.engine());
    return object;
  }

  /** What every node has; the culprit has more. */
  private static Map<String, Object> summary(NodeDifference node) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("tensor", node.tensor());
    object.put("shape", node.shape().dimensions());
    object.put("node", node.first().name());
    object.put("operator", node.first().operator());
    object.put("error", finite(node.error()));
    object.put(
        "relative_l2",
        node.difference().map(difference -> finite(difference.relativeL2())).orElse(null));
    object.put("differs", node.differs());
    object.put("judged", !node.byOrder());
    return object;
  }

  private static Map<String, Object> json(NodeDifference node) {
    Map<String, Object> object = summary(node);
    object.put("first", json(node.first()));
    object.put("second", json(node.second()));
    node.trouble().ifPresent(trouble -> object.put("trouble", trouble));
    node.difference().ifPresent(difference -> object.put("difference", json(difference)));
    object.put("sees_picture", node.seesPicture());
    return object;
  }

  private static Map<String, Object> json(NodeDescription node) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("node", node.name());
    object.put("operator", node.operator());
    object.put("attributes", node.attributes());
    object.put("inputs", node.inputs());
    object.put("together_with", node.before());
    return object;
  }

  private static Map<String, Object> json(TensorDifference difference) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("channel", difference.channel());
    object.put("max_abs", finite(difference.maxAbs()));
    object.put("at", difference.at());
    object.put("first", json(difference.first()));
    object.put("second", json(difference.second()));
    return object;
  }

  private static Map<String, Object> json(ValueStatistics values) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("min", finite(values.min()));
    object.put("max", finite(values.max()));
    object.put("mean", finite(values.mean()));
    object.put("non_finite", values.nonFinite());
    return object;
  }

  /** JSON has no infinity. */
  private static @Nullable Double finite(double value) {
    return Double.isFinite(value) ? value : null;
  }

  private BisectionPrinter() {}
}
