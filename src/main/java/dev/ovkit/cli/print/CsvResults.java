package dev.ovkit.cli.print;

import dev.ovkit.model.Detection;
import dev.ovkit.model.Detections;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;

/** Comma-separated values, one line per box, after a line of names. */
public final class CsvResults implements ResultWriter {

  private final PrintWriter out;

  public CsvResults(PrintWriter out) {
    this.out = out;
    out.println("file,label,class_id,score,x,y,width,height");
  }

  @Override
  public void found(Path file, Detections found) {
    for (Detection d : found.objects()) {
      out.printf(
          Locale.ROOT,
          "%s,%s,%d,%.4f,%.2f,%.2f,%.2f,%.2f%n",
          quoted(file.toString()),
          quoted(d.label()),
          d.classId(),
          d.score(),
          d.box().x(),
          d.box().y(),
          d.box().width(),
          d.box().height());
    }
  }

  @Override
  public void unreadable(Path file, String message) {}

  @Override
  public void end(boolean interrupted) {}

  /** As RFC 4180 has it. */
  static String quoted(String text) {
    return text.matches("[^\",\r\n]*") ? text : '"' + text.replace("\"", "\"\"") + '"';
  }
}
