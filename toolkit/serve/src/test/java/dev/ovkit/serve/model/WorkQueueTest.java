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
    return task("parts", 1, name, expected);
  }

  private WorkQueue.Task task(String model, int weight, String name, Duration expected) {
    return new WorkQueue.Task(
        model, weight, expected, () -> done.add(name), () -> done.add(name + " late"));
  }

  /** Keeps the only worker until {@link #release}. */
  private void occupy(WorkQueue queue, Duration expected) throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(1);
    queue.add(
        List.of(
            new WorkQueue.Task(
                "other",
                1,
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
          List.of(
              new WorkQueue.Task("parts", 1, Duration.ofSeconds(50), first::countDown, () -> {})),
          System.nanoTime() + 60 * SECOND);
      first.await();
      occupy(queue, Duration.ZERO); // begins only when the first is wholly done
      queue.add(List.of(task("a", Duration.ZERO)), System.nanoTime() + 30 * SECOND);
      release.countDown();
    }
    assertThat(done).containsExactly("a");
  }

  private void add(WorkQueue queue, String model, int weight, int count) {
    for (int i = 0; i < count; i++) {
      queue.add(
          List.of(task(model, weight, model + i, Duration.ofMillis(10))),
          System.nanoTime() + 60 * SECOND);
    }
  }

  @Test
  void modelsShareTheWorkersByTheirWeights() throws Exception {
    try (WorkQueue queue = new WorkQueue(1, 10, new ServerMetrics())) {
      occupy(queue, Duration.ZERO);
      add(queue, "a", 1, 4);
      add(queue, "b", 2, 6);
      release.countDown();
    }
    assertThat(done).containsExactly("a0", "b0", "b1", "a1", "b2", "b3", "a2", "b4", "b5", "a3");
  }

  /** Another model's backlog neither fills the queue of this one nor comes before its work. */
  @Test
  void aBusyModelHoldsNoOtherUp() throws Exception {
    try (WorkQueue queue = new WorkQueue(1, 4, new ServerMetrics())) {
      occupy(queue, Duration.ZERO);
      add(queue, "a", 1, 4);
      assertThatExceptionOfType(OverloadException.class).isThrownBy(() -> add(queue, "a", 1, 1));
      add(queue, "b", 1, 1);
      release.countDown();
    }
    assertThat(done).containsExactly("a0", "b0", "a1", "a2", "a3");
  }

  /** What comes first by the weights is what an answer has to wait for. */
  @Test
  void theWaitOfAModelIsThatOfItsShare() throws Exception {
    try (WorkQueue queue = new WorkQueue(1, 10, new ServerMetrics())) {
      occupy(queue, Duration.ZERO);
      for (int i = 0; i < 4; i++) {
        queue.add(
            List.of(task("a", 1, "a" + i, Duration.ofSeconds(30))),
            System.nanoTime() + 600 * SECOND);
      }
      assertThatExceptionOfType(OverloadException.class)
          .isThrownBy(
              () ->
                  queue.add(
                      List.of(task("a", 1, "a4", Duration.ofSeconds(30))),
                      System.nanoTime() + 100 * SECOND));
      queue.add(
          List.of(task("b", 1, "b0", Duration.ofSeconds(30))), System.nanoTime() + 100 * SECOND);
      release.countDown();
    }
    assertThat(done).containsExactly("a0", "b0", "a1", "a2", "a3");
  }
}
