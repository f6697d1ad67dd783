package dev.ovkit.nativelib.presets;

import org.bytedeco.javacpp.annotation.Platform;
import org.bytedeco.javacpp.annotation.Properties;
import org.bytedeco.javacpp.tools.InfoMap;
import org.bytedeco.javacpp.tools.InfoMapper;

/** The picture shim over OpenCV. */
@Properties(
    value =
        @Platform(
            value = "linux-x86_64",
            include = "ovkit_pictures.h",
            library = "jniovkit_pictures"),
    target = "dev.ovkit.nativelib.pictures",
    global = "dev.ovkit.nativelib.global.Pictures")
public class PicturesPreset implements InfoMapper {

  /** Loads the library; the generated classes call it. */
  public static void load() {
    InPlace.load("libjniovkit_pictures.so");
  }

  @Override
  public void map(InfoMap infoMap) {}
}
