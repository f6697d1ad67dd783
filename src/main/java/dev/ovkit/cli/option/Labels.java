package dev.ovkit.cli.option;

import dev.ovkit.ModelException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Class names from a file, one a line. */
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
            "--labels '%s' is empty; one name a line is expected".formatted(file));
      }
      return names;
    } catch (CharacterCodingException e) {
      throw new ModelException(
          "--labels '%s' is no text in UTF-8; one name a line is expected".formatted(file), e);
    } catch (IOException e) {
      throw new ModelException(
          "--labels '%s' cannot be read; a file with one name a line is expected".formatted(file),
          e);
    }
  }

  private Labels() {}
}
