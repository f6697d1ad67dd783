package dev.ovkit;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** Real models, pictures and ground truth that may lie beside the checkout; not ours to commit. */
public final class Shared {

  /** Returns the folder; where there is none, the test that asks is skipped and says so. */
  public static Path directory() {
    return require(
        Path.of(System.getProperty("ovkit.shared.dir", "../../../shared")).normalize(), "models");
  }

  /** Returns a model's file. */
  public static Path model(String name) {
    return directory().resolve("models").resolve(name);
  }

  /** Returns a picture's file. */
  public static Path picture(String name) {
    return directory().resolve("pictures").resolve(name);
  }

  private static Path require(Path folder, String inside) {
    boolean there = Files.isDirectory(folder.resolve(inside));
    String why = "skipped: no shared models at " + folder + " (set -Dovkit.shared.dir)";
    if (!there) {
      System.out.println(why);
    }
    Assumptions.assumeTrue(there, why);
    return folder;
  }

  private Shared() {}
}
