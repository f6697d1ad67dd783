package dev.ovkit.convert;

import dev.ovkit.OptionException;
import dev.ovkit.internal.text.EditDistance;
import dev.ovkit.ir.WeightPrecision;
import dev.ovkit.runtime.Shape;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A command line of Model Optimizer, as people have it in their scripts.
 *
 * <p>What the pinned mo (2024.6) knows goes to it as it is; {@code --data_type}, which it no longer
 * knows, means the same as {@code --compress_to_fp16}; a choice of optimisations that mo no longer
 * leaves to its user is dropped, with a note; what is about another framework is refused. As in mo,
 * an option can be shortened as long as it stays unambiguous, and FP16 is the default.
 */
public final class MoCommandLine {

  private static final String EXAMPLE =
      "mo --input_model PPLcnet-yolo.onnx -s 255 --reverse_input_channels --output"
          + " Conv_462,Conv_478,Conv_494";

  private final Map<String, String> values;
  private final List<Decision> notes;

  private MoCommandLine(Map<String, String> values, List<Decision> notes) {
    this.values = values;
    this.notes = List.copyOf(notes);
  }

  // ---- reading

  /**
   * Reads a command line.
   *
   * @param words without the name of the program
   * @throws OptionException if it is not one that mo would take for an ONNX
   */
  public static MoCommandLine parse(List<String> words) {
    Map<String, String> values = new LinkedHashMap<>();
    List<Decision> notes = new ArrayList<>();
    for (int i = 0; i < words.size(); i++) {
      Word word = Word.of(words.get(i));
      MoFlag flag = word.flag();
      String value = word.value().orElse(null);
      boolean more = i + 1 < words.size() && !isOption(words.get(i + 1));
      if (value == null && flag.value() != MoFlag.Value.NONE && more) {
        value = words.get(++i);
      }
      if (value == null && flag.value() == MoFlag.Value.NEEDED) {
        throw new OptionException("mo: --%s needs a value".formatted(flag.name()));
      }
      if (value != null && flag.value() == MoFlag.Value.NONE) {
        throw new OptionException(
            "mo: --%s takes no value, not '%s'".formatted(flag.name(), value));
      }
      take(flag, value == null ? "" : value, values, notes);
    }
    MoCommandLine line = new MoCommandLine(values, notes);
    line.check();
    return line;
  }

  /** A negative number is a value. */
  private static boolean isOption(String word) {
    return word.startsWith("-") && !word.matches("-[0-9.].*");
  }

  /** One word that begins with a dash, and the value written into it. */
  private record Word(MoFlag flag, Optional<String> value) {

    static Word of(String word) {
      if (!isOption(word)) {
        throw new OptionException(
            "mo: '%s' belongs to no option; expected a command line such as %s"
                .formatted(word, EXAMPLE));
      }
      if (!word.startsWith("--")) {
        String letter = word.substring(1, Math.min(2, word.length()));
        Optional<String> rest =
            Optional.of(word.substring(1 + letter.length())).filter(text -> !text.isEmpty());
        return new Word(
            MoFlag.ALL.stream()
                .filter(flag -> flag.letters().contains(letter))
                .findFirst()
                .orElseThrow(() -> unknown(word)),
            rest);
      }
      String[] parts = word.substring(2).split("=", 2);
      return new Word(
          named(parts[0], word), parts.length == 2 ? Optional.of(parts[1]) : Optional.empty());
    }

    private static MoFlag named(String name, String word) {
      List<MoFlag> meant = MoFlag.ALL.stream().filter(f -> f.name().equals(name)).toList();
      if (meant.isEmpty() && !name.isEmpty()) {
        meant = MoFlag.ALL.stream().filter(f -> f.name().startsWith(name)).toList();
      }
      if (meant.size() > 1) {
        throw new OptionException(
            "mo: --%s is short for %s; write it out"
                .formatted(
                    name,
                    meant.stream().map(f -> "--" + f.name()).collect(Collectors.joining(", "))));
      }
      if (meant.isEmpty()) {
        throw unknown(word);
      }
      return meant.get(0);
    }

    private static OptionException unknown(String word) {
      String typed = word.replaceAll("^-+|=.*$", "").replace('-', '_');
      String near =
          MoFlag.ALL.stream()
              .map(MoFlag::name)
              .filter(name -> EditDistance.between(typed, name) <= Math.max(1, typed.length() / 3))
              .min(Comparator.comparingInt(name -> EditDistance.between(typed, name)))
              .map(name -> "; did you mean --" + name + "?")
              .orElse("; see 'ovkit mo --help'");
      return new OptionException("mo has no option '%s'%s".formatted(word, near));
    }
  }

