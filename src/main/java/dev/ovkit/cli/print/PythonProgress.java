package dev.ovkit.cli.print;

import dev.ovkit.python.PythonListener;
import java.io.PrintWriter;

/**
 * Shows the user what a Python tool is doing.
 *
 * @param err where to
 * @param words whether the tool's own words are wanted too
 */
public record PythonProgress(PrintWriter err, boolean words) implements PythonListener {

  @Override
  public void progress(String message) {
    err.println("ovkit: " + message);
  }

  @Override
  public void log(String line) {
    if (words) {
      err.println(line);
    }
  }
}
