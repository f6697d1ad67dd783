package dev.ovkit.cli.video.config;

import dev.ovkit.OptionException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Puts a camera's user and password, which are in files of their own, into its URL. */
final class CameraSecret {

  private static final String PLAIN = "-._~";

  /** Returns the location of a camera, with its password. */
  static String location(YamlMapping camera) {
    YamlValue value = camera.get("source");
    String typed = value.text();
    Optional<String> user = camera.text("user");
    Optional<YamlValue> file = camera.find("password_file");
    int scheme = typed.indexOf("://");
    if (scheme < 0) {
      if (user.isPresent() || file.isPresent()) {
        throw value.refusal("a URL, because there is a user or a password_file");
      }
      return typed.equals("-") ? typed : value.source().resolve(typed).toString();
    }
    if (user.isEmpty() && file.isEmpty()) {
      return typed;
    }
    if (user.isEmpty()) {
      throw new OptionException(
          "%s: password_file without a user; add 'user'".formatted(file.get().origin()));
    }
    if (typed.indexOf('@') >= 0) {
      throw new OptionException(
          "%s: the URL has a user, and so has the camera; keep one".formatted(value.origin()));
    }
    String password = file.map(CameraSecret::read).map(text -> ":" + escaped(text)).orElse("");
    int host = scheme + "://".length();
    return typed.substring(0, host) + escaped(user.get()) + password + "@" + typed.substring(host);
  }

  private static String read(YamlValue value) {
    Path file = value.source().resolve(value.text());
    try {
      String password = Files.readString(file, StandardCharsets.UTF_8).strip();
      if (!password.isEmpty()) {
        return password;
      }
    } catch (IOException e) {
      throw new OptionException(
          "%s: password_file '%s' cannot be read; create it, readable for this user"
              .formatted(value.origin(), file),
          e);
    }
    throw new OptionException("%s: password_file '%s' is empty".formatted(value.origin(), file));
  }

  /** As a URL wants it. */
  private static String escaped(String text) {
    StringBuilder escaped = new StringBuilder();
    for (byte one : text.getBytes(StandardCharsets.UTF_8)) {
      char letter = (char) (one & 0xff);
      boolean plain =
          letter < 128 && (Character.isLetterOrDigit(letter) || PLAIN.indexOf(letter) >= 0);
      escaped.append(plain ? String.valueOf(letter) : "%%%02X".formatted(one & 0xff));
    }
    return escaped.toString();
  }

  private CameraSecret() {}
}
