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
 *
 * @param openvino the version of OpenVINO among them
 */
record LibraryList(String openvino, List<Entry> entries) {

  /** They travel in a jar of their own; native-config/pom.xml names them too. */
  private static final List<String> OF_THE_DESK =
      List.of("libopenvino_onnx_frontend.so", "libovkit_convert.so", "libjniovkit_convert.so");

  /** The list that this build wrote. */
  static final LibraryList OF_THIS_BUILD = read();

  /**
   * One file.
   *
   * @param name relative to the folder
   */
  record Entry(String name, long size, String sha256) {

    /** Whether a box that runs an IR goes without: only conversion needs it, or it is a text. */
    boolean optional() {
      return name.startsWith("licenses/") || ofTheDesk();
    }

    /** Whether only conversion needs it. */
    boolean ofTheDesk() {
      return OF_THE_DESK.stream().anyMatch(name::startsWith);
    }
  }

  private static LibraryList read() {
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

  /** Reads {@code openvino VERSION}, then {@code NAME SIZE SHA256} for each file, with tabs. */
  static LibraryList parse(String lines) {
    List<String> all = lines.lines().toList();
    List<Entry> entries = new ArrayList<>();
    for (String line : all.subList(1, all.size())) {
      String[] field = line.split("\t", -1);
      entries.add(new Entry(field[0], Long.parseLong(field[1]), field[2]));
    }
    return new LibraryList(all.get(0).split("\t", -1)[1], List.copyOf(entries));
  }

  /** Returns the part of this list that a box needs, licence texts included. */
  LibraryList withoutTheDesk() {
    return new LibraryList(openvino, entries.stream().filter(e -> !e.ofTheDesk()).toList());
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
              "%s has another version or is damaged: %,d bytes, expected %,d"
                  .formatted(entry.name(), size, entry.size()));
        }
      } catch (IOException e) {
        return Optional.of(entry.name() + " cannot be read: " + e.getMessage());
      }
    }
    return Optional.empty();
  }

  /** Returns what a folder that was whole lacks now, as a message; nothing if it is whole. */
  Optional<String> lossOf(Path directory) {
    return complaintAbout(directory)
        .map(
            complaint ->
                "the libraries in %s are not all there any more: %s; install or build ovkit again, then start it again"
                    .formatted(directory, complaint));
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
