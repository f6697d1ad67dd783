/**
 * How ovkit reaches native code: finds OpenVINO's libraries and ours, loads them, and binds them to
 * Java. Programs depend on {@code dev.ovkit}, not on this.
 */
@SuppressWarnings("module") // the modules that it is open to come later in the build
module dev.ovkit.nativelib {
  requires transitive org.bytedeco.javacpp;
  requires static org.jspecify;

  exports dev.ovkit.nativelib to
      dev.ovkit,
      dev.ovkit.cli,
      dev.ovkit.desk,
      dev.ovkit.nativelib.linux_x86_64,
      dev.ovkit.video;
  exports dev.ovkit.machine;
  exports dev.ovkit.nativelib.global to
      dev.ovkit;
  exports dev.ovkit.nativelib.openvino to
      dev.ovkit;
  exports dev.ovkit.nativelib.pictures to
      dev.ovkit;
  // To the bindings of the desk's library, which travel apart.
  exports dev.ovkit.nativelib.presets to
      dev.ovkit.nativelib.desk;

  uses dev.ovkit.nativelib.PlatformLibraries;
}