  private static void take(
      MoFlag flag, String value, Map<String, String> values, List<Decision> notes) {
    String name = "--" + flag.name();
    switch (flag.fate()) {
      case PASSED -> values.put(flag.name(), value);
      case TRANSLATED -> values.put(flag.name(), type(value).name());
      case DROPPED -> notes.add(Decision.dropped(name));
      case NOT_ONNX ->
          throw new OptionException(
              "mo: %s does not apply to an ONNX model; leave it out".formatted(name));
      case GONE ->
          throw new OptionException(
              "mo: %s asks for the old frontend or IR, which the pinned mo 2024.6 does not offer for ONNX; leave it out"
                  .formatted(name));
    }
  }

  private static WeightPrecision type(String value) {
    return switch (value.toUpperCase(Locale.ROOT)) {
      case "FP16", "HALF" -> WeightPrecision.FP16;
      case "FP32", "FLOAT" -> WeightPrecision.FP32;
      default ->
          throw new OptionException(
              "mo: --data_type %s: expected FP16, half, FP32 or float".formatted(value));
    };
  }

  private void check() {
    if (!values.containsKey("input_model")) {
      throw new OptionException(
          "mo: --input_model is missing; expected a command line such as " + EXAMPLE);
    }
    if (!values.getOrDefault("framework", "onnx").equalsIgnoreCase("onnx")) {
      throw new OptionException(
          "mo: --framework %s: ovkit converts ONNX".formatted(values.get("framework")));
    }
    if (values.containsKey("data_type") && values.containsKey("compress_to_fp16")) {
      throw new OptionException("mo: --data_type and --compress_to_fp16 mean the same; give one");
    }
    if (values.containsKey("scale") && values.containsKey("scale_values")) {
      throw new OptionException("mo: --scale and --scale_values cannot be combined; give one");
    }
    truth("reverse_input_channels");
    truth("compress_to_fp16");
  }

  /** An option that is a switch, or has True or False behind it. */
  private Optional<Boolean> truth(String name) {
    return Optional.ofNullable(values.get(name))
        .map(
            value ->
                switch (value.toLowerCase(Locale.ROOT)) {
                  case "", "true", "1" -> true;
                  case "false", "0" -> false;
                  default ->
                      throw new OptionException(
                          "mo: --%s %s: expected True or False".formatted(name, value));
                });
  }

  /** The line that {@link #words} was taken from, for a file and a folder of now. */
  static MoCommandLine of(List<String> words, Path model, Path directory) {
    List<String> all = new ArrayList<>(words);
    all.add("--input_model=" + model);
    all.add("--output_dir=" + (directory.toString().isEmpty() ? "." : directory));
    return parse(all);
  }

  // ---- what it says

  /** All that does not say where files lie. */
  List<String> words() {
    List<String> words = new ArrayList<>();
    values.forEach(
        (name, value) -> {
          if (!List.of("input_model", "output_dir").contains(name)) {
            words.add(value.isEmpty() ? "--" + name : "--%s=%s".formatted(name, value));
          }
        });
    return words;
  }

  Path model() {
    return Path.of(value("input_model"));
  }

  private String value(String name) {
    return values.getOrDefault(name, "");
  }

  Path directory() {
    return Path.of(value("output_dir"));
  }

  /** As mo does it, the file's name without ending. */
  String name() {
    String given = value("model_name");
    return given.isEmpty() ? ConvertOptions.stem(model()) : given;
  }

  WeightPrecision dataType() {
    return values.containsKey("data_type")
        ? type(value("data_type"))
        : truth("compress_to_fp16").orElse(true) ? WeightPrecision.FP16 : WeightPrecision.FP32;
  }

  boolean reverses() {
    return truth("reverse_input_channels").orElse(false);
  }

  Optional<List<Float>> scale() {
    String one = value("scale");
    return numbers(one.isEmpty() ? value("scale_values") : one);
  }

  Optional<List<Float>> mean() {
    return numbers(value("mean_values"));
  }

  /** Whether the client must bring numbers into the range that the network expects. */
  boolean leavesNumbers() {
    return value("scale").isEmpty()
        && value("scale_values").isEmpty()
        && value("mean_values").isEmpty();
  }

  /** What was made of words that the pinned mo does not know. */
  List<Decision> notes() {
    return notes;
  }

  /** One number or three; {@code images[1,2,3]} too, for there is one input. */
  private static Optional<List<Float>> numbers(String text) {
    String bare = text.replaceFirst("^[^\\[(]*(?=[\\[(])", "").replaceAll("[\\[\\]()\\s]", "");
    try {
      List<Float> numbers =
          Arrays.stream(bare.split(",", -1)).filter(n -> !n.isEmpty()).map(Float::valueOf).toList();
      return numbers.isEmpty() ? Optional.empty() : Optional.of(numbers);
    } catch (NumberFormatException e) {
      return Optional.empty(); // mo says what it thinks of it
    }
  }

