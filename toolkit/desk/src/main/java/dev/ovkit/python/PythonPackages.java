package dev.ovkit.python;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What an environment holds.
 *
 * @param name of the environment, as in {@code mo}
 * @param text a pip requirements file with a hash for each package; its line {@code # Python: 3.11}
 *     names the versions that there are wheels for
 * @param megabytes how much room it takes, about
 */
record PythonPackages(String name, String text, int megabytes) {

  private static final Pattern PYTHON = Pattern.compile("(?m)^# Python: (.+)$");

  /** The versions of Python that it supports, the best first. */
  List<String> versions() {
    Matcher line = PYTHON.matcher(text);
    if (!line.find()) {
      throw new IllegalArgumentException(name + ": no line '# Python: 3.11'");
    }
    return List.of(line.group(1).strip().split(" +"));
  }

  /** The version that a package is pinned to. */
  String version(String distribution) {
    Matcher line =
        Pattern.compile("(?m)^" + Pattern.quote(distribution) + "==([^ \\\\]+)").matcher(text);
    if (!line.find()) {
      throw new IllegalArgumentException(name + ": does not pin " + distribution);
    }
    return line.group(1);
  }

  /** A name for the folder: other pins, another folder. */
  String key() {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return name + "-" + HexFormat.of().formatHex(digest, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
