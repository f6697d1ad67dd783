package dev.ovkit.bundle;

import dev.ovkit.vision.Detector;
import java.nio.file.Path;

/**
 * A check of the self-test that another module brings into a bundle, found by the service loader.
 * It runs after the golden pictures, if they hold.
 */
public interface SelfTestPart {

  /** Returns its name in the report. */
  String name();

  /**
   * Makes the check.
   *
   * @param detector of the bundle's model, with the golden pictures' thresholds
   * @param folder where the golden pictures are
   * @return what was found, in words
   * @throws dev.ovkit.OvkitException when it does not hold
   */
  String check(Detector detector, Golden golden, Path folder);
}
