package dev.ovkit.serve.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.ovkit.serve.metrics.ServerMetrics;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WorkQueueTest {

  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private final List<String> done = new CopyOnWriteArrayList<>();
  private final CountDownLatch release = new CountDownLatch(1);

  private WorkQueue.Task task(String name, Duration expected) {
    return new WorkQueue.Task(expected, () -> done.add(name), () -> done.add(name + " late"));
  }

  /** Keeps the only worker until {@link #release}. */
  private void occupy(WorkQueue queue, Duration expected) throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(1);
    queue.add(
        List.of(
            new WorkQueue.Task(
                expected,
                () -> {
                  begun.countDown();
                  await(release);
                },
                () -> {})),
        System.nanoTime() + 60 * 60 * SECOND);
    begun.await();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void workIsDoneInItsOrder() throws Exception {
    try (WorkQueue queue = new WorkQueue(1, 10, new ServerMetrics())) {
      occupy(queue, Duration.ZERO);
      for (int i = 0; i < 5; i++) {
        queue.add(List.of(task("task " + i, Duration.ZERO)), System.nanoTime() + 60 * SECOND);
      }
      release.countDown();
    }
    assertThat(done).containsExactly("task 0", "task 1", "task 2", "task 3", "task 4");
  }

  @Test
  void whatCannotBeDoneInTimeIsRefusedAtOnce() throws Exception {
    try (WorkQueue queue = new WorkQueue(1, 10, new ServerMetrics())) {
      assertThatExceptionOfType(OverloadException.class)
          .isThrownBy(
              () ->
                  queue.add(
                      List.of(task("long", Duration.ofMinutes(2))),
                      System.nanoTime() + 60 * SECOND))
          .withMessageStartingWith("the server is busy: the answer would take 120000 ms");
      occupy(queue, Duration.ofMinutes(10));
      assertThatExceptionOfType(OverloadException.class)
          .isThrownBy(
              () ->
                  queue.add(
                      List.of(task("behind", Duration.ZERO)), System.nanoTime() + 60 * SECOND))
          .satisfies(
              e -> assertThat(e.after()).isBetween(Duration.ofMinutes(9), Duration.ofMinutes(10)));
      queue.add(List.of(task("patient", Duration.ZERO)), System.nanoTime() + 60 * 60 * SECOND);
      release.countDown();
    }
    assertThat(done).containsExactly("patient");
  }

  @Test
  void aFullQueueTakesAllOfARequestOrNothing() throws Exception {
    try (WorkQueue queue = new WorkQueue(1, 3, new ServerMetrics())) {
      occupy(queue, Duration.ZERO);
      long late = System.nanoTime() + 60 * SECOND;
      queue.add(Collections.nCopies(2, task("a", Duration.ZERO)), late);
      assertThatExceptionOfType(OverloadException.class)
          .isThrownBy(() -> queue.add(Collections.nCopies(2, task("b", Duration.ZERO)), late))
          .withMessage("the server is busy: its queue is full; try again later");
      queue.add(List.of(task("c", Duration.ZERO)), late);
      release.countDown();
    }
    assertThat(done).containsExactly("a", "a", "c");
  }

  @Test
  void workWhoseTurnComesTooLateIsNotDone() throws Exception {
    try (WorkQueue queue = new WorkQueue(1, 3, new ServerMetrics())) {
      occupy(queue, Duration.ZERO);
      long deadline = System.nanoTime() + SECOND / 5;
      queue.add(List.of(task("a", Duration.ZERO)), deadline);
      while (System.nanoTime() <= deadline) {
        Thread.sleep(10);
      }
      release.countDown();
    }
    assertThat(done).containsExactly("a late");
  }

  @Test
  void whatWasDoneNoLongerCounts() throws Exception {
    try (WorkQueue queue = new WorkQueue(1, 3, new ServerMetrics())) {
      CountDownLatch first = new CountDownLatch(1);
      queue.add(
          List.of(new WorkQueue.Task(Duration.ofSeconds(50), first::countDown, () -> {})),
          System.nanoTime() + 60 * SECOND);
      first.await();
      occupy(queue, Duration.ZERO); // begins only when the first is wholly done
      queue.add(List.of(task("a", Duration.ZERO)), System.nanoTime() + 30 * SECOND);
      release.countDown();
    }
    assertThat(done).containsExactly("a");
  }
}
