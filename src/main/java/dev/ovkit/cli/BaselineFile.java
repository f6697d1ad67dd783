package dev.ovkit.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ovkit.OptionException;
import dev.ovkit.bench.Baseline;
import dev.ovkit.bench.Mode;
import dev.ovkit.bench.Stage;
import dev.ovkit.cli.print.BenchPrinter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

/** What {@code bench --json} printed, read back. */
final class BaselineFile {

  static Baseline read(Path file) {
    try {
      return baseline(file, new ObjectMapper().readTree(Files.readAllBytes(file)));
    } catch (JsonProcessingException e) {
      throw broken(file, "is no JSON", e);
    } catch (IOException e) {
      throw broken(file, "cannot be read", e);
    } catch (Missing e) {
      throw broken(file, String.valueOf(e.getMessage()), e);
    }
  }

  private static OptionException broken(Path file, String what, Exception cause) {
    return new OptionException(
        "--baseline '%s' %s; expected what 'ovkit bench --json' printed".formatted(file, what),
        cause);
  }

  private static Baseline baseline(Path file, JsonNode root) throws Missing {
    JsonNode models = root.path("models");
    if (!models.isArray() || models.isEmpty()) {
      throw new Missing("has no 'models'");
    }
    if (root.path("interrupted").asBoolean()) {
      throw new Missing("was stopped before its end");
    }
    Mode mode = mode(text(root, "mode"));
    List<Baseline.Model> read = new ArrayList<>();
    for (JsonNode model : models) {
      read.add(model(model, mode));
    }
    JsonNode environment = root.path("environment");
    return new Baseline(
        file.toString(),
        text(environment, "cpu"),
        (int) number(environment, "processors"),
        mode,
        (int) number(root, "pictures"),
        read);
  }

  private static Mode mode(String name) throws Missing {
    for (Mode mode : Mode.values()) {
      if (BenchPrinter.key(mode).equals(name)) {
        return mode;
      }
    }
    throw new Missing("has the unknown mode '" + name + "'");
  }

  private static Baseline.Model model(JsonNode model, Mode mode) throws Missing {
    Map<Stage, Double> medians = new EnumMap<>(Stage.class);
    for (Stage stage : mode.main()) {
      medians.put(stage, number(model.path(BenchPrinter.key(stage)), "p50"));
    }
    JsonNode settings = model.path("settings");
    return new Baseline.Model(
        text(model, "model"),
        text(settings, "precision"),
        (int) number(settings, "streams"),
        (int) number(settings, "threads"),
        (int) number(settings, "requests"),
        medians,
        mode == Mode.THROUGHPUT
            ? OptionalDouble.of(number(model.path("pictures_per_second"), "mean"))
            : OptionalDouble.empty());
  }

  private static String text(JsonNode node, String key) throws Missing {
    if (!node.path(key).isTextual()) {
      throw new Missing("has no text '" + key + "' where it is expected");
    }
    return node.path(key).asText();
  }

  private static double number(JsonNode node, String key) throws Missing {
    double value = node.path(key).asDouble(Double.NaN);
    if (!(value > 0)) {
      throw new Missing(String.format(Locale.ROOT, "has no number '%s' where it is expected", key));
    }
    return value;
  }

  /** The JSON lacks something; the message says what. */
  private static final class Missing extends Exception {
    private static final long serialVersionUID = 1;

    Missing(String message) {
      super(message);
    }
  }

  private BaselineFile() {}
}
