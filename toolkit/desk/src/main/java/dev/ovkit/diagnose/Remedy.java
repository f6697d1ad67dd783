package dev.ovkit.diagnose;

import dev.ovkit.diagnose.OutputReading.Decoding;
import dev.ovkit.internal.text.ShellWord;
import dev.ovkit.ir.IrDescription;
import dev.ovkit.model.Colour;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The commands that fix what was found. */
final class Remedy {

  private static final Set<Setting> AT_LOAD =
      Set.of(
          Setting.COLOUR,
          Setting.RANGE,
          Setting.RESIZE,
          Setting.PAD,
          Setting.ANCHORS,
          Setting.THRESHOLDS);

  /**
   * Returns command lines, the quickest first.
   *
   * @param onnx the reference; null if there is none
   */
  static List<String> commands(
      Path ir, Path picture, @Nullable Path onnx, @Nullable Reading present, Trial trial) {
    Reading found = trial.reading();
    List<String> commands = new ArrayList<>();
    if (present != null && AT_LOAD.containsAll(trial.settings()) && isOnCommandLine(trial)) {
      commands.add(infer(ir, picture, present, found));
    }
    if (trial.settings().equals(Set.of(Setting.THRESHOLDS))) {
      return commands; // converting again gives the same thresholds
    }
    commands.add(
        "ovkit convert %s%s"
            .formatted(onnx == null ? "MODEL.onnx" : ShellWord.of(onnx), convertFlags(ir, trial)));
    return commands;
  }

  /** The command that reads an IR as it was found, where it would be read otherwise. */
  static String infer(Path ir, Path picture, @Nullable Reading present, Reading found) {
    return "ovkit infer --ir %s --image %s%s"
        .formatted(
            ShellWord.of(ir),
            ShellWord.of(picture),
            present == null ? "" : inferFlags(present, found));
  }

  /** Anchors inside a graph cannot be seen from outside. */
  private static boolean isOnCommandLine(Trial trial) {
    return !trial.settings().contains(Setting.ANCHORS)
        || trial.reading().output().decoding() == Decoding.YOLOV5;
  }

  private static String inferFlags(Reading present, Reading found) {
    StringBuilder flags = new StringBuilder();
    InputReading a = present.input();
    InputReading b = found.input();
    if (a.colour() != b.colour()) {
      flags.append(" --input-colour ").append(b.colour());
    }
    if (!a.normalization().equals(b.normalization())) {
      flags.append(values(b.normalization().mean(), "--mean", "--mean", "0"));
      flags.append(values(b.normalization().scale(), "--scale", "--scale-values", "1"));
    }
    if (a.resize().mode() != b.resize().mode()) {
      flags.append(" --letterbox ").append(b.resize().mode().word());
    }
    if (a.resize().padValue() != b.resize().padValue()) {
      flags.append(" --pad ").append(b.resize().padValue());
    }
    if (present.confidence() != found.confidence() || present.iou() != found.iou()) {
      flags.append(" --conf 0.25 --iou 0.45");
    }
    if (!present.output().blocks().equals(found.output().blocks())) {
      flags
          .append(" --anchors '")
          .append(Hypotheses.text(found.output().byStride().stream().map(Block::priors).toList()))
          .append('\'');
    }
    return flags.toString();
  }

  private static String values(List<Float> values, String one, String three, String nothing) {
    return values.isEmpty()
        ? " " + one + " " + nothing
        : " "
            + (values.size() == 1 ? one : three)
            + (values.get(0) < 0 ? "=" : " ")
            + values.stream().map(Remedy::number).collect(Collectors.joining(","));
  }

  /** convert itself decides what the family requires; what a graph cannot show is named. */
  private static String convertFlags(Path ir, Trial trial) {
    StringBuilder flags = new StringBuilder();
    for (Hypothesis h : trial.changes()) {
      switch (h.setting()) {
        case RESIZE ->
            flags.append(" --letterbox ").append(trial.reading().input().resize().mode().word());
        case PAD -> flags.append(" --pad ").append(trial.reading().input().resize().padValue());
        case LABELS -> flags.append(" --labels LABELS.txt");
        case COLOUR ->
            trainedOn(ir, trial.reading().input().colour())
                .ifPresent(colour -> flags.append(" --model-colour ").append(colour));
        case RANGE ->
            InputRanges.all().stream()
                .filter(r -> r.title().equals(h.value()) && r.wanted().startsWith("--mean"))
                .findFirst()
                .ifPresent(r -> flags.append(' ').append(r.wanted()));
        default -> {
          // convert does it by itself
        }
      }
    }
    return flags.toString();
  }

  /**
   * The order of channels that the network wants, where the IR says whether it reverses them; the
   * conversion that made it would take the other one again.
   */
  private static Optional<Colour> trainedOn(Path ir, Colour taken) {
    String reversed = IrDescription.read(ir).section(IrDescription.OVKIT).get("reversed_channels");
    return Optional.ofNullable(reversed)
        .map(word -> Boolean.parseBoolean(word) ? taken.reversed() : taken);
  }

  static String number(float value) {
    return value == Math.rint(value)
        ? Long.toString((long) value)
        : new BigDecimal(Float.toString(value)).toPlainString();
  }

  private Remedy() {}
}
