package dev.ovkit.video.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ovkit.OptionException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventQueueTest {

  private static final Duration LONG = Duration.ofMinutes(1);
  private static final Duration NO_TIME = Duration.ZERO;

  @TempDir Path temp;

  private final List<String> reports = Collections.synchronizedList(new ArrayList<>());

  private Path folder() {
    return temp.resolve("queue");
  }

  private EventQueue open(long mostBytes) {
    return EventQueue.open(folder(), mostBytes, reports::add);
  }

  private static List<String> take(EventQueue queue, int count) throws InterruptedException {
    List<String> ids = new ArrayList<>();
    while (ids.size() < count) {
      List<Event> events = queue.next(count - ids.size(), LONG);
      events.forEach(event -> ids.add(event.id()));
      queue.delivered(events.size());
    }
    return ids;
  }

  private static void add(EventQueue queue, int from, int to) {
    for (int i = from; i < to; i++) {
      queue.add(TestEvents.event(i));
    }
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> list = Files.list(folder())) {
      return list.filter(file -> file.toString().endsWith(".events")).sorted().toList();
    }
  }

  @Test
  void eventsComeOutInTheirOrderAndAnotherRunGoesOnWhereOneStopped() throws Exception {
    try (EventQueue queue = open(1 << 20)) {
      add(queue, 0, 300);
      assertThat(take(queue, 120)).isEqualTo(TestEvents.ids(0, 120));
      assertThat(queue.next(5, LONG)).extracting(Event::id).startsWith("id-120");
      queue.failed();
    }
    try (EventQueue queue = open(1 << 20)) {
      assertThat(queue.queued()).isEqualTo(180);
      add(queue, 300, 310);
      assertThat(take(queue, 190)).isEqualTo(TestEvents.ids(120, 310));
      assertThat(queue.next(5, NO_TIME)).isEmpty();
      assertThat(queue.delivered()).isEqualTo(190);
    }
    assertThat(files()).as("nothing waits").isEmpty();
    assertThat(reports).isEmpty();
  }

  @Test
  void anEventComesOutAsItWentIn() throws Exception {
    Event event = TestEvents.event(1);
    try (EventQueue queue = open(1 << 20)) {
      queue.add(event);
      assertThat(queue.next(1, LONG)).containsExactly(event);
      queue.failed();
      assertThat(queue.next(1, LONG)).as("again").containsExactly(event);
    }
  }

  @Test
  void aFullQueueDropsTheOldestAndSaysHowMany() throws Exception {
    int count = 5000;
    try (EventQueue queue = open(QueueOptions.LEAST_BYTES)) {
      for (int i = 0; i < count; i++) {
        queue.add(TestEvents.event(i));
        if (i % 100 == 0) {
          awaitDisk(queue);
        }
      }
      awaitDisk(queue);
      long dropped = queue.dropped();
      int left = (int) queue.queued();
      assertThat(dropped).isPositive();
      assertThat(left + dropped).isEqualTo(count);
      assertThat(left).as("most of it is used").isGreaterThan(500);
      assertThat(take(queue, left)).isEqualTo(TestEvents.ids(count - left, count));
    }
    long bytes = 0;
    for (Path file : files()) {
      bytes += Files.size(file);
    }
    assertThat(bytes).isLessThanOrEqualTo(QueueOptions.LEAST_BYTES);
    assertThat(reports).as("the first loss, and at the end the others").hasSize(2);
    assertThat(reports.get(0))
        .matches("events dropped: \\d+ \\(the queue '%s' is full\\)".formatted(folder()));
  }

  private static void awaitDisk(EventQueue queue) throws InterruptedException {
    while (queue.inMemory() > 0) {
      Thread.sleep(1);
    }
  }

  @Test
  void whatACrashCutOffIsLeftOut() throws Exception {
    try (EventQueue queue = open(1 << 20)) {
      add(queue, 0, 10);
    }
    Path file = files().get(0);
    try (RandomAccessFile raw = new RandomAccessFile(file.toFile(), "rw")) {
      raw.setLength(raw.length() - 7);
    }
    try (EventQueue queue = open(1 << 20)) {
      add(queue, 10, 12);
      List<String> expected = TestEvents.ids(0, 12);
      expected.remove("id-9");
      assertThat(take(queue, 11)).isEqualTo(expected);
      assertThat(queue.queued()).isZero();
    }
  }

  @Test
  void damagedEventsAreLeftOutAndTheOthersComeOut() throws Exception {
    try (EventQueue queue = open(1 << 20)) {
      add(queue, 0, 10);
    }
    byte[] bytes = Files.readAllBytes(files().get(0));
    String text = new String(bytes, java.nio.charset.StandardCharsets.UTF_8);
    Files.writeString(files().get(0), text.replace("id-4", "id-X").replace("id-6\"", "\n"));
    try (EventQueue queue = open(1 << 20)) {
      List<String> expected = TestEvents.ids(0, 10);
      expected.removeAll(List.of("id-4", "id-6"));
      assertThat(take(queue, 8)).isEqualTo(expected);
    }
  }

  @Test
  void filesThatSomebodyDeletesAreCounted() throws Exception {
    try (EventQueue queue = open(1 << 20)) {
      add(queue, 0, 10);
      awaitDisk(queue);
      Files.delete(files().get(0));
      assertThat(queue.next(5, NO_TIME)).isEmpty();
      assertThat(queue.dropped()).isEqualTo(10);
      add(queue, 10, 12);
      assertThat(take(queue, 2)).isEqualTo(TestEvents.ids(10, 12));
    }
    assertThat(reports)
        .containsExactly(
            "events dropped: 10 (files in '%s' are damaged or missing)".formatted(folder()));
  }

  @Test
  void withoutTheNoteOfWhatIsDeliveredEventsAreRepeatedAndNoneIsLost() throws Exception {
    try (EventQueue queue = open(1 << 20)) {
      add(queue, 0, 10);
      take(queue, 4);
    }
    Files.writeString(folder().resolve("delivered"), "nonsense");
    try (EventQueue queue = open(1 << 20)) {
      assertThat(take(queue, 10)).isEqualTo(TestEvents.ids(0, 10));
    }
  }

  @Test
  void whileTheDiskIsAwayEventsAreDeliveredFromMemory() throws Exception {
    try (EventQueue queue = open(1 << 20)) {
      Files.delete(folder().resolve("lock"));
      Files.delete(folder());
      Files.writeString(folder(), "a file where the folder was");
      add(queue, 0, 3);
      assertThat(take(queue, 3)).isEqualTo(TestEvents.ids(0, 3));
      add(queue, 3, 6);
      Files.delete(folder());
      assertThat(take(queue, 3)).isEqualTo(TestEvents.ids(3, 6));
      add(queue, 6, 8);
      awaitDisk(queue);
      assertThat(take(queue, 2)).isEqualTo(TestEvents.ids(6, 8));
      assertThat(queue.dropped()).isZero();
    }
    assertThat(reports).hasSize(2);
    assertThat(reports.get(0))
        .startsWith("cannot write '%s'".formatted(folder()))
        .endsWith("; events wait in memory");
    assertThat(reports.get(1)).isEqualTo("the queue '%s' is writable again".formatted(folder()));
  }

  @Test
  void twoCannotUseOneFolder() {
    try (EventQueue first = open(1 << 20)) {
      assertThat(first.queued()).isZero();
      assertThatThrownBy(() -> open(1 << 20))
          .isInstanceOf(OptionException.class)
          .hasMessage(
              "queue '%s': another ovkit uses it; give each its own folder".formatted(folder()));
    }
  }
}
