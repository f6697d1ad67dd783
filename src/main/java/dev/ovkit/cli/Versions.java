package dev.ovkit.cli;

import dev.ovkit.nativelib.NativeRuntime;
import picocli.CommandLine.IVersionProvider;

/** The versions that {@code --version} prints. */
final class Versions implements IVersionProvider {

  @Override
  public String[] getVersion() {
    return new String[] {
      "ovkit (Java) " + ovkit(),
      "OpenVINO " + NativeRuntime.OPENVINO_VERSION,
      "Java " + Runtime.version()
    };
  }

  static String ovkit() {
    String version = Versions.class.getPackage().getImplementationVersion();
    return version == null ? "from a checkout" : version;
  }
}
