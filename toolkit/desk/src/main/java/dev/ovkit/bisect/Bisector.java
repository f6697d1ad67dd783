package dev.ovkit.bisect;

import dev.ovkit.ModelException;
import dev.ovkit.OvkitException;
import dev.ovkit.ir.WeightPrecision;
import dev.ovkit.picture.Picture;
import dev.ovkit.runtime.Shape;
import dev.ovkit.subject.PictureSource;
import dev.ovkit.verify.Tolerance;
import dev.ovkit.verify.VerifyOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.DoubleConsumer;

/**
 * Finds the node where two models begin to differ.
 *
 * <p>Tensors that have the same name in both are the same tensor. The first model computes all of
 * them for one picture. Then the second model is cut at each of them, and every piece gets the
 * first model's own numbers: so an error of one node is not carried to the next, and what differs
 * is what this node does. A large model is worked through in portions, from the picture on.
 */
public final class Bisector {

  private static final long LEAST_PORTION = 16L << 20;
  private static final long MOST_PORTION = 256L << 20;

  private final GraphSide first;
  private final GraphSide second;
  private final double tolerance;
  private final List<String> tensors;
  private final Set<String> cuts;
  private final Map<String, NodeDifference> found = new HashMap<>();

  private Bisector(Sides sides, double tolerance) {
    this.first = sides.first;
    this.second = sides.second;
    this.tolerance = tolerance;
    Set<String> known = new HashSet<>(second.tensors());
    this.tensors = first.tensors().stream().filter(known::contains).toList();
    this.cuts = Collections.unmodifiableSet(new LinkedHashSet<>(tensors)); // in their order
  }

  /**
   * Compares two models tensor by tensor, on one picture.
   *
   * @param options of a comparison; {@code relativeL2} is the largest error that a node may add
   * @param folder where the first node that differs is written, with its numbers; a new folder
   * @param progress receives the share that is done, 0 to 1
   * @throws ModelException if one of the two cannot be read or run, or they have no tensor in
   *     common
   * @throws dev.ovkit.PictureException if the picture cannot be read
   * @throws dev.ovkit.OutputException if the folder is there already, or cannot be written
   */
  public static Bisection bisect(
      VerifyOptions options, PictureSource source, Optional<Path> folder, DoubleConsumer progress) {
    folder.ifPresent(Reproduction::require);
    try (Picture picture = source.open();
        Sides sides = Sides.open(options, picture)) {
      WeightPrecision precision = coarser(sides.first.precision(), sides.second.precision());
      boolean alike = sides.first.precision() == sides.second.precision();
      double tolerance = options.relativeL2().orElse(tolerance(precision, alike));
      Bisector bisector = new Bisector(sides, tolerance);
      bisector.require();
      bisector.run(progress);
      Bisection bisection =
          bisector.bisection(
              source,
              precision,
              bisector.accumulated(
                  options.relativeL2().orElse(Tolerance.of(precision).relativeL2())),
              sides.notes);
      return folder.isPresent() && bisection.culprit().isPresent()
          ? bisector.withReproduction(bisection, folder.get())
          : bisection;
    }
  }

  private static WeightPrecision coarser(WeightPrecision a, WeightPrecision b) {
    return a.compareTo(b) > 0 ? a : b;
  }

  /**
   * The largest error that a node may add if nobody says otherwise. Between two engines in f32 a
   * node adds up to 1e-5; the rounding of its weights to f16 costs up to 1e-3. What 8-bit weights
   * cost is ranked, not judged, unless both models have them.
   */
  private static double tolerance(WeightPrecision precision, boolean alike) {
    return switch (precision) {
      case FP32 -> 1e-4;
      case FP16 -> 5e-3;
      case INT8 -> alike ? 5e-3 : Double.POSITIVE_INFINITY;
    };
  }

  private void require() {
    if (tensors.isEmpty()) {
      throw new ModelException(
          "'%s' and '%s' have no tensor in common: not one of the %d floating-point tensors of the first has the name of one of the %d of the second; give two models that were made from the same ONNX"
              .formatted(
                  first.file(), second.file(), first.tensors().size(), second.tensors().size()));
    }
  }

  // ---- comparing

  private void run(DoubleConsumer progress) {
    int done = 0;
    progress.accept(0);
    while (done < tensors.size()) {
      List<String> portion = portion(done);
      Set<String> needed = new LinkedHashSet<>(portion);
      portion.forEach(tensor -> needed.addAll(second.sources(tensor, cuts)));
      compare(portion, first.compute(Map.of(), needed));
      done += portion.size();
      progress.accept((double) done / tensors.size());
    }
  }

  /** As many tensors as can be held, with those that they are computed from. */
  private List<String> portion(int from) {
    long most =
        Math.max(LEAST_PORTION, Math.min(MOST_PORTION, Runtime.getRuntime().maxMemory() / 8));
    Set<String> held = new HashSet<>();
    long bytes = 0;
    int to = from;
    while (to < tensors.size()) {
      List<String> more = new ArrayList<>(second.sources(tensors.get(to), cuts));
      more.add(tensors.get(to));
      for (String tensor : more) {
        bytes += held.add(tensor) ? first.bytes(tensor) : 0;
      }
      if (bytes > most && to > from) {
        break;
      }
      to++;
    }
    return tensors.subList(from, to);
  }

