package dev.ovkit.nativelib.presets;

import org.bytedeco.javacpp.annotation.Platform;
import org.bytedeco.javacpp.annotation.Properties;
import org.bytedeco.javacpp.tools.Info;
import org.bytedeco.javacpp.tools.InfoMap;
import org.bytedeco.javacpp.tools.InfoMapper;

/**
 * The picture shim, compiled into its own JNI library over OpenCV.
 *
 * <p>OpenCV's libraries look for each other, and for the stub of OpenBLAS, in folders of the
 * machine that built them; loaded first and in this order, they are found by name.
 *
 * <p>The one call to a service manager rides along: whatever serves pictures loads this library,
 * and a JNI library for a single function would be fifty times that function.
 */
@Properties(
    value =
        @Platform(
            value = "linux-x86_64",
            include = {
              "ovkit_pictures.h",
              "ovkit_pictures.cpp",
              "ovkit_service.h",
              "ovkit_service.cpp"
            },
            library = "jniovkit_pictures",
            preload = "openblas@.0",
            link = {"opencv_core@.414", "opencv_imgproc@.414", "opencv_imgcodecs@.414"}),
    target = "dev.ovkit.nativelib.pictures",
    global = "dev.ovkit.nativelib.global.Pictures")
public class PicturesPreset implements InfoMapper {

  /** Loads the library; the generated classes call it. */
  public static void load() {
    InPlace.load(
        "libopenblas.so.0",
        "libopencv_core.so.414",
        "libopencv_imgproc.so.414",
        "libopencv_imgcodecs.so.414",
        "libjniovkit_pictures.so");
  }

  @Override
  public void map(InfoMap infoMap) {
    // Compiled with the bindings, but only the headers are for Java.
    infoMap.put(new Info("ovkit_pictures.cpp", "ovkit_service.cpp").skip());
  }
}
