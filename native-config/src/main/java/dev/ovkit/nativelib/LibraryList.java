package dev.ovkit.nativelib;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * The libraries of one build with their sizes and hashes: how a folder of libraries is recognised.
 */
record LibraryList(List<Entry> entries) {

  /**
   * One file.
   *
   * @param name relative to the folder
   */
  record Entry(String name, long size, String sha256) {

    /** Wanted by conversion or as a text only; a box that runs an IR goes without. */
    boolean optional() {
      return name.startsWith("licenses/")
          || name.startsWith("libopenvino_onnx_frontend")
          || name.equals("libjniovkit_convert.so");
    }
  }

  static LibraryList ofThisBuild() {
    try (InputStream in = LibraryList.class.getResourceAsStream("libraries.tsv")) {
      if (in == null) {
        throw new IllegalStateException(
            "libraries.tsv is not in this jar: it was not built by Maven");
      }
      return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static LibraryList parse(String lines) {
    List<Entry> entries = new ArrayList<>();
    for (String line : lines.split("\n", -1)) {
      if (!line.isEmpty()) {
        String[] field = line.split("\t", -1);
        entries.add(new Entry(field[0], Long.parseLong(field[1]), field[2]));
      }
    }
    return new LibraryList(List.copyOf(entries));
  }

  /** Returns what a folder lacks of this list, or nothing. Sizes only: it runs at every start. */
  Optional<String> complaintAbout(Path directory) {
    if (!Files.isDirectory(directory)) {
      return Optional.of("no such directory");
    }
    for (Entry entry : entries) {
      Path file = directory.resolve(entry.name());
      if (!Files.exists(file)) {
        if (entry.optional()) {
          continue;
        }
        return Optional.of(entry.name() + " is missing");
      }
      try {
        long size = Files.size(file);
        if (size != entry.size()) {
          return Optional.of(
              "%s is of another version or damaged: %,d bytes, expected %,d"
                  .formatted(entry.name(), size, entry.size()));
        }
      } catch (IOException e) {
        return Optional.of(entry.name() + " cannot be read: " + e.getMessage());
      }
    }
    return Optional.empty();
  }

  /** Returns a short name of exactly these bytes, for the folder of the cache. */
  String key() {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (Entry entry : entries) {
        digest.update(
            (entry.name() + ' ' + entry.sha256() + '\n').getBytes(StandardCharsets.UTF_8));
      }
      return HexFormat.of().formatHex(digest.digest(), 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
