package dev.ovkit.benchmarks;

import java.nio.file.Path;

/** The checkout that is measured, as {@code benchmarks/common.sh} describes it. */
public final class Checkout {

  /** Its folder. */
  public static Path root() {
    return Path.of(property("ovkit.home"));
  }

  /** The folder of the Python scripts. */
  public static Path scripts() {
    return root().resolve("converter-scripts");
  }

  /** A folder of a script's own, below {@code target}. */
  public static Path work(String script) {
    return root().resolve("target").resolve(script);
  }

  /** The pictures of the demo. */
  public static Path pictures() {
    return root().resolve("ir-models/pictures");
  }

  /** The models and pictures beside the checkout, which are not part of it and may be missing. */
  public static Path shared() {
    return root().resolveSibling("shared");
  }

  /** A Python that has what the script needs. */
  public static String python() {
    return property("ovkit.benchmarks.python");
  }

  private static String property(String name) {
    String value = System.getProperty(name, "");
    if (value.isEmpty()) {
      throw new IllegalStateException(
          "-D%s is missing; run the scripts of benchmarks/".formatted(name));
    }
    return value;
  }

  private Checkout() {}
}
