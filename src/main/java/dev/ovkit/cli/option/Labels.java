package dev.ovkit.cli.option;

import dev.ovkit.ModelException;
import dev.ovkit.OptionException;
import dev.ovkit.internal.files.BoundedFile;
import dev.ovkit.internal.files.WrongFile;
import dev.ovkit.model.DetectorSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** Class names from a file, one per line. */
public final class Labels {

  /** Windows editors put it at the start of a file. */
  private static final String BYTE_ORDER_MARK = "\ufeff";

  private static final int MOST_BYTES = 16 << 20;

  public static List<String> read(Path file) {
    try {
      List<String> names =
          StandardCharsets.UTF_8
              .newDecoder() // refuses bytes that are not UTF-8
              .decode(ByteBuffer.wrap(BoundedFile.read(file, MOST_BYTES)))
              .toString()
              .lines()
              .map(line -> line.replace(BYTE_ORDER_MARK, "").strip())
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
          "--labels '%s' cannot be read (%s); expected a file with one name per line"
              .formatted(file, WrongFile.reason(e)),
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
