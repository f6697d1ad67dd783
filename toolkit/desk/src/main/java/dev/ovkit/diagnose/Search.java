package dev.ovkit.diagnose;

import dev.ovkit.model.Colour;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.model.Normalization;
import dev.ovkit.model.Resize;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tries hypotheses alone, then in pairs, then the best pairs with a third; stops where the boxes
 * fit.
 */
final class Search {

  /** So good that nothing more is looked for. */
  private static final double FITS = 0.93;

  /** So good that it is no coincidence. */
  private static final double SURE = 0.97;

  /** The pairs that are tried with a third change. */
  private static final int BEST_PAIRS = 10;

  /** Of the ways to take a range, those that pairs are made of: the usual ones come first. */
  private static final int RANGES_IN_PAIRS = 9;

  private final Network network;
  private final Evidence evidence;
  private final Map<Reading, Fit> known = new HashMap<>();
  private final List<Trial> trials = new ArrayList<>();

  Search(Network network, Evidence evidence) {
    this.network = network;
    this.evidence = evidence;
  }

  List<Trial> trials() {
    return trials;
  }

  Trial tryOut(Reading reading, List<Hypothesis> changes) {
    @Nullable Fit fit = known.get(reading);
    if (fit == null) {
      fit = evidence.fit(network, reading);
      known.put(reading, fit);
    }
    Trial trial = new Trial(reading, changes, fit);
    trials.add(trial);
    return trial;
  }

  /**
   * Tries what the shapes allow, for an IR that cannot be read as it is: with the input that its
   * metadata says, else with the usual ones.
   */
  List<Trial> starts(
      List<OutputReading> outputs, @Nullable DetectorSpec told, String why, Evidence judge) {
    List<InputReading> inputs = new ArrayList<>();
    if (told != null) {
      inputs.add(
          new InputReading(
              told.inputColour(), told.normalization(), told.resize(), network.arrangement()));
    } else {
      Resize topLeft = new Resize(Resize.Mode.LETTERBOX_TOP_LEFT, Resize.LETTERBOX.padValue());
      for (Resize resize : List.of(Resize.LETTERBOX, topLeft)) {
        for (Normalization range : List.of(Normalization.TO_UNIT, Normalization.NONE)) {
          for (Colour colour : List.of(Colour.RGB, Colour.BGR)) {
            inputs.add(new InputReading(colour, range, resize, network.arrangement()));
          }
        }
      }
    }
    List<Trial> starts = new ArrayList<>();
    for (InputReading input : inputs) {
      for (OutputReading output : outputs) {
        List<String> labels =
            told != null && told.labels().size() == output.classes() ? told.labels() : List.of();
        Reading reading =
            new Reading(input, output, labels, judge.confidence(), DetectorSpec.DEFAULT_IOU);
        starts.add(
            tryOut(
                reading,
                List.of(
                    new Hypothesis(
                        Setting.LAYOUT,
                        Hypotheses.describe(output) + (told == null ? "; fed " + fed(input) : ""),
                        why + "; these fit: " + Hypotheses.describe(output),
                        r -> reading))));
      }
    }
    return starts;
  }

  private static String fed(InputReading input) {
    return "%s, %s, letterbox %s"
        .formatted(
            input.colour(),
            input.normalization().isNone() ? "0..255" : "divided by 255",
            input.resize().mode().word());
  }

  /**
   * Returns the best reading that is one change away. Settings are tried in the order given, whose
   * first cost no inference; where one of them fits beyond doubt, the inputs after it are not
   * tried.
   */
  Trial singles(Trial start, List<Hypothesis> hypotheses) {
    Trial best = start;
    @Nullable Setting last = null;
    for (Hypothesis h : hypotheses) {
      double agreement = best.fit().agreement();
      boolean sure = agreement >= SURE && 1 - agreement < 0.25 * (1 - start.fit().agreement());
      if (sure && h.setting() != last && !keepsInput(start, h)) {
        break;
      }
      last = h.setting();
      best = better(best, tryOut(h.change().apply(start.reading()), with(start, List.of(h))));
    }
    return best;
  }

