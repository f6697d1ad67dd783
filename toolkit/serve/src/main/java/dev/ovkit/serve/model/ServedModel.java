package dev.ovkit.serve.model;

import dev.ovkit.CompileOptions;
import dev.ovkit.OptionException;
import dev.ovkit.vision.DetectorOptions;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * A model to be served.
 *
 * @param name what clients call it
 * @param version of it; where a client names none, the highest answers
 * @param ir the .xml; its .bin is beside it
 * @param options how it is opened; the server sets how many pictures it works on at once
 * @param weight its share of the workers' time when several models have work, relative to theirs
 */
public record ServedModel(
    String name, String version, Path ir, DetectorOptions options, int weight) {

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}");

  /** The version of a model that has no others. */
  static final String ONLY = "1";

  private static final int MOST_WEIGHT = 100;

  public ServedModel {
    requireName("model", name);
    requireName("version", version);
    if (weight < 1 || weight > MOST_WEIGHT) {
      throw new OptionException(
          "the weight of the model %s is %d; expected 1 to %d"
              .formatted(name, weight, MOST_WEIGHT));
    }
  }

  /** A model with the weight 1. */
  public ServedModel(String name, String version, Path ir, DetectorOptions options) {
    this(name, version, ir, options, 1);
  }

  private static void requireName(String what, String name) {
    if (!NAME.matcher(name).matches()) {
      throw new OptionException(
          "the %s '%s' cannot be part of an address: expected up to 100 letters, digits, '_', '-' and '.'; give another with NAME=MODEL"
              .formatted(what, name));
    }
  }

  /** A model under its file's name, opened as its profile says, else for many pictures. */
  public static ServedModel of(Path ir) {
    return of(ModelListing.nameOf(ir), ir);
  }

  /** The same under another name. */
  public static ServedModel of(String name, Path ir) {
    return new ServedModel(name, ONLY, ir, usual(ir));
  }

  /** The same with another weight. */
  public ServedModel withWeight(int changed) {
    return new ServedModel(name, version, ir, options, changed);
  }

  static DetectorOptions usual(Path ir) {
    return DetectorOptions.of(ir, CompileOptions.Hint.THROUGHPUT);
  }
}
