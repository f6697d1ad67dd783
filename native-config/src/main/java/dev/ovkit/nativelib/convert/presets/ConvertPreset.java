package dev.ovkit.nativelib.convert.presets;

import dev.ovkit.nativelib.presets.InPlace;
import org.bytedeco.javacpp.annotation.Platform;
import org.bytedeco.javacpp.annotation.Properties;
import org.bytedeco.javacpp.tools.InfoMap;
import org.bytedeco.javacpp.tools.InfoMapper;

/**
 * The conversion shim, for the desk: it needs OpenVINO's C++ ABI, which nothing that only runs an
 * IR should depend on.
 */
@Properties(
    value =
        @Platform(
            value = "linux-x86_64",
            include = {"ovkit_convert.h", "ovkit_quantize.h"},
            library = "jniovkit_convert"),
    target = "dev.ovkit.nativelib.convert",
    global = "dev.ovkit.nativelib.convert.OpenVinoConvert")
public class ConvertPreset implements InfoMapper {

  /** Loads the library; the generated classes call it. */
  public static void load() {
    InPlace.load("libjniovkit_convert.so");
  }

  @Override
  public void map(InfoMap infoMap) {}
}
