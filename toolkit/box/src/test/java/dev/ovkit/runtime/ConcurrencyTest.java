package dev.ovkit.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ovkit.CompileOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("integration")
class ConcurrencyTest {

  private static final int THREADS = 16;
  private static final int INFERENCES = 1000;
  private static final int PICTURES = 8;

  @TempDir private Path temp;

  @Test
  void sixteenThreadsOnOneCompiledModelGetTheSerialAnswers() throws Exception {
    try (Core core = Core.create();
        Model model = core.readModel(ToyIr.write(temp));
        CompiledModel compiled =
            core.compile(
                model,
                CompileOptions.defaults()
                    .withHint(CompileOptions.Hint.THROUGHPUT)
                    .withStreams(2))) {
      List<float[]> serial = new ArrayList<>();
      try (InferRequest request = compiled.createRequest()) {
        for (int picture = 0; picture < PICTURES; picture++) {
          serial.add(infer(request, picture));
        }
      }
      ExecutorService threads = Executors.newFixedThreadPool(THREADS);
      try {
        List<Callable<Integer>> work = new ArrayList<>();
        for (int t = 0; t < THREADS; t++) {
          int first = t;
          work.add(
              () -> {
                int wrong = 0;
                try (InferRequest request = compiled.createRequest()) {
                  for (int i = 0; i < INFERENCES; i++) {
                    int picture = (first + i) % PICTURES;
                    if (!java.util.Arrays.equals(infer(request, picture), serial.get(picture))) {
                      wrong++;
                    }
                  }
                }
                return wrong;
              });
        }
        int wrong = 0;
        for (Future<Integer> result : threads.invokeAll(work)) {
          wrong += result.get();
        }
        assertThat(wrong).isZero();
      } finally {
        threads.shutdown();
      }
    }
  }

  private static float[] infer(InferRequest request, int picture) {
    // A cheap picture of its own: one bright column.
    for (int i = 0; i < request.input(0).floats().capacity(); i++) {
      request.input(0).floats().put(i, i % ToyIr.SIDE == picture ? 255 : picture);
    }
    request.infer();
    float[] some = new float[512];
    for (int i = 0; i < some.length; i++) {
      some[i] = request.output(0).floats().get(i * 64);
    }
    return some;
  }
}
