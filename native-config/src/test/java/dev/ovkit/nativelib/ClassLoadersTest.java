package dev.ovkit.nativelib;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ovkit.nativelib.presets.InPlace;
import java.io.File;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several class loaders in one JVM, as in an application server that starts a program again. */
class ClassLoadersTest {

  private static final String ANSWER = "core 0, picture 1, socket 2";

  @Test
  void eachOfThreeThatLiveAtOnceCallsTheLibraries() throws Exception {
    List<URLClassLoader> loaders = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      loaders.add(loader());
      assertThat(callIn(loaders.get(i))).isEqualTo(ANSWER);
    }
    assertThat(leftCopies()).isEmpty();
    for (URLClassLoader loader : loaders) {
      loader.close();
    }
  }

  @Test
  void oneAfterTheOtherIsCollectedAndTheNextStillCallsTheLibraries() throws Exception {
    for (int i = 0; i < 3; i++) {
      WeakReference<URLClassLoader> gone = new WeakReference<>(callAndDrop());
      for (int wait = 0; wait < 100 && gone.get() != null; wait++) {
        System.gc();
        Thread.sleep(50);
      }
      assertThat(gone.get()).as("class loader %d", i).isNull();
    }
    // What it unloaded is not what this class loader uses.
    assertThat(new NativeCalls().call()).isEqualTo(ANSWER);
  }

  @Test
  void whereNoCopyCanBeMadeTheMessageSpeaksOfClassLoaders(@TempDir Path temp) throws Exception {
    assertThat(new NativeCalls().call()).isEqualTo(ANSWER);
    Path folder = ((NativeRuntime.Found) NativeRuntime.current()).directory();
    Path noFolder = Files.writeString(temp.resolve("file"), "");

    try (URLClassLoader loader = loader()) {
      Class<?> inPlace = loader.loadClass(InPlace.class.getName());
      inPlace.getMethod("use", Path.class, List.class).invoke(null, folder, List.of(noFolder));
      assertThatThrownBy(
              () -> inPlace.getMethod("load", String.class).invoke(null, "libjniovkit_service.so"))
          .hasRootCauseInstanceOf(UnsatisfiedLinkError.class)
          .rootCause()
          .hasMessageStartingWith(
              "another class loader of this JVM has loaded %s/libjniovkit_service.so, so this one needs its own copy, which could not be made; %s: "
                  .formatted(folder, noFolder));
    }
  }

  private static URLClassLoader callAndDrop() throws Exception {
    URLClassLoader loader = loader();
    assertThat(callIn(loader)).isEqualTo(ANSWER);
    loader.close();
    return loader;
  }

  @SuppressWarnings("unchecked")
  private static String callIn(ClassLoader loader) throws Exception {
    Class<?> calls = loader.loadClass(NativeCalls.class.getName());
    assertThat(calls).isNotSameAs(NativeCalls.class);
    return ((Callable<String>) calls.getDeclaredConstructor().newInstance()).call();
  }

  private static URLClassLoader loader() throws MalformedURLException {
    List<URL> urls = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      urls.add(new File(entry).toURI().toURL());
    }
    return new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
  }

  private static List<Path> leftCopies() throws IOException {
    Path cache = UserCache.directory().orElseThrow();
    try (Stream<Path> files = Files.list(cache)) {
      return files.filter(file -> file.getFileName().toString().startsWith(".jni-")).toList();
    }
  }
}
