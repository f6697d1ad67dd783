package dev.ovkit.cli.print;

import dev.ovkit.internal.text.OneLine;
import dev.ovkit.internal.text.ShellWord;
import dev.ovkit.model.Detections;
import dev.ovkit.picture.Picture;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Warns once of results that show that a model is read wrongly, and once of pictures that are: the
 * fault is the same on every picture.
 */
public final class AlarmPrinter {

  private static final int LONGEST = 4096;

  private final PrintWriter err;
  private final Path ir;
  private boolean warned;
  private boolean hinted;
  private final AtomicReference<@Nullable Path> dark = new AtomicReference<>();

  public AlarmPrinter(PrintWriter err, Path ir) {
    this.err = err;
    this.ir = ir;
  }

  /** Looks at a picture as it was decoded; several threads may do so at once. */
  public void look(Path file, Picture decoded) {
    if (decoded.hasUnusedBits()) {
      dark.compareAndSet(null, file);
    }
  }

  /** Checks one result; the caller's thread only. */
  public void check(Path picture, Detections found) {
    Path first = dark.get();
    if (first != null && !hinted) {
      hinted = true;
      err.printf(
          "ovkit: %s: it has 16 bits a value and uses no more than 12, so it is read as almost black; if it is from a camera of 12 bits, give --bit-depth 12%n",
          name(first));
    }
    if (!warned && found.alarm().isPresent()) {
      warned = true;
      err.printf(
          "ovkit: %s: %s, so the model is probably read wrongly; find out with: ovkit diagnose --ir %s --images %s%n",
          name(picture),
          found.alarm().get(),
          ShellWord.of(ir),
          OneLine.of(ShellWord.of(picture), LONGEST));
    }
  }

  /** A name from a folder of strangers must not disturb the terminal. */
  private static String name(Path file) {
    return OneLine.of(file.toString(), LONGEST);
  }
}