  /**
   * Tries what else an IR may be that does not say what it is: each layout that the shapes allow,
   * with the input that its family takes, as it is and with one more change.
   */
  Trial families(Trial start, Structures structures) {
    Resize topLeft = new Resize(Resize.Mode.LETTERBOX_TOP_LEFT, Resize.LETTERBOX.padValue());
    InputReading.Arrangement arrangement = network.arrangement();
    InputReading yolov5 =
        new InputReading(Colour.RGB, Normalization.TO_UNIT, Resize.LETTERBOX, arrangement);
    InputReading yolox = new InputReading(Colour.BGR, Normalization.NONE, topLeft, arrangement);
    Trial best = start;
    for (InputReading input : List.of(yolov5, yolox)) {
      for (OutputReading output : structures.all()) {
        boolean belongs =
            switch (output.decoding()) {
              case YOLOX -> input == yolox;
              case YOLOV5 -> input == yolov5;
              default -> true;
            };
        Reading now = start.reading();
        List<String> labels = now.labels().size() == output.classes() ? now.labels() : List.of();
        Reading reading = new Reading(input, output, labels, now.confidence(), now.iou());
        if (!belongs || reading.equals(now)) {
          continue;
        }
        boolean sameLayout =
            output.order() == now.output().order() && output.classes() == now.output().classes();
        String what = Hypotheses.describe(output) + "; fed " + fed(input);
        Hypothesis family =
            new Hypothesis(
                sameLayout ? Setting.DECODING : Setting.LAYOUT,
                what,
                "the IR does not say it, and it was assumed wrongly; it is: " + what,
                r -> reading);
        Trial trial = tryOut(reading, with(start, List.of(family)));
        best = better(best, trial);
        for (Hypothesis h : Hypotheses.of(reading, structures)) {
          if (h.setting() != Setting.DECODING && keepsInput(trial, h)) {
            best = better(best, tryOut(h.change().apply(reading), with(trial, List.of(h))));
          }
        }
      }
    }
    return best;
  }

  /**
   * Tries whether colour and scale, of which the IR says nothing, were assumed wrongly: as they
   * are, and the usual ones with one more change to the outputs. This is what an IR of Model
   * Optimizer looks like.
   */
  Trial assumedInputs(Trial start, List<Hypothesis> hypotheses) {
    List<List<Hypothesis>> combinations = new ArrayList<>();
    for (Hypothesis range : hypotheses) {
      if (range.setting() != Setting.RANGE || !InputRanges.isUsual(range.value())) {
        continue;
      }
      for (Hypothesis colour : hypotheses) {
        if (colour.setting() == Setting.COLOUR) {
          combinations.add(List.of(colour, range));
        }
      }
    }
    for (Hypothesis h : hypotheses) {
      if (h.setting() == Setting.COLOUR) {
        combinations.add(List.of(h));
      }
      if (h.setting() == Setting.RANGE && InputRanges.isUsual(h.value())) {
        combinations.add(List.of(h));
      }
    }
    List<List<Hypothesis>> all = new ArrayList<>(combinations);
    for (Hypothesis range : hypotheses) {
      if (range.setting() == Setting.RANGE && !InputRanges.isUsual(range.value())) {
        all.add(List.of(range));
        for (Hypothesis colour : hypotheses) {
          if (colour.setting() == Setting.COLOUR) {
            all.add(List.of(colour, range));
          }
        }
      }
    }
    for (Hypothesis h : hypotheses) {
      if (keepsInput(start, h)) {
        for (List<Hypothesis> input : combinations) {
          List<Hypothesis> more = new ArrayList<>(input);
          more.add(h);
          all.add(more);
        }
      }
    }
    List<Trial> tried = tryAll(start, all);
    return tried.isEmpty() ? start : tried.get(0);
  }

