package dev.ovkit.pack;

import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.Properties;

/** The versions that the build knows and no library reports. */
final class BuildVersions {

  static final String OVKIT = of("ovkit");

  /** Of OpenCV and, behind a hyphen, of what Bytedeco built it for. */
  static final String OPENCV = of("opencv");

  /** Of FFmpeg and, behind a hyphen, of what Bytedeco built it for. */
  static final String FFMPEG = of("ffmpeg");

  private static String of(String name) {
    try {
      Properties versions = new Properties();
      versions.load(new StringReader(Resources.text("versions.properties")));
      return versions.getProperty(name);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private BuildVersions() {}
}
