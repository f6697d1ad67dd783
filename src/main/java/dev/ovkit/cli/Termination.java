package dev.ovkit.cli;

import dev.ovkit.internal.files.Temporary;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Makes SIGTERM and Ctrl-C, while it is open, a request to finish: the process ends with the exit
 * code of the finished work instead of the signal's. Work that takes too long is abandoned.
 */
final class Termination implements AutoCloseable {

  /** Less than a service manager waits before it kills. */
  private static final int LONGEST_SECONDS = 50;

  private final Runnable stop;
  private final CountDownLatch ended = new CountDownLatch(1);
  private final Thread hook = new Thread(this::end, "ovkit-stop");
  private volatile int exitCode = -1;

  Termination(Runnable stop) {
    this.stop = stop;
    Runtime.getRuntime().addShutdownHook(hook);
    Program.endAfter(hook);
  }

  /** Records that the work is finished and its result printed. */
  void finished(int code) {
    exitCode = code;
  }

  private void end() {
    stop.run();
    try {
      if (ended.await(LONGEST_SECONDS, TimeUnit.SECONDS) && exitCode >= 0) {
        Temporary.end();
        Runtime.getRuntime().halt(exitCode);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
      Program.endAfter(null);
    } catch (IllegalStateException e) {
      // the hook is running and waits for this
    }
    ended.countDown();
  }
}