  /** Returns the best reading that is two changes away, or three where two do not suffice. */
  Trial pairs(Trial start, List<Hypothesis> hypotheses) {
    List<Hypothesis> used = fewerRanges(hypotheses);
    List<List<Hypothesis>> twos = new ArrayList<>();
    for (int i = 0; i < used.size(); i++) {
      for (int j = i + 1; j < used.size(); j++) {
        if (go(used.get(i), used.get(j))) {
          twos.add(List.of(used.get(i), used.get(j)));
        }
      }
    }
    List<Trial> pairs = tryAll(start, twos);
    if (pairs.isEmpty() || pairs.get(0).fit().agreement() >= FITS) {
      return pairs.isEmpty() ? start : pairs.get(0);
    }
    List<List<Hypothesis>> threes = new ArrayList<>();
    for (Trial pair : pairs.subList(0, Math.min(BEST_PAIRS, pairs.size()))) {
      List<Hypothesis> two = pair.changes().subList(start.changes().size(), pair.changes().size());
      for (Hypothesis third : used) {
        if (two.stream().allMatch(h -> go(h, third))) {
          threes.add(List.of(two.get(0), two.get(1), third));
        }
      }
    }
    List<Trial> triples = tryAll(start, threes);
    // Among this many triples one fits half by chance.
    return triples.isEmpty() || triples.get(0).fit().agreement() < FITS
        ? pairs.get(0)
        : better(pairs.get(0), triples.get(0));
  }

  /**
   * Tries combinations, input by input, for a new input costs an inference; ends early where the
   * boxes fit beyond doubt. Best first.
   */
  private List<Trial> tryAll(Trial start, List<List<Hypothesis>> combinations) {
    Map<InputReading, List<List<Hypothesis>>> byInput = new LinkedHashMap<>();
    byInput.put(start.reading().input(), new ArrayList<>());
    for (List<Hypothesis> changes : combinations) {
      byInput
          .computeIfAbsent(apply(start, changes).input(), input -> new ArrayList<>())
          .add(changes);
    }
    List<Trial> tried = new ArrayList<>();
    for (List<List<Hypothesis>> group : byInput.values()) {
      boolean sure = false;
      for (List<Hypothesis> changes : group) {
        Trial trial =
            tryOut(
                apply(start, changes),
                with(
                    start,
                    changes.stream().sorted(Comparator.comparing(Hypothesis::setting)).toList()));
        tried.add(trial);
        sure |= trial.fit().agreement() >= SURE;
      }
      if (sure) {
        break;
      }
    }
    tried.sort(Comparator.comparingDouble((Trial t) -> t.fit().agreement()).reversed());
    return tried;
  }

  private static boolean keepsInput(Trial start, Hypothesis h) {
    return h.change().apply(start.reading()).input().equals(start.reading().input());
  }

  private static List<Hypothesis> fewerRanges(List<Hypothesis> hypotheses) {
    List<Hypothesis> fewer = new ArrayList<>();
    int ranges = 0;
    for (Hypothesis h : hypotheses) {
      if (h.setting() != Setting.RANGE || ranges++ < RANGES_IN_PAIRS) {
        fewer.add(h);
      }
    }
    return fewer;
  }

  /** Two values of one setting exclude each other; a new layout replaces all that is read out. */
  private static boolean go(Hypothesis a, Hypothesis b) {
    return a.setting() != b.setting()
        && !(a.setting() == Setting.PAD && b.setting().ordinal() > Setting.PAD.ordinal())
        && !(b.setting() == Setting.PAD && a.setting().ordinal() > Setting.PAD.ordinal());
  }

  /** In a fixed order: a layout before what is changed about it, a colour before its mean. */
  private static Reading apply(Trial start, List<Hypothesis> changes) {
    Reading reading = start.reading();
    for (Hypothesis h :
        changes.stream().sorted(Comparator.comparing(Hypothesis::setting)).toList()) {
      reading = h.change().apply(reading);
    }
    return reading;
  }

  private static List<Hypothesis> with(Trial start, List<Hypothesis> changes) {
    List<Hypothesis> all = new ArrayList<>(start.changes());
    all.addAll(changes);
    return all;
  }

  /** Of equals the earlier one: fewer changes, and the commoner fault. */
  static Trial better(Trial a, Trial b) {
    return b.fit().agreement() > a.fit().agreement() + 1e-6 ? b : a;
  }
}
