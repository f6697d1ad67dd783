package dev.ovkit.internal.files;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Says what users gave by mistake in place of a file that ovkit reads, in words that follow its
 * name.
 */
public final class WrongFile {

  private static final int HEAD = 64;

  private static final String EXPORT = "; export the model to ONNX, as docs/exporting.md shows";

  /** Bytes at a place, as Latin-1. */
  private record Mark(int at, String bytes, String kind) {}

  private static final List<Mark> MODELS =
      List.of(
          new Mark(4, "TFL3", "is a TensorFlow Lite model" + EXPORT),
          new Mark(0, "\u0089HDF", "is a Keras or HDF5 file" + EXPORT),
          new Mark(0, "PK\u0003\u0004", "is a PyTorch checkpoint or another archive" + EXPORT),
          new Mark(0, "\u0080\u0002", "is a PyTorch checkpoint" + EXPORT));

  /** Says why this cannot be a file at all; empty if it may be one or be missing. */
  public static Optional<String> of(Path file) {
    String text = file.toString();
    if (text.matches("[a-z][a-z0-9+.-]+:/[^/].*")) { // a path has lost one of two slashes
      return Optional.of("is a URL; download the file first");
    }
    if (text.equals("-") && !Files.exists(file)) {
      return Optional.of("would be standard input, which is not read; give a file");
    }
    return Files.exists(file) && !Files.isRegularFile(file) && !Files.isDirectory(file)
        ? Optional.of("is a pipe or a device, not a regular file; give a file")
        : Optional.empty();
  }

  /** Says why a file could not be read; of these exceptions the message is the file's name. */
  public static String reason(IOException e) {
    if (e instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (e instanceof NoSuchFileException) {
      return "no such file";
    }
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  /** Says which other model format a file has; empty if it has none of these. */
  public static Optional<String> model(Path file) {
    Optional<String> no = of(file);
    if (no.isPresent()) {
      return no;
    }
    String head = head(file);
    Optional<String> known =
        MODELS.stream()
            .filter(mark -> head.startsWith(mark.bytes(), Math.min(mark.at(), head.length())))
            .map(Mark::kind)
            .findFirst();
    return known.isPresent() || !file.toString().toLowerCase(Locale.ROOT).matches(".*\\.pth?")
        ? known
        : Optional.of("is named as a PyTorch checkpoint" + EXPORT);
  }

  private static String head(Path file) {
    if (!Files.isRegularFile(file)) {
      return "";
    }
    try (InputStream in = Files.newInputStream(file)) {
      return new String(in.readNBytes(HEAD), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return ""; // the reader says it better
    }
  }

  private WrongFile() {}
}
