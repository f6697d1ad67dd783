package dev.ovkit.internal.text;

import java.nio.file.Path;

/** Writes a path into a command that a person may paste, whatever its name is. */
public final class ShellWord {

  /** Returns a path as a shell reads it back, in quotes where it needs them. */
  public static String of(Path path) {
    String text = path.toString();
    return text.matches("[\\w./+=@:-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
  }

  private ShellWord() {}
}
