package dev.ovkit.pack;

import dev.ovkit.nativelib.NativeRuntime;
import java.util.ArrayList;
import java.util.List;
import org.cyclonedx.model.Component;
import org.jspecify.annotations.Nullable;

/** Which part of a bundle each of its files belongs to. */
record Parts(List<Rule> rules) {

  private record Rule(String prefix, Part part) {}

  private static final String FFMPEG = "FFmpeg";
  private static final String APACHE = "Apache-2.0";

  static Parts of(PackageOptions options, JavaRuntime java, List<Library> libraries) {
    Part ovkit =
        part("ovkit", Component.Type.APPLICATION, "ovkit", BuildVersions.OVKIT, APACHE, null);
    Part openvino =
        part(
            "OpenVINO",
            Component.Type.LIBRARY,
            "openvino",
            NativeRuntime.OPENVINO_VERSION,
            APACHE,
            "pkg:pypi/openvino@" + NativeRuntime.OPENVINO_VERSION);
    Part opencv =
        part(
            "OpenCV",
            Component.Type.LIBRARY,
            "opencv",
            BuildVersions.OPENCV,
            APACHE,
            "pkg:maven/org.bytedeco/opencv@" + BuildVersions.OPENCV + "?classifier=linux-x86_64");
    // They come in OpenVINO's package, which does not say their versions.
    Part tbb = part("oneTBB, hwloc", Component.Type.LIBRARY, "oneTBB", null, APACHE, null);
    Part hwloc = part("oneTBB, hwloc", Component.Type.LIBRARY, "hwloc", null, "BSD-3-Clause", null);
    Part ffmpeg =
        part(
            FFMPEG,
            Component.Type.LIBRARY,
            "ffmpeg libraries",
            BuildVersions.FFMPEG,
            "LGPL-3.0-or-later",
            "pkg:maven/org.bytedeco/ffmpeg@" + BuildVersions.FFMPEG + "?classifier=linux-x86_64");
    // They come in FFmpeg's package, which does not say their versions.
    Part va = part(FFMPEG, Component.Type.LIBRARY, "libdrm, libva", null, "MIT", null);
    Part jre =
        part(
            "Java runtime",
            Component.Type.PLATFORM,
            "openjdk",
            java.version().toString(),
            "GPL-2.0-only WITH Classpath-exception-2.0",
            null);
    List<Rule> rules = new ArrayList<>();
    rules.add(new Rule("bin/", ovkit));
    for (Library library : libraries) {
      rules.add(new Rule("lib/" + library.file(), library.part()));
    }
    rules.add(
        new Rule(
            ClassArchive.FILE,
            part(
                "class archive",
                Component.Type.FILE,
                "class archive",
                BuildVersions.OVKIT,
                null,
                null)));
    for (String own : List.of("av", "sw", "jniav", "jnisw")) {
      rules.add(new Rule("native/lib" + own, ffmpeg));
    }
    for (String driver : List.of("drm", "va")) {
      rules.add(new Rule("native/lib" + driver, va));
    }
    rules.add(new Rule("native/libjniovkit_", ovkit));
    rules.add(new Rule("native/libovkit_", ovkit));
    rules.add(new Rule("native/libopenblas.so", ovkit)); // the empty one
    rules.add(new Rule("native/libopenvino", openvino));
    rules.add(new Rule("native/libopencv_", opencv));
    rules.add(new Rule("native/libtbb", tbb));
    rules.add(new Rule("native/libhwloc.so", hwloc));
    rules.add(new Rule("jre/", jre));
    String version = options.version().text();
    rules.add(
        new Rule(
            "model/",
            part(
                "model",
                Component.Type.MACHINE_LEARNING_MODEL,
                options.name() + " model",
                version,
                null,
                null)));
    rules.add(
        new Rule(
            "golden/",
            part(
                "golden pictures",
                Component.Type.DATA,
                options.name() + " golden pictures",
                version,
                null,
                null)));
    rules.add(
        new Rule(
            "licences/",
            part(
                "licences",
                Component.Type.DATA,
                "licence texts",
                BuildVersions.OVKIT,
                null,
                null)));
    return new Parts(rules);
  }

  private static Part part(
      String row,
      Component.Type type,
      String name,
      @Nullable String version,
      @Nullable String licence,
      @Nullable String purl) {
    return new Part(row, type, name, version, licence, purl);
  }

  /** Returns the part of a file; what belongs to none must not be in a bundle. */
  Part of(String path) {
    return rules.stream()
        .filter(rule -> path.startsWith(rule.prefix()))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("'%s' belongs to no part".formatted(path)))
        .part();
  }
}
