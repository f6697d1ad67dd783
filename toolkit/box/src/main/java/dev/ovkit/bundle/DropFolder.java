package dev.ovkit.bundle;

import dev.ovkit.OutputException;
import dev.ovkit.OvkitException;
import dev.ovkit.internal.files.WholeFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/**
 * A folder whose {@code .tar.xz} files are installed as they arrive, the oldest first. An installed
 * file is removed; a refused one goes to {@code refused}, with the reason beside it; one that could
 * not be written, for example because the disk is full, is tried again.
 *
 * <p>A file is processed once it has stayed unchanged for a while. One that ends too early waits
 * longer, because it may still be copied. Not for several threads.
 */
public final class DropFolder {

  /** How long a file must stay unchanged before it is processed. */
  public static final Duration DEFAULT_SETTLE = Duration.ofSeconds(3);

  private static final String ENDING = ".tar.xz";
  private static final String REFUSED = "refused";

  /** How many times as long a file waits that ends too early, and any file after a full disk. */
  private static final int PATIENCE = 20;

  private final Path folder;
  private final Installer installer;
  private final Duration settle;
  private final LongSupplier nanoTime;
  private final Map<Path, Resting> resting = new HashMap<>();

  /**
   * Uses a folder, which must exist.
   *
   * @param settle how long a file must stay unchanged before it is processed
   * @param nanoTime the clock, as {@link System#nanoTime}
   */
  public DropFolder(Path folder, Installer installer, Duration settle, LongSupplier nanoTime) {
    this.folder = folder.toAbsolutePath().normalize();
    this.installer = installer;
    this.settle = settle;
    this.nanoTime = nanoTime;
  }

  /** What became of a file. */
  public sealed interface Outcome {

    /** Returns the file, as it was dropped. */
    Path file();

    /** It was installed and is in use. */
    record Done(Path file, Installed installed) implements Outcome {}

    /**
     * It failed a check.
     *
     * @param movedTo where it is now
     */
    record Refused(Path file, String reason, Path movedTo) implements Outcome {}

    /** It could not be installed now and will be tried again. */
    record Postponed(Path file, String reason) implements Outcome {}
  }

  /** How a file looked, and since when; a file that changes looks different. */
  private record Resting(long size, Object changed, long since, long notBefore) {

    boolean looksLike(Resting other) {
      return size == other.size && changed.equals(other.changed);
    }
  }

  /**
   * Looks once and installs what is ready; call it repeatedly.
   *
   * @throws OutputException if the folder cannot be read or changed
   */
  public List<Outcome> poll() {
    List<Outcome> outcomes = new ArrayList<>();
    try {
      List<Path> files = files();
      resting.keySet().retainAll(files);
      for (Path file : files) {
        if (isReady(file)) {
          take(file).ifPresent(outcomes::add);
        }
      }
    } catch (IOException e) {
      throw OutputException.of(folder, e);
    }
    return outcomes;
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      List<Path> files =
          new ArrayList<>(
              entries
                  .filter(file -> file.getFileName().toString().endsWith(ENDING))
                  .filter(file -> !file.getFileName().toString().startsWith("."))
                  .filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
                  .toList());
      files.sort(
          Comparator.comparingLong((Path file) -> file.toFile().lastModified())
              .thenComparing(Path::getFileName));
      return files;
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private boolean isReady(Path file) throws IOException {
    long now = nanoTime.getAsLong();
    Resting looks;
    try {
      // The time of the last change, which no copying program sets back.
      looks = new Resting(Files.size(file), Files.getAttribute(file, "unix:ctime"), now, now);
    } catch (NoSuchFileException e) {
      return false; // taken back
    }
    Resting before = resting.get(file);
    if (before == null || !before.looksLike(looks)) {
      resting.put(file, looks);
      return settle.isZero();
    }
    return now - before.since() >= settle.toNanos() && now - before.notBefore() >= 0;
  }

  private Optional<Outcome> take(Path file) throws IOException {
    try {
      Installed installed = installer.install(file);
      Files.deleteIfExists(file);
      return Optional.of(new Outcome.Done(file, installed));
    } catch (BundleException e) {
      if (e.reason() == BundleException.Reason.CUT_SHORT && !isPatienceOver(file)) {
        return Optional.empty();
      }
      return Optional.of(refuse(file, e));
    } catch (OvkitException e) {
      postpone(file);
      return Optional.of(new Outcome.Postponed(file, String.valueOf(e.getMessage())));
    }
  }

  private boolean isPatienceOver(Path file) {
    Resting rests = resting.get(file);
    return rests == null
        || nanoTime.getAsLong() - rests.since() >= settle.multipliedBy(PATIENCE).toNanos();
  }

  private void postpone(Path file) {
    long later = nanoTime.getAsLong() + settle.multipliedBy(PATIENCE).toNanos();
    resting.computeIfPresent(
        file, (same, rests) -> new Resting(rests.size(), rests.changed(), rests.since(), later));
  }

  private Outcome refuse(Path file, BundleException reason) throws IOException {
    Path refused = folder.resolve(REFUSED);
    Files.createDirectories(refused);
    Path moved = refused.resolve(file.getFileName());
    WholeFile.write(
        refused.resolve(file.getFileName() + ".reason.txt"),
        (reason.getMessage() + "\n").getBytes(StandardCharsets.UTF_8));
    Files.move(file, moved, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    WholeFile.sync(folder);
    return new Outcome.Refused(file, String.valueOf(reason.getMessage()), moved);
  }
}
