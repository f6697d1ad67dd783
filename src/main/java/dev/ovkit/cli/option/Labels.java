package dev.ovkit.cli.option;

import dev.ovkit.ModelException;
import dev.ovkit.OptionException;
import dev.ovkit.model.DetectorSpec;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Class names from a file, one per line. */
public final class Labels {

  public static List<String> read(Path file) {
    try {
      List<String> names =
          Files.readAllLines(file).stream()
              .map(String::strip)
              .filter(line -> !line.isEmpty())
              .toList();
      if (names.isEmpty()) {
        throw new ModelException(
            "--labels '%s' is empty; expected one name per line".formatted(file));
      }
      return names;
    } catch (CharacterCodingException e) {
      throw new ModelException(
          "--labels '%s' is not UTF-8 text; expected one name per line".formatted(file), e);
    } catch (IOException e) {
      throw new ModelException(
          "--labels '%s' cannot be read; expected a file with one name per line".formatted(file),
          e);
    }
  }

  /** Returns a detector with the names of a file, which must be as many as it has classes. */
  public static DetectorSpec apply(String option, Path file, DetectorSpec detector, Path model) {
    List<String> names = read(file);
    int classes = detector.layout().classes();
    if (names.size() != classes) {
      throw new OptionException(
          "%s '%s' has %d names, but '%s' has %d classes"
              .formatted(option, file, names.size(), model, classes));
    }
    return detector.withLabels(names);
  }

  private Labels() {}
}
