package dev.ovkit.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ovkit.CompileOptions;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Handles own native memory: none of these may crash the JVM, and none may leak. */
@Tag("integration")
class HandleLifetimeTest {

  @TempDir private Path temp;

  @Test
  void closingTwiceDoesNothing() throws Exception {
    Core core = Core.create();
    Model model = core.readModel(ToyIr.write(temp));
    CompiledModel compiled = core.compile(model, CompileOptions.defaults());
    InferRequest request = compiled.createRequest();
    for (AutoCloseable handle : new AutoCloseable[] {request, compiled, model, core}) {
      handle.close();
      handle.close();
    }
  }

  @Test
  void useAfterCloseIsRefused() throws Exception {
    Core core = Core.create();
    Model model = core.readModel(ToyIr.write(temp));
    CompiledModel compiled = core.compile(model, CompileOptions.defaults());
    InferRequest request = compiled.createRequest();
    request.close();
    compiled.close();
    model.close();
    core.close();

    assertClosed(request::infer, "InferRequest is closed");
    assertClosed(request::start, "InferRequest is closed");
    assertClosed(() -> request.output("features"), "InferRequest is closed");
    assertClosed(compiled::createRequest, "CompiledModel is closed");
    assertClosed(() -> compiled.property("NUM_STREAMS"), "CompiledModel is closed");
    assertClosed(model::inputs, "Model is closed");
    assertClosed(core::devices, "Core is closed");
  }

  @Test
  void aChildWorksOnWhenItsParentsAreClosed() throws Exception {
    Core core = Core.create();
    Model model = core.readModel(ToyIr.write(temp));
    CompiledModel compiled = core.compile(model, CompileOptions.defaults());
    try (InferRequest request = compiled.createRequest()) {
      compiled.close();
      model.close();
      core.close();
      InferenceTest.fill(request.input(0).floats(), 1);
      request.infer();

      assertThat(request.output(0).floats().get(77)).isNotZero();
    }
  }

  @Test
  void theMemoryOfATensorOutlivesItsRequest() throws Exception {
    FloatBuffer out;
    try (Core core = Core.create();
        Model model = core.readModel(ToyIr.write(temp));
        CompiledModel compiled = core.compile(model, CompileOptions.defaults());
        InferRequest request = compiled.createRequest()) {
      InferenceTest.fill(request.input(0).floats(), 1);
      request.infer();
      out = request.output(0).floats();
    }
    assertThat(out.get(77)).isNotZero();
    out.put(77, 0);
  }

  @Test
  void closeDuringInferenceIsRefusedAndTheInferenceGoesOn() throws Exception {
    try (Core core = Core.create();
        Model model = core.readModel(ToyIr.write(temp));
        CompiledModel compiled = core.compile(model, CompileOptions.defaults())) {
      InferRequest request = compiled.createRequest();
      request.start();
      assertThatThrownBy(request::close)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("InferRequest is in use; close it when its calls have returned");
      request.await();
      request.close();
    }
  }

  @Test
  void closeAgainstARunningThreadNeverPullsTheMemoryAway() throws Exception {
    try (Core core = Core.create();
        Model model = core.readModel(ToyIr.write(temp));
        CompiledModel compiled = core.compile(model, CompileOptions.defaults())) {
      for (int round = 0; round < 20; round++) {
        InferRequest request = compiled.createRequest();
        AtomicBoolean refused = new AtomicBoolean();
        Thread worker =
            new Thread(
                () -> {
                  try {
                    while (true) {
                      request.infer();
                    }
                  } catch (IllegalStateException e) {
                    refused.set(e.getMessage().equals("InferRequest is closed"));
                  }
                });
        worker.start();
        boolean closed = false;
        while (!closed) {
          try {
            request.close();
            closed = true;
          } catch (IllegalStateException inUse) {
            Thread.yield(); // where there is one processor, a spin would keep it from the other
          }
        }
        worker.join();
        assertThat(refused).isTrue();
      }
    }
  }

  @Test
  void aForgottenHandleIsFreedByTheCollector() throws Exception {
    AtomicInteger freed = new AtomicInteger();
    for (int i = 0; i < 50; i++) {
      new Counted(freed);
    }
    while (freed.get() < 50) { // or the test's timeout
      System.gc();
      Thread.sleep(5);
    }
    assertThat(freed).hasValue(50);
  }

  /** Whether the process grows is what benchmarks/soak.sh measures. */
  @Test
  void aClosedHandleIsFreedOnce() {
    AtomicInteger freed = new AtomicInteger();
    Counted handle = new Counted(freed);
    assertThat(freed).hasValue(0);
    handle.close();
    handle.close();
    assertThat(freed).hasValue(1);
  }

  /** A native object of which is known how often it was freed. */
  private static final class Counted extends NativeHandle {
    Counted(AtomicInteger freed) {
      super(new Pointer(), pointer -> freed.incrementAndGet());
    }
  }

  private static void assertClosed(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String message) {
    assertThatThrownBy(call).isInstanceOf(IllegalStateException.class).hasMessage(message);
  }
}
