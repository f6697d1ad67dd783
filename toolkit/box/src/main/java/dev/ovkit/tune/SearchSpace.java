package dev.ovkit.tune;

import dev.ovkit.CompileOptions.Hint;
import dev.ovkit.CompileOptions.Precision;
import dev.ovkit.head.Head;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.model.HeadLayout;
import dev.ovkit.model.InputSize;
import dev.ovkit.model.Resize;
import dev.ovkit.tune.TuneReport.Trial;
import dev.ovkit.vision.Tuning;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The settings that are tried, one kind after the other.
 *
 * @param aspects of the pictures, which are read when they are asked for
 * @param noted receives what cannot be tried
 */
record SearchSpace(
    TuneOptions options, DefaultRun probe, Supplier<List<Double>> aspects, Consumer<Trial> noted) {

  /**
   * A kind of setting.
   *
   * @param variants of what is best until then
   */
  record Kind(String what, Function<Candidate, List<Tuning>> variants) {}

  /** Returns the kinds in the order in which they are tried. */
  List<Kind> kinds() {
    List<Kind> kinds = new ArrayList<>();
    if (options.target() == Hint.LATENCY) {
      kinds.add(new Kind("threads", this::threads));
    } else {
      kinds.add(new Kind("streams", this::streams));
      kinds.add(new Kind("requests", SearchSpace::requests));
    }
    kinds.add(new Kind("pinning", SearchSpace::pinning));
    if (probe.processors().performance().size() > probe.processors().cores()) {
      kinds.add(new Kind("hyper-threading", this::hyperThreading));
    }
    if (options.bf16()) {
      kinds.add(
          new Kind("precision", best -> List.of(best.tuning().withPrecision(Precision.BF16))));
    }
    if (options.rectangular()) {
      kinds.add(new Kind("input", this::rectangular));
    }
    return kinds;
  }

  private List<Tuning> threads(Candidate best) {
    return counts(probe.threads()).stream()
        .filter(count -> count != best.settings().threads())
        .map(best.tuning()::withThreads)
        .toList();
  }

  private List<Tuning> streams(Candidate best) {
    List<Tuning> variants = new ArrayList<>();
    for (int threads : new TreeSet<>(List.of(probe.threads(), probe.cores()))) {
      for (int streams : counts(threads)) {
        if (streams != best.settings().streams() || threads != best.settings().threads()) {
          variants.add(best.tuning().withThreads(threads).withStreams(streams));
        }
      }
    }
    return variants;
  }

  private static List<Tuning> requests(Candidate best) {
    int streams = best.settings().streams();
    return new TreeSet<>(List.of(streams, streams + 1, 2 * streams))
        .stream()
            .filter(count -> count != best.settings().requests())
            .map(best.tuning()::withRequests)
            .toList();
  }

  private static List<Tuning> pinning(Candidate best) {
    return List.of(best.tuning().withPinning(!best.settings().pinning()));
  }

  /** Where a core may hold two threads, as many threads as that makes. */
  private List<Tuning> hyperThreading(Candidate best) {
    boolean wanted = !best.settings().hyperThreading();
    return List.of(
        best.tuning()
            .withHyperThreading(wanted)
            .withThreads(wanted ? probe.threads() : probe.cores()));
  }

  /** 1, 2, 4 and so on, the cores, and the most. */
  private List<Integer> counts(int most) {
    TreeSet<Integer> counts = new TreeSet<>(List.of(Math.min(probe.cores(), most), most));
    for (int count = 1; count < most; count *= 2) {
      counts.add(count);
    }
    return List.copyOf(counts);
  }

  private List<Tuning> rectangular(Candidate best) {
    DetectorSpec spec = probe.spec();
    if (spec.resize().mode() == Resize.Mode.STRETCH) {
      return impossible(best, "pictures are stretched to the IR's input");
    }
    if (spec.resize().mode() == Resize.Mode.CENTRE_CROP) {
      return impossible(best, "pictures are cropped to the IR's input");
    }
    InputSize own = new InputSize(spec.inputWidth(), spec.inputHeight());
    InputSize size = shaped(own);
    return size.equals(own)
        ? impossible(best, "together the pictures need the IR's own " + own)
        : List.of(best.tuning().withInput(size));
  }

  /** The shape of the pictures, on the same scale, in whole steps of the stride. */
  private InputSize shaped(InputSize own) {
    double width = 1;
    double height = 1;
    for (double aspect : aspects.get()) {
      width = Math.max(width, Math.min(own.width(), own.height() * aspect));
      height = Math.max(height, Math.min(own.height(), own.width() / aspect));
    }
    int stride = stride(probe.spec().layout());
    return new InputSize(
        Math.min(own.width(), stride * (int) Math.ceil(width / stride - 1e-9)),
        Math.min(own.height(), stride * (int) Math.ceil(height / stride - 1e-9)));
  }

  /**
   * Returns an input in the shape of the pictures that would be worth a trial, if none was asked
   * for.
   */
  Optional<InputSize> proposal() {
    DetectorSpec spec = probe.spec();
    Resize.Mode mode = spec.resize().mode();
    if (options.rectangular()
        || options.pictures().isEmpty()
        || mode == Resize.Mode.STRETCH
        || mode == Resize.Mode.CENTRE_CROP) {
      return Optional.empty();
    }
    InputSize own = new InputSize(spec.inputWidth(), spec.inputHeight());
    return Optional.of(shaped(own)).filter(size -> !size.equals(own));
  }

  private List<Tuning> impossible(Candidate best, String reason) {
    noted.accept(Trial.impossible("input", best.tuning(), reason));
    return List.of();
  }

  private static int stride(HeadLayout layout) {
    List<Head> heads = layout.heads();
    return heads.stream().mapToInt(Head::stride).max().orElse(32);
  }
}
