package dev.ovkit.cli.print;

import dev.ovkit.OptionException;
import dev.ovkit.OutputException;
import dev.ovkit.report.BenchReport;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;

/**
 * The report of {@code bench --html}. Not loaded without that option: a command on a box measures
 * too and has no reports.
 */
public final class BenchHtml {

  /** Refuses before anything is measured what could not be written afterwards. */
  public static void require(Path file) {
    try {
      Class.forName("dev.ovkit.report.BenchReport");
    } catch (ClassNotFoundException e) {
      throw new OptionException(
          "--html is for the desk: this command, made for a box, has no reports; take --json", e);
    }
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw OutputException.of(file, new NotDirectoryException("its folder does not exist"));
    }
  }

  public static void write(String json, Path file) {
    BenchReport.write(json, file);
  }

  private BenchHtml() {}
}
