package dev.ovkit.benchmarks;

import dev.ovkit.internal.files.WholeFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A page of Markdown with a place for what a script measured. */
final class Page {

  /** Puts a text between two lines of the page. */
  static void replace(Path page, String begin, String end, String markdown) throws IOException {
    String text = Files.readString(page);
    int from = text.indexOf(begin);
    int to = text.indexOf(end);
    if (from < 0 || to < from) {
      throw new IOException(
          "%s has no place for the table; expected a line '%s' and below it a line '%s'"
              .formatted(page, begin, end));
    }
    String before = text.substring(0, from + begin.length());
    WholeFile.write(
        page, (before + "\n" + markdown + text.substring(to)).getBytes(StandardCharsets.UTF_8));
  }

  private Page() {}
}