  /** Where an engine refuses several tensors at once, the one that it refuses is looked for. */
  private void compare(List<String> portion, Map<String, TensorValues> truth) {
    Map<String, TensorValues> given = new LinkedHashMap<>();
    for (String tensor : portion) {
      for (String source : second.sources(tensor, cuts)) {
        given.put(source, value(truth, source));
      }
    }
    Map<String, TensorValues> results;
    try {
      results = second.compute(given, portion);
    } catch (OvkitException e) {
      if (portion.size() > 1) {
        int middle = portion.size() / 2;
        compare(portion.subList(0, middle), truth);
        compare(portion.subList(middle, portion.size()), truth);
      } else {
        String tensor = portion.get(0);
        found.put(
            tensor,
            incomparable(
                tensor,
                value(truth, tensor).shape(),
                "'%s' cannot compute it from the numbers of '%s': %s"
                    .formatted(second.file(), first.file(), e.getMessage())));
      }
      return;
    }
    for (String tensor : portion) {
      found.put(tensor, compared(tensor, value(truth, tensor), value(results, tensor)));
    }
  }

  private static TensorValues value(Map<String, TensorValues> values, String tensor) {
    return Objects.requireNonNull(values.get(tensor), tensor);
  }

  private NodeDifference compared(String tensor, TensorValues a, TensorValues b) {
    if (!a.shape().equals(b.shape())) {
      return incomparable(
          tensor,
          a.shape(),
          "it is %s in '%s', but %s in '%s'"
              .formatted(
                  a.shape().bracketed(), first.file(), b.shape().bracketed(), second.file()));
    }
    TensorDifference difference = TensorDifference.of(a, b);
    boolean byOrder = first.picksByOrder(tensor, cuts) || second.picksByOrder(tensor, cuts);
    boolean beyond = difference.error() > tolerance || Double.isInfinite(difference.error());
    return new NodeDifference(
        tensor,
        a.shape(),
        first.describe(tensor, cuts),
        second.describe(tensor, cuts),
        Optional.of(difference),
        Optional.empty(),
        beyond && !byOrder,
        seesPicture(tensor),
        byOrder);
  }

  private NodeDifference incomparable(String tensor, Shape shape, String trouble) {
    return new NodeDifference(
        tensor,
        shape,
        first.describe(tensor, cuts),
        second.describe(tensor, cuts),
        Optional.empty(),
        Optional.of(trouble),
        true,
        seesPicture(tensor),
        false);
  }

  private boolean seesPicture(String tensor) {
    return first.seesPicture(tensor, cuts) || second.seesPicture(tensor, cuts);
  }

  /** Outputs that differ by themselves though no node does. */
  private List<String> accumulated(double most) {
    Collection<String> outputs = first.outputs().stream().filter(cuts::contains).toList();
    boolean clean = found.values().stream().noneMatch(node -> node.differs() || node.byOrder());
    if (!clean || outputs.isEmpty() || Double.isInfinite(tolerance) || Double.isInfinite(most)) {
      return List.of();
    }
    Map<String, TensorValues> a = first.compute(Map.of(), outputs);
    Map<String, TensorValues> b = second.compute(Map.of(), outputs);
    List<String> differ = new ArrayList<>();
    for (String output : outputs) {
      double error = TensorDifference.of(value(a, output), value(b, output)).relativeL2();
      if (!(error <= most)) {
        differ.add(
            String.format(
                Locale.ROOT,
                "output '%s' differs though no node does: relative L2 %.2g (tolerated %.2g); the differences of many nodes add up, or OpenVINO computes several nodes as one in another way",
                output,
                error,
                most));
      }
    }
    return differ;
  }

  private Bisection bisection(
      PictureSource source,
      WeightPrecision precision,
      List<String> accumulated,
      List<String> noted) {
    List<String> notes = new ArrayList<>(noted);
    long byOrder = found.values().stream().filter(NodeDifference::byOrder).count();
    if (byOrder > 0) {
      notes.add(
          "tensors that depend on the order of scores (TopK, NMS), and so are not judged: %d; engines put equal scores in different orders"
              .formatted(byOrder));
    }
    return new Bisection(
        new Bisection.Side(first.file().toString(), first.engine()),
        new Bisection.Side(second.file().toString(), second.engine()),
        precision,
        tolerance,
        source.name(),
        tensors.stream().map(tensor -> Objects.requireNonNull(found.get(tensor))).toList(),
        first.tensors().size() - tensors.size(),
        accumulated,
        notes,
        Optional.empty());
  }

  // ---- the reproduction

  private Bisection withReproduction(Bisection done, Path folder) {
    NodeDifference culprit = done.culprit().orElseThrow();
    Set<String> needed = new LinkedHashSet<>(first.sources(culprit.tensor(), cuts));
    needed.addAll(second.sources(culprit.tensor(), cuts));
    needed.add(culprit.tensor());
    Map<String, TensorValues> truth = first.compute(Map.of(), needed);
    new Reproduction(done, culprit, truth, folder)
        .write(
            first,
            first.sources(culprit.tensor(), cuts),
            second,
            second.sources(culprit.tensor(), cuts));
    return new Bisection(
        done.first(),
        done.second(),
        done.precision(),
        done.tolerance(),
        done.picture(),
        done.nodes(),
        done.unmatched(),
        done.accumulated(),
        done.notes(),
        Optional.of(folder));
  }
}
