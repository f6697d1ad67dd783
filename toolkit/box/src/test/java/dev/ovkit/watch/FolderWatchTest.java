package dev.ovkit.watch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ovkit.NotifySocket;
import dev.ovkit.OptionException;
import dev.ovkit.OutputException;
import dev.ovkit.internal.files.JsonFile;
import dev.ovkit.internal.json.DetectionsJson;
import dev.ovkit.model.Box;
import dev.ovkit.model.Detection;
import dev.ovkit.model.Detections;
import dev.ovkit.picture.Picture;
import dev.ovkit.vision.Detector;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A picture's way from one folder to the other, with the demo's model. */
@Tag("integration")
class FolderWatchTest {

  private static Detector detector;

  @TempDir private Path temp;
  private final Heard heard = new Heard();
  private Path in;
  private Path out;

  @BeforeAll
  static void open() {
    detector = Demo.detector();
  }

  @AfterAll
  static void close() {
    detector.close();
  }

  @BeforeEach
  void folders() throws IOException {
    in = Files.createDirectory(temp.resolve("in"));
    out = temp.resolve("out");
  }

  private WatchOptions options() {
    return WatchOptions.of(in, out).withSettle(Duration.ofMillis(50));
  }

  private WatchCounts once(WatchOptions options) {
    try (FolderWatch watch = Demo.watch(options.withOnce(true), detector, heard)) {
      return watch.run();
    }
  }

  private void drop(int picture, String name) throws IOException {
    Files.copy(Demo.picture(picture), in.resolve(name));
  }

  /** Everything below a folder but the watcher's two locks and its note. */
  private static List<String> files(Path folder) throws IOException {
    try (Stream<Path> walk = Files.walk(folder)) {
      return walk.filter(Files::isRegularFile)
          .map(file -> folder.relativize(file).toString())
          .filter(name -> !List.of(".ovkit", ".ovkit/lock", ".ovkit/out").contains(name))
          .sorted()
          .toList();
    }
  }

  private List<String> outFiles() throws IOException {
    return files(out);
  }

  @Test
  void aPictureBecomesJsonAndADrawnPictureAndIsKeptInDone() throws IOException {
    drop(0, "a.jpg");
    assertThat(once(options().withDraw(true))).isEqualTo(new WatchCounts(1, 0, 0, 0));
    assertThat(outFiles()).containsExactly("a.jpg.drawn.jpg", "a.jpg.json");
    assertThat(files(in)).containsExactly("done/a.jpg");
    assertThat(in.resolve("done/a.jpg")).hasSameBinaryContentAs(Demo.picture(0));
    Detections alone = detector.detect(Demo.picture(0));
    assertThat(alone.objects()).isNotEmpty();
    assertThat(JsonFile.read(out.resolve("a.jpg.json")))
        .containsEntry("model", Demo.MODEL.toString())
        .containsEntry("device", "CPU");
    Map<String, Object> expected = DetectionsJson.picture(Path.of("a.jpg"), alone);
    expected.remove("ms");
    Map<?, ?> result = Demo.result(out.resolve("a.jpg.json"));
    result.remove("ms");
    assertThat(result).isEqualTo(JsonFile.parse(JsonFile.bytes(expected)));
    try (Picture drawn = Picture.read(out.resolve("a.jpg.drawn.jpg"))) {
      assertThat(drawn.width()).isEqualTo(alone.width());
    }
    for (Detection found : alone.objects()) {
      assertThat(leftEdgeChanged(found.box(), Demo.picture(0), out.resolve("a.jpg.drawn.jpg")))
          .as("drawn: " + found)
          .isTrue();
    }
  }

  /** Whether a box's left edge has another colour than it had, by more than a JPEG loses. */
  private static boolean leftEdgeChanged(Box box, Path before, Path after) throws IOException {
    BufferedImage plain = ImageIO.read(before.toFile());
    BufferedImage drawn = ImageIO.read(after.toFile());
    int y = Math.round(box.y() + box.height() / 2);
    int x = Math.max(2, Math.min(plain.getWidth() - 3, Math.round(box.x())));
    return IntStream.rangeClosed(x - 2, x + 2)
        .anyMatch(
            at -> difference(new Color(plain.getRGB(at, y)), new Color(drawn.getRGB(at, y))) > 100);
  }

