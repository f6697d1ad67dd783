package dev.ovkit.nativelib;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class NativeRuntimeTest {

  @Test
  void theBuiltLibrariesLoadInPlace() {
    Path built = Path.of(System.getProperty("ovkit.native.dir"));

    assertThat(NativeRuntime.current())
        .isEqualTo(
            new NativeRuntime.Found(built.toAbsolutePath().normalize(), "explicit directory"));
  }

  @Test
  void theListKnowsWhatABoxNeeds() {
    assertThat(LibraryList.OF_THIS_BUILD.entries())
        .filteredOn(entry -> !entry.optional())
        .extracting(LibraryList.Entry::name)
        .contains(
            "libjniovkit_openvino.so",
            "libopenvino.so.2641",
            "libopenvino_c.so.2641",
            "libopenvino_intel_cpu_plugin.so",
            "libopenvino_ir_frontend.so.2641",
            "libtbb.so.12");
  }
}
