package dev.ovkit.nativelib.presets;

import org.bytedeco.javacpp.annotation.Platform;
import org.bytedeco.javacpp.annotation.Properties;
import org.bytedeco.javacpp.tools.Info;
import org.bytedeco.javacpp.tools.InfoMap;
import org.bytedeco.javacpp.tools.InfoMapper;

/** The call to a service manager such as systemd. It keeps no state, so it needs no shim. */
@Properties(
    value =
        @Platform(
            value = "linux-x86_64",
            include = {"ovkit_service.h", "ovkit_service.cpp"},
            library = "jniovkit_service"),
    target = "dev.ovkit.nativelib.global.Service")
public class ServicePreset implements InfoMapper {

  /** Loads the library; the generated class calls it. */
  public static void load() {
    InPlace.load("libjniovkit_service.so");
  }

  @Override
  public void map(InfoMap infoMap) {
    // Compiled with the bindings, but only the header is for Java.
    infoMap.put(new Info("ovkit_service.cpp").skip());
  }
}