  private static int difference(Color a, Color b) {
    return Math.abs(a.getRed() - b.getRed())
        + Math.abs(a.getGreen() - b.getGreen())
        + Math.abs(a.getBlue() - b.getBlue());
  }

  @Test
  void aFinishedPictureIsDeletedWhereThatIsAsked() throws IOException {
    drop(0, "a.jpg");
    once(options().withDelete(true));
    assertThat(outFiles()).containsExactly("a.jpg.json");
    assertThat(files(in)).isEmpty();
  }

  @Test
  void whatCannotBeReadIsSetAsideWithTheReasonAndTheOthersAreDone() throws IOException {
    byte[] jpeg = Files.readAllBytes(Demo.picture(1));
    Files.write(in.resolve("broken.jpg"), Arrays.copyOf(jpeg, jpeg.length / 2));
    Files.createFile(in.resolve("empty.jpg"));
    Files.writeString(in.resolve("letter.txt"), "Dear Sir");
    drop(2, "good.jpg");
    drop(3, "with spaces und Größe.jpg");
    Files.createDirectories(in.resolve("folder.jpg/inside"));
    Files.createSymbolicLink(in.resolve("link.jpg"), Demo.picture(0));
    drop(0, ".half-copied.jpg");
    assertThat(once(options())).isEqualTo(new WatchCounts(2, 3, 0, 0));
    assertThat(outFiles()).containsExactly("good.jpg.json", "with spaces und Größe.jpg.json");
    assertThat(files(in))
        .containsExactly(
            ".half-copied.jpg",
            "done/good.jpg",
            "done/with spaces und Größe.jpg",
            "failed/broken.jpg",
            "failed/broken.jpg.reason.txt",
            "failed/empty.jpg",
            "failed/empty.jpg.reason.txt",
            "failed/letter.txt",
            "failed/letter.txt.reason.txt",
            "link.jpg");
    assertThat(in.resolve("folder.jpg/inside")).isDirectory();
    assertThat(in.resolve("failed/broken.jpg.reason.txt"))
        .content(UTF_8)
        .startsWith("broken.jpg: the JPEG")
        .endsWith("\n")
        .doesNotContain(".ovkit");
    assertThat(in.resolve("failed/letter.txt.reason.txt")).content().startsWith("letter.txt: ");
  }

  /** Root reads everything, so for root it is a picture like any other. */
  @Test
  void aPictureThatMayNotBeReadIsSetAside() throws IOException {
    drop(0, "secret.jpg");
    Files.setPosixFilePermissions(
        in.resolve("secret.jpg"), PosixFilePermissions.fromString("---------"));
    boolean readable = Files.isReadable(in.resolve("secret.jpg"));
    assertThat(once(options()))
        .isEqualTo(readable ? new WatchCounts(1, 0, 0, 0) : new WatchCounts(0, 1, 0, 0));
    if (!readable) {
      assertThat(in.resolve("failed/secret.jpg.reason.txt"))
          .content()
          .startsWith("secret.jpg: it cannot be read");
    }
  }

  @Test
  void oneNameUsedManyTimesGivesAsManyResults() throws IOException {
    for (int i = 0; i < 6; i++) {
      drop(i, "camera.jpg");
      once(options());
      if (i == 2) {
        // The reader takes a result away; its picture is still in done.
        Files.delete(out.resolve("camera-2.jpg.json"));
      }
    }
    assertThat(files(in.resolve("done")))
        .hasSize(6)
        .contains("camera.jpg", "camera-2.jpg", "camera-3.jpg");
    assertThat(outFiles()).hasSize(5);
    for (int i = 0; i < 5; i++) {
      Path picture = Demo.picture(i);
      try (Stream<Path> done = Files.list(in.resolve("done"))) {
        assertThat(done.filter(file -> same(file, picture)).count())
            .as("picture %d", i)
            .isEqualTo(i == 0 ? 2 : 1);
      }
    }
  }

