/** OpenVINO's libraries and ours for Linux on x86-64. */
@SuppressWarnings("module") // the name of the platform ends in digits
module dev.ovkit.nativelib.linux_x86_64 {
  requires dev.ovkit.nativelib;

  provides dev.ovkit.nativelib.PlatformLibraries with
      dev.ovkit.nativelib.linux_x86_64.LinuxLibraries;
}
