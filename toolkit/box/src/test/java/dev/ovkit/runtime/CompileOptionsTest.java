package dev.ovkit.runtime;

import static dev.ovkit.CompileOptions.Hint.THROUGHPUT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ovkit.CompileOptions;
import dev.ovkit.machine.Processors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What compile options make of the processors that a process may use. */
class CompileOptionsTest {

  @TempDir private Path root;

  @Test
  void optionsTakeTheThreadsOfTheirHint() {
    Processors six =
        new Processors(List.of(0, 1, 2, 3, 4, 5), List.of(0, 1, 2, 3), 2, OptionalDouble.empty());
    CompileOptions latency = CompileOptions.defaults();
    assertThat(Core.within(latency, six).properties()).containsEntry("INFERENCE_NUM_THREADS", "2");
    assertThat(Core.within(latency.withHint(THROUGHPUT), six).properties())
        .containsEntry("INFERENCE_NUM_THREADS", "6");
  }

  @Test
  void threadsThatTheUserSetWin() {
    Processors one = new Processors(List.of(0), List.of(0), 1, OptionalDouble.of(0.1));
    assertThat(Core.within(CompileOptions.defaults().withThreads(5), one).properties())
        .containsEntry("INFERENCE_NUM_THREADS", "5");
  }

  @Test
  void anotherDeviceIsLeftAlone() {
    Processors one = new Processors(List.of(0), List.of(0), 1, OptionalDouble.empty());
    CompileOptions gpu = CompileOptions.defaults().withDevice("GPU");
    assertThat(Core.within(gpu, one)).isEqualTo(gpu);
  }

  @Test
  void aModelCompiledWithoutThreadsHasThoseAllowed() throws IOException {
    try (Core core = Core.create();
        Model model = core.readModel(ToyIr.write(root));
        CompiledModel compiled =
            core.compile(model, CompileOptions.defaults().withHint(THROUGHPUT))) {
      int threads = Processors.here().throughputThreads();
      assertThat(compiled.property("INFERENCE_NUM_THREADS")).isEqualTo(Integer.toString(threads));
      assertThat(Integer.parseInt(compiled.property("NUM_STREAMS"))).isBetween(1, threads);
    }
  }
}
