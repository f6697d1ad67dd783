package dev.ovkit.picture;

import dev.ovkit.PictureException;
import dev.ovkit.internal.files.WrongFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Why a path cannot be read as a picture, before anything is decoded. */
final class PictureFile {

  /** Refuses what is no file; one that is missing shows when it is opened. */
  static void require(Path file) {
    if (Files.isRegularFile(file)) {
      return;
    }
    if (Files.isDirectory(file)) {
      throw new PictureException(
          "%s: it is a folder; expected a picture".formatted(file), file, null);
    }
    Optional<String> wrong = WrongFile.of(file);
    if (wrong.isPresent()) {
      throw new PictureException("%s: it %s".formatted(file, wrong.get()), file, null);
    }
  }

  static PictureException unreadable(Path file, IOException e) {
    if (!Files.exists(file)) {
      return new PictureException("%s: no such file; expected a picture".formatted(file), file, e);
    }
    return new PictureException(
        "%s: it cannot be read (%s)".formatted(file, WrongFile.reason(e)), file, e);
  }

  private PictureFile() {}
}
