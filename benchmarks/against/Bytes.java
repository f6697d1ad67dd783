package dev.ovkit.cli;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * Converts what stdin lists, a line each: label, ONNX, name of the options, options, with tabs between; prints the sha256
 * of each IR. In the package of the command, which is run in this process: a hundred conversions then take seconds.
 * Compiled against each build.
 */
final class Bytes {

  public static void main(String[] folder) throws Exception {
    Path work = Path.of(folder[0]);
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String[] fields = line.split("\t");
      List<String> arguments = new ArrayList<>(List.of("convert", fields[1], "-o", work.toString(), "-n", "ir"));
      arguments.addAll(Arrays.asList(fields).subList(3, fields.length));
      int exitCode =
          Main.run(
              new PrintWriter(Writer.nullWriter()),
              new PrintWriter(new StringWriter()),
              arguments.toArray(String[]::new));
      if (exitCode != 0) {
        System.out.printf("exit %d  %s %s%n", exitCode, fields[0], fields[2]);
        continue;
      }
      for (String ending : List.of("xml", "bin")) {
        Path file = work.resolve("ir." + ending);
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
        System.out.printf("%s  %s %s %s%n", HexFormat.of().formatHex(hash), fields[0], fields[2], ending);
        Files.delete(file);
      }
    }
  }

  private Bytes() {}
}