  private static boolean same(Path a, Path b) {
    try {
      return Files.mismatch(a, b) < 0;
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void namesThatNoOtherFolderCouldTakeAreMended() {
    assertThat(PictureNames.clean("a\nb\u007f.jpg")).isEqualTo("a_b_.jpg");
    assertThat(PictureNames.clean("x.jpg.reason.txt")).isEqualTo("x.jpg.reason.txt_");
    String longest = PictureNames.clean("ä".repeat(125) + ".jpg");
    assertThat(longest).startsWith("ää").endsWith(".jpg");
    assertThat(longest.getBytes(UTF_8)).hasSizeBetween(180, 190);
    assertThat(PictureNames.clean("plain name.jpg")).isEqualTo("plain name.jpg");
  }

  @Test
  void aPictureWithTheLongestNameIsDone() throws IOException {
    drop(0, "n".repeat(251) + ".jpg");
    assertThat(once(options().withDraw(true)).done()).isEqualTo(1);
    assertThat(outFiles()).hasSize(2);
  }

  @Test
  void aFileThatIsStillWrittenIsWaitedFor() throws Exception {
    byte[] jpeg = Files.readAllBytes(Demo.picture(0));
    try (FolderWatch watch =
        Demo.watch(options().withSettle(Duration.ofMillis(400)), detector, heard)) {
      Thread running = new Thread(watch::run);
      running.start();
      try (OutputStream slow = Files.newOutputStream(in.resolve("slow.jpg"))) {
        for (int i = 0; i < 20; i++) {
          slow.write(jpeg, i * jpeg.length / 20, (i + 1) * jpeg.length / 20 - i * jpeg.length / 20);
          Thread.sleep(60);
        }
      }
      assertThat(heard.lines).isEmpty();
      Path hidden = Files.write(in.resolve(".renamed.jpg"), jpeg);
      Files.move(hidden, in.resolve("renamed.jpg"));
      heard.await("done slow.jpg");
      heard.await("done renamed.jpg");
      watch.stop();
      running.join();
    }
    assertThat(heard.lines).containsExactlyInAnyOrder("done slow.jpg", "done renamed.jpg");
  }

  @Test
  void manyPicturesGoThroughSeveralRequestsAndAllComeOut() throws IOException {
    for (int i = 0; i < 60; i++) {
      drop(i, "%03d.jpg".formatted(i));
    }
    assertThat(once(options()).done()).isEqualTo(60);
    assertThat(outFiles()).hasSize(60);
    assertThat(files(in)).hasSize(60).allMatch(name -> name.startsWith("done/"));
  }

  // ---- refusals

  @Test
  void twoWatchersOfOneFolderAndOfOneTargetRefuseEachOther() {
    try (FolderWatch first = Demo.watch(options(), detector, heard)) {
      assertThat(first).isNotNull();
      assertThatThrownBy(() -> Demo.watch(WatchOptions.of(in, temp.resolve("b")), detector, heard))
          .isInstanceOf(OutputException.class)
          .hasMessage(
              "'%s' is in use by another ovkit watch; stop that one, or give another folder"
                  .formatted(in));
      assertThatThrownBy(() -> Demo.watch(WatchOptions.of(temp.resolve("c"), out), detector, heard))
          .isInstanceOf(OutputException.class)
          .hasMessageStartingWith("'%s' is in use by another".formatted(out));
    }
    Demo.watch(options(), detector, heard).close();
  }

  @Test
  void oneFolderCannotBeBoth() {
    assertThatThrownBy(() -> Demo.watch(WatchOptions.of(in, in), detector, heard))
        .isInstanceOf(OptionException.class)
        .hasMessageContaining("is both IN and OUT");
  }

  // ---- a folder that cannot be written

  @Test
  void anOutThatCannotBeWrittenIsToldOnceWaitedForAndNothingIsLost() throws Exception {
    try (FolderWatch watch = Demo.watch(options(), detector, heard)) {
      Thread running = new Thread(watch::run);
      running.start();
      drop(0, "first.jpg");
      heard.await("done first");
      Path away = out.resolveSibling("away");
      Files.move(out, away);
      Files.createFile(out); // even root cannot write into this
      for (int i = 0; i < 9; i++) {
        drop(i, i + ".jpg");
      }
      heard.await("waiting");
      Thread.sleep(2500);
      assertThat(heard.lines).hasSize(2);
      assertThat(heard.lines.get(1)).startsWith("waiting cannot write '%s': ".formatted(out));
      Files.delete(out);
      Files.move(away, out);
      for (int i = 0; i < 9; i++) {
        heard.await("done " + i);
      }
      watch.stop();
      running.join();
    }
    assertThat(heard.lines).hasSize(12).containsOnlyOnce("goes on");
    assertThat(outFiles()).hasSize(10);
  }

  @Test
  void aStopWhileItWaitsLeavesThePicturesForTheNextStart() throws Exception {
    try (FolderWatch watch = Demo.watch(options(), detector, heard)) {
      WatchCounts[] counts = new WatchCounts[1];
      Thread running = new Thread(() -> counts[0] = watch.run());
      running.start();
      drop(0, "first.jpg");
      heard.await("done first");
      Path away = out.resolveSibling("away");
      Files.move(out, away);
      Files.createFile(out);
      for (int i = 0; i < 9; i++) {
        drop(i, i + ".jpg");
      }
      heard.await("waiting");
      watch.stop();
      running.join();
      assertThat(counts[0].done()).isEqualTo(1);
      assertThat(counts[0].unfinished()).isPositive();
      Files.delete(out);
      Files.move(away, out);
    }
    assertThat(once(options()).done()).isEqualTo(9);
    assertThat(outFiles()).hasSize(10);
    assertThat(files(in)).hasSize(10).allMatch(name -> name.startsWith("done/"));
  }

  @Test
  void withOnceAnOutThatCannotBeWrittenIsAnError() throws IOException {
    try (FolderWatch watch = Demo.watch(options().withOnce(true), detector, heard)) {
      Path away = out.resolveSibling("away");
      Files.move(out, away);
      Files.createFile(out);
      drop(0, "a.jpg");
      assertThatThrownBy(watch::run).isInstanceOf(OutputException.class);
      Files.delete(out);
      Files.move(away, out);
    }
    assertThat(once(options()).done()).isEqualTo(1);
  }

  // ---- what an earlier process left, at each of its steps

  @Test
  void aPictureThatWasTakenIsDoneAtTheNextStart() throws IOException {
    once(options());
    Files.copy(Demo.picture(0), in.resolve(".ovkit/work/a.jpg"));
    Files.copy(Demo.picture(1), in.resolve(".ovkit/trial-1/b.jpg"));
    Files.copy(Demo.picture(2), in.resolve(".ovkit/trial-2/c.jpg"));
    Files.writeString(out.resolve(".a.jpg.json.staged"), "half");
    Files.writeString(out.resolve("..b.jpg.json.staged.part"), "quarter");
    assertThat(once(options())).isEqualTo(new WatchCounts(3, 0, 0, 0));
    assertThat(outFiles()).containsExactly("a.jpg.json", "b.jpg.json", "c.jpg.json");
    assertThat(files(in)).containsExactly("done/a.jpg", "done/b.jpg", "done/c.jpg");
    assertThat(Demo.result(out.resolve("a.jpg.json")).get("file")).isEqualTo("a.jpg");
  }

  @Test
  void aPictureThatEndedThreeProcessesAloneIsSetAside() throws IOException {
    once(options());
    Files.copy(Demo.picture(0), in.resolve(".ovkit/trial-3/bomb.jpg"));
    drop(1, "good.jpg");
    assertThat(once(options())).isEqualTo(new WatchCounts(1, 1, 0, 0));
    assertThat(in.resolve("failed/bomb.jpg.reason.txt"))
        .hasContent("the process ended three times while it was processing only this picture");
    assertThat(files(in))
        .containsExactly("done/good.jpg", "failed/bomb.jpg", "failed/bomb.jpg.reason.txt");
  }

  @Test
  void aTrialLeavesItsMarkUntilItIsOver() throws IOException {
    drop(0, "a.jpg");
    try (Spool spool = Spool.open(in, out, false)) {
      Path picture = spool.take(in.resolve("a.jpg"));
      for (int trial = 1; trial <= 3; trial++) {
        picture = spool.beginTrial(picture);
        assertThat(files(in)).containsExactly(".ovkit/trial-%d/a.jpg".formatted(trial));
        assertThat(spool.guilty()).hasSize(trial / 3);
      }
      assertThat(spool.endTrial(picture)).isEqualTo(in.resolve(".ovkit/work/a.jpg")).exists();
    }
  }

  @Test
  void aPictureIsNotFinishedBeforeItsResultIsOut() throws IOException {
    drop(0, "a.jpg");
    try (Spool spool = Spool.open(in, out, false)) {
      Path picture = spool.take(in.resolve("a.jpg"));
      spool.stage(picture, Map.of(Spool.RESULT, new byte[] {'1'}));
      // Nothing can be renamed onto a folder that holds something.
      Path obstacle = Files.createDirectories(out.resolve("a.jpg.json/inside"));
      Spool.Action publication = spool.publication("a.jpg", List.of(Spool.RESULT));
      assertThatThrownBy(publication::run).isInstanceOf(IOException.class);
      assertThat(files(in)).containsExactly(".ovkit/ready/a.jpg");
      Files.delete(obstacle);
      Files.delete(obstacle.getParent());
      publication.run();
    }
    assertThat(files(in)).containsExactly("done/a.jpg");
    assertThat(out.resolve("a.jpg.json")).hasContent("1");
  }

  @Test
  void aStagedResultIsPublishedAsItIsAndNotMadeAgain() throws IOException {
    once(options());
    Files.copy(Demo.picture(0), in.resolve(".ovkit/ready/a.jpg"));
    Files.writeString(out.resolve(".a.jpg.json.staged"), "made before");
    Files.writeString(out.resolve(".a.jpg.drawn.jpg.staged"), "drawn before");
    assertThat(once(options())).isEqualTo(new WatchCounts(1, 0, 0, 0));
    assertThat(out.resolve("a.jpg.json")).hasContent("made before");
    assertThat(out.resolve("a.jpg.drawn.jpg")).hasContent("drawn before");
    assertThat(files(in)).containsExactly("done/a.jpg");
  }

  @Test
  void aResultThatItsReaderTookBeforeThePictureWasFinishedDoesNotComeAgain() throws IOException {
    once(options());
    Files.copy(Demo.picture(0), in.resolve(".ovkit/ready/a.jpg"));
    once(options());
    assertThat(outFiles()).isEmpty();
    assertThat(files(in)).containsExactly("done/a.jpg");
  }

  @Test
  void anotherOutIsRefusedWhileResultsWaitInTheFirst() throws IOException {
    once(options());
    Files.copy(Demo.picture(0), in.resolve(".ovkit/ready/a.jpg"));
    Path other = temp.resolve("other");
    assertThatThrownBy(() -> Demo.watch(WatchOptions.of(in, other), detector, heard))
        .isInstanceOf(OutputException.class)
        .hasMessage(
            "unfinished results of pictures in '%s' belong in '%s', but '%s' is a different folder; mount or give the right one"
                .formatted(in, out, other));
    once(options());
    Demo.watch(WatchOptions.of(in, other), detector, heard).close();
  }

  // ---- the service manager

  @Test
  void theWatchdogHearsNothingFromALoopThatIsStuck() throws Exception {
    String name = temp.resolve("notify").toString();
    CountDownLatch freed = new CountDownLatch(1);
    CountDownLatch stuck = new CountDownLatch(1);
    WatchListener sticky =
        new WatchListener() {
          @Override
          public void done(String picture, Detections found) {
            stuck.countDown();
            try {
              freed.await();
            } catch (InterruptedException e) {
              throw new AssertionError(e);
            }
          }

          @Override
          public void setAside(String picture, String reason) {}

          @Override
          public void waiting(String message) {}

          @Override
          public void goesOn() {}

          @Override
          public void left(String picture, String reason) {}
        };
    try (NotifySocket socket = new NotifySocket(name);
        FolderWatch watch =
            Demo.watch(
                options(),
                detector,
                sticky,
                ServiceManager.of(Map.of("NOTIFY_SOCKET", name, "WATCHDOG_USEC", "200000")))) {
      Thread running = new Thread(watch::run);
      running.start();
      socket.await("READY=1", 1);
      socket.await("WATCHDOG=1", 5);
      drop(0, "a.jpg");
      stuck.await();
      long beats = beatsOnceTheyStop(socket);
      freed.countDown();
      socket.await("WATCHDOG=1", beats + 3);
      watch.stop();
      running.join();
      socket.await("STOPPING=1", 1);
      assertThat(socket.received().get(0)).isEqualTo("READY=1");
      assertThat(socket.received()).anyMatch(line -> line.startsWith("STATUS="));
    }
  }

  /** One may still be on its way; after that a second, five times the period, brings none. */
  private static long beatsOnceTheyStop(NotifySocket socket) throws InterruptedException {
    for (int second = 0; second < 20; second++) {
      long beats = socket.count("WATCHDOG=1");
      Thread.sleep(1000);
      if (socket.count("WATCHDOG=1") == beats) {
        return beats;
      }
    }
    throw new AssertionError("it went on beating for 20 s");
  }
}