  private Optional<Shape> inputShape() {
    String bare = value("input_shape").replaceAll("[\\[\\]()\\s]", "");
    try {
      return bare.isEmpty()
          ? Optional.empty()
          : Optional.of(new Shape(Arrays.stream(bare.split(",", -1)).map(Long::valueOf).toList()));
    } catch (NumberFormatException e) {
      return Optional.empty(); // an open dimension, or several inputs
    }
  }

  private List<String> outputs() {
    return Arrays.stream(value("output").split(","))
        .map(String::strip)
        .filter(name -> !name.isEmpty())
        .toList();
  }

  /**
   * The same as a conversion, so that a detector can be recognised.
   *
   * @throws OptionException if a conversion cannot say it
   */
  ConvertOptions equivalent() {
    return ConvertOptions.of(model()).toBuilder()
        .directory(directory())
        .name(name())
        .dataType(dataType())
        .outputs(outputs().isEmpty() ? new Outputs.AsTheyAre() : new Outputs.Named(outputs()))
        .inputShape(inputShape())
        .mean(mean())
        .scale(leavesNumbers() ? Optional.empty() : Optional.of(scale().orElse(List.of(1f))))
        .reverseChannels(Optional.of(reverses()))
        .rewrite(false)
        .build();
  }

  // ---- in other words

  /**
   * For the pinned mo, which runs in a folder of its own and writes the IR there. Weights are
   * stored afterwards.
   */
  List<String> forMo() {
    List<String> words = new ArrayList<>();
    values.forEach(
        (name, value) -> {
          switch (name) {
            case "output_dir", "data_type", "compress_to_fp16" -> {}
            case "input_model", "extensions" ->
                words.add("--%s=%s".formatted(name, Path.of(value).toAbsolutePath().normalize()));
            default -> words.add(value.isEmpty() ? "--" + name : "--%s=%s".formatted(name, value));
          }
        });
    words.add("--compress_to_fp16=False");
    return words;
  }

  private String compression() {
    return "--compress_to_fp16=" + (dataType() == WeightPrecision.FP16 ? "True" : "False");
  }

  /**
   * The same conversion in the words of each back end.
   *
   * @param nativeCommand for ovkit's own converter
   * @param ovcCommand for OpenVINO's, with what it cannot do done by ovkit
   * @param moCommand for the pinned mo, as it would be typed where that is installed
   * @param onlyMo options that the first two have no word for
   */
  public record Equivalents(
      String nativeCommand, String ovcCommand, String moCommand, List<String> onlyMo) {
    public Equivalents {
      onlyMo = List.copyOf(onlyMo);
    }
  }

  /** Says this command line in the words of each back end, and does nothing. */
  public Equivalents equivalents() {
    List<String> convert = new ArrayList<>(List.of("ovkit", "convert", value("input_model")));
    String scale = value("scale");
    if (leavesNumbers()) {
      scale = "1"; // else convert scales as the family needs
    }
    option(convert, "--scale", scale);
    option(convert, "--scale-values", value("scale_values"));
    option(convert, "--mean", value("mean_values"));
    option(convert, "--data-type", dataType().name());
    convert.add(reverses() ? "--reverse-input-channels" : "--no-reverse-input-channels");
    option(convert, "--input-shape", value("input_shape"));
    option(convert, "--output", outputs().isEmpty() ? "none" : String.join(",", outputs()));
    option(convert, "--output-dir", value("output_dir"));
    option(convert, "--model-name", value("model_name"));
    List<String> mo = new ArrayList<>(List.of("mo"));
    values.forEach(
        (name, value) -> {
          if (name.equals("data_type")) {
            mo.add(compression());
          } else {
            mo.add("--" + name);
            option(mo, "", value);
          }
        });
    List<String> ovc = new ArrayList<>(convert);
    ovc.addAll(2, List.of("--backend", "ovc"));
    return new Equivalents(line(convert), line(ovc), line(mo), onlyMo());
  }

  private List<String> onlyMo() {
    Set<String> said =
        Set.of(
            "input_model",
            "framework",
            "scale",
            "scale_values",
            "mean_values",
            "data_type",
            "compress_to_fp16",
            "reverse_input_channels",
            "input_shape",
            "output",
            "output_dir",
            "model_name",
            "silent",
            "log_level",
            "progress",
            "stream_output",
            "share_weights",
            "use_new_frontend");
    return values.keySet().stream()
        .filter(name -> !said.contains(name))
        .map(name -> "--" + name)
        .toList();
  }

  private static void option(List<String> words, String name, String value) {
    if (!value.isEmpty()) {
      if (!name.isEmpty()) {
        words.add(name);
      }
      words.add(value);
    }
  }

  /** As a shell reads it. */
  private static String line(List<String> words) {
    return words.stream()
        .map(
            word ->
                word.matches("[A-Za-z0-9_./:,=@%+-]+")
                    ? word
                    : "'" + word.replace("'", "'\\''") + "'")
        .collect(Collectors.joining(" "));
  }
}
