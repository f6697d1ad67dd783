package dev.ovkit.nativelib;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The search order, over folders with two small files instead of OpenVINO's. */
class LibrarySearchTest {

  private static final LibraryList LIST =
      LibraryList.parse(
          "openvino\t2026.4.1\nliba.so\t3\tirrelevant-a\nlibjniovkit_convert.so\t1\tx\nlicenses/b/LICENSE\t4\tirrelevant-b\n");
  private static final Function<String, @Nullable InputStream> JAR =
      name ->
          new ByteArrayInputStream(
              (name.equals("liba.so") ? "aaa" : name.endsWith("convert.so") ? "c" : "bbbb")
                  .getBytes(StandardCharsets.UTF_8));
  private static final Function<String, @Nullable InputStream> NO_JAR = name -> null;

  @TempDir private Path temp;

  @Test
  void theExplicitDirectoryWins() throws IOException {
    Path explicit = complete("explicit");
    Path beside = complete("beside");

    assertThat(search(explicit, List.of(beside), JAR))
        .isEqualTo(new NativeRuntime.Found(explicit, "explicit directory"));
  }

  @Test
  void anExplicitDirectoryThatIsWrongHidesNoMistake() throws IOException {
    Path explicit = Files.createDirectory(temp.resolve("explicit"));

    assertThat(message(search(explicit, List.of(complete("beside")), JAR)))
        .isEqualTo(
            "no usable OpenVINO 2026.4.1 runtime; searched:\n  explicit directory %s: liba.so is missing"
                .formatted(explicit));
  }

  @Test
  void thenWhatLiesBesideTheApplication() throws IOException {
    Path beside = complete("beside");

    assertThat(search(null, List.of(temp.resolve("none"), beside), JAR))
        .isEqualTo(new NativeRuntime.Found(beside, "beside the application"));
  }

  @Test
  void thenTheJarsOwnCopyIsUnpackedOnce() throws IOException {
    NativeRuntime first = search(null, List.of(), JAR);
    Path directory = ((NativeRuntime.Found) first).directory();

    assertThat(directory.resolve("liba.so")).hasContent("aaa");
    assertThat(directory.resolve("licenses/b/LICENSE")).hasContent("bbbb");
    assertThat(search(null, List.of(), name -> new Unreadable())).isEqualTo(first);
  }

  @Test
  void theConvertersLibrariesAreUnpackedWhereTheirJarIsThere() throws IOException {
    Path without =
        ((NativeRuntime.Found)
                search(null, List.of(), name -> name.contains("convert") ? null : JAR.apply(name)))
            .directory();
    assertThat(without.resolve("liba.so")).exists();
    assertThat(without.resolve("libjniovkit_convert.so")).doesNotExist();

    Path with = ((NativeRuntime.Found) search(null, List.of(), JAR)).directory();
    assertThat(with.resolve("libjniovkit_convert.so")).hasContent("c");
    assertThat(with).isNotEqualTo(without);
  }

  @Test
  void aDamagedCopyInTheCacheIsReplaced() throws IOException {
    Path directory = ((NativeRuntime.Found) search(null, List.of(), JAR)).directory();
    Files.writeString(directory.resolve("liba.so"), "a");

    assertThat(search(null, List.of(), JAR)).isInstanceOf(NativeRuntime.Found.class);
    assertThat(directory.resolve("liba.so")).hasContent("aaa");
    assertThat(children(temp.resolve("cache"))).containsExactly(directory);
  }

  @Test
  void everyPlaceSearchedIsListed() throws IOException {
    Path halfCopied = complete("half");
    Files.writeString(halfCopied.resolve("liba.so"), "aaaaaaaa");

    assertThat(message(search(null, List.of(halfCopied), NO_JAR)))
        .isEqualTo(
            """
            no usable OpenVINO 2026.4.1 runtime; searched:
              explicit directory (-Dovkit.native.dir, OVKIT_NATIVE_DIR): not given
              beside the application %s: liba.so has another version or is damaged: 8 bytes, expected 3
              the jar's own copy: ovkit-native-…-linux-x86_64.jar is not on the class path"""
                .formatted(halfCopied));
  }

  @Test
  void aFolderWithoutTheConvertersLibrariesStillRunsAnIr() throws IOException {
    Path box = complete("box");
    Files.delete(box.resolve("libjniovkit_convert.so"));

    assertThat(search(box, List.of(), NO_JAR)).isInstanceOf(NativeRuntime.Found.class);
  }

  @Test
  void aWrongMachineIsSaidBeforeAnyFolderIsLookedAt() {
    LibrarySearch search =
        new LibrarySearch(Optional.of("no AVX2"), LIST, null, List.of(), temp, JAR);

    assertThat(message(search.run())).isEqualTo("no AVX2");
    assertThat(temp).isEmptyDirectory();
  }

  @Test
  void aCacheThatCannotBeMadeIsSaid() throws IOException {
    Path file = Files.writeString(temp.resolve("file"), "");
    LibrarySearch search =
        new LibrarySearch(Optional.empty(), LIST, null, List.of(), file.resolve("cache"), JAR);

    assertThat(message(search.run())).contains("the jar's own copy: cannot be unpacked to " + file);
  }

  @Test
  void manyFillTheCacheAtOnceAndAllSeeItWhole() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      List<Callable<NativeRuntime>> starts = new ArrayList<>();
      for (int i = 0; i < 64; i++) {
        starts.add(() -> search(null, List.of(), JAR));
      }
      for (Future<NativeRuntime> start : threads.invokeAll(starts)) {
        Path directory = ((NativeRuntime.Found) start.get()).directory();
        assertThat(LIST.complaintAbout(directory)).isEmpty();
      }
    } finally {
      threads.shutdown();
    }
    assertThat(children(temp.resolve("cache"))).hasSize(1);
  }

  private static final class Unreadable extends InputStream {
    @Override
    public int read() {
      throw new AssertionError("unpacked again");
    }
  }

  private NativeRuntime search(
      @Nullable Path explicit, List<Path> beside, Function<String, @Nullable InputStream> jar) {
    return new LibrarySearch(Optional.empty(), LIST, explicit, beside, temp.resolve("cache"), jar)
        .run();
  }

  private Path complete(String name) throws IOException {
    Path directory = Files.createDirectories(temp.resolve(name));
    Files.writeString(directory.resolve("liba.so"), "aaa");
    Files.writeString(directory.resolve("libjniovkit_convert.so"), "c");
    return directory;
  }

  private static List<Path> children(Path directory) throws IOException {
    try (Stream<Path> list = Files.list(directory)) {
      return list.toList();
    }
  }

  private static String message(NativeRuntime runtime) {
    return ((NativeRuntime.Missing) runtime).message();
  }
}
