package dev.ovkit.cli.print;

import dev.ovkit.pack.Packed;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Prints what was packed. */
public final class PackedPrinter {

  /** Prints a table of its parts. */
  public static void print(Packed packed, PrintWriter out) {
    boolean archive = packed.compressed() > 0;
    out.printf(
        "%s  %s, Java %s%n",
        packed.target(),
        packed.signedBy().map(id -> "signed by " + id).orElse("unsigned"),
        packed.java());
    packed.sha256().ifPresent(sha256 -> out.println("  sha256 " + sha256));
    String row = archive ? "  %-20s %12s %12s%n" : "  %-20s %12s%n";
    out.printf(row, "part", "unpacked", "compressed");
    for (Packed.Size size : packed.sizes()) {
      out.printf(row, size.part(), megabytes(size.bytes()), megabytes(size.compressed()));
    }
    out.printf(row, "all", megabytes(packed.bytes()), megabytes(packed.compressed()));
  }

  private static String megabytes(long bytes) {
    return String.format(Locale.ROOT, "%.1f MB", bytes / 1e6);
  }

  /** Returns it as a JSON object. */
  public static Map<String, Object> json(Packed packed) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("target", packed.target().toString());
    packed.sha256().ifPresent(sha256 -> object.put("sha256", sha256));
    packed.signedBy().ifPresent(id -> object.put("signed_by", id));
    object.put("java", packed.java());
    object.put("bytes", packed.bytes());
    if (packed.compressed() > 0) {
      object.put("compressed_bytes", packed.compressed());
    }
    List<Map<String, Object>> parts = new ArrayList<>();
    for (Packed.Size size : packed.sizes()) {
      Map<String, Object> part = new LinkedHashMap<>();
      part.put("part", size.part());
      part.put("bytes", size.bytes());
      if (packed.compressed() > 0) {
        part.put("compressed_bytes", size.compressed());
      }
      parts.add(part);
    }
    object.put("parts", parts);
    object.put("notes", packed.notes());
    return object;
  }

  private PackedPrinter() {}
}
