package dev.ovkit.cli;

import dev.ovkit.OptionException;
import dev.ovkit.bench.Baseline;
import dev.ovkit.bench.Mode;
import dev.ovkit.bench.Stage;
import dev.ovkit.cli.print.BenchPrinter;
import dev.ovkit.internal.files.JsonObject;
import dev.ovkit.internal.text.OneLine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** What {@code bench --json} printed, read back. */
final class BaselineFile {

  private static final int MOST_SHOWN = 40;

  static Baseline read(Path file) {
    try {
      return baseline(file, JsonObject.read(file));
    } catch (IOException e) {
      throw new OptionException(
          "--baseline '%s': %s; expected what 'ovkit bench --json' printed"
              .formatted(file, e.getMessage()),
          e);
    }
  }

  private static Baseline baseline(Path file, JsonObject root) throws IOException {
    if (root.has("interrupted") && root.flag("interrupted")) {
      throw new IOException("it was stopped before its end");
    }
    Mode mode = mode(root);
    List<Baseline.Model> read = new ArrayList<>();
    for (JsonObject model : root.objects("models")) {
      read.add(model(model, mode));
    }
    if (read.isEmpty()) {
      throw new IOException("it has no models");
    }
    JsonObject environment = root.object("environment");
    return new Baseline(
        file.toString(),
        environment.text("cpu"),
        (int) positive(environment, "processors"),
        mode,
        (int) positive(root, "pictures"),
        read);
  }

  private static Mode mode(JsonObject root) throws IOException {
    String name = root.text("mode");
    for (Mode mode : Mode.values()) {
      if (BenchPrinter.key(mode).equals(name)) {
        return mode;
      }
    }
    throw new IOException("it has the unknown mode '%s'".formatted(OneLine.of(name, MOST_SHOWN)));
  }

  private static Baseline.Model model(JsonObject model, Mode mode) throws IOException {
    Map<Stage, Double> medians = new EnumMap<>(Stage.class);
    for (Stage stage : mode.main()) {
      medians.put(stage, positive(model.object(BenchPrinter.key(stage)), "p50"));
    }
    JsonObject settings = model.object("settings");
    return new Baseline.Model(
        model.text("model"),
        settings.text("precision"),
        (int) positive(settings, "streams"),
        (int) positive(settings, "threads"),
        (int) positive(settings, "requests"),
        medians,
        mode == Mode.THROUGHPUT
            ? OptionalDouble.of(positive(model.object("pictures_per_second"), "mean"))
            : OptionalDouble.empty());
  }

  private static double positive(JsonObject object, String key) throws IOException {
    double value = object.number(key);
    if (!(value > 0)) {
      throw object.wrong(key, "a number above 0");
    }
    return value;
  }

  private BaselineFile() {}
}
