package dev.ovkit.watch;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ovkit.OptionException;
import dev.ovkit.OutputException;
import dev.ovkit.internal.files.WholeFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * The folders that a picture goes through, and the only code that moves it. Its place is its only
 * state, so a process that ends at any point leaves nothing to repair but this:
 *
 * <pre>
 * IN/x.jpg                 dropped
 * IN/.ovkit/work/x.jpg     taken, by one rename; at the next start tried again, alone
 * IN/.ovkit/trial-1/x.jpg  being tried alone for the first time; then back in work
 * IN/.ovkit/trial-2/x.jpg  for the second
 * IN/.ovkit/trial-3/x.jpg  for the third; found here at a start it has ended three processes that
 *                          had nothing else to do, and is set aside
 * IN/.ovkit/ready/x.jpg    its whole result is in OUT under a hidden name
 * OUT/x.jpg.json           the result: the hidden file, renamed
 * IN/done/x.jpg            finished (or deleted)
 * IN/failed/x.jpg          set aside, with x.jpg.reason.txt
 * </pre>
 *
 * <p>The hidden file of a picture in {@code ready} is there until it is published and never after,
 * so the next start knows, even if the reader has taken the result away meanwhile. Each step is on
 * the disk before the next begins where their order matters. Names are made unique when a picture
 * is taken, and hold in all these folders. Both {@code IN} and {@code OUT} are locked.
 */
final class Spool implements AutoCloseable {

  static final String RESULT = ".json";
  static final String DRAWN = ".drawn.jpg";
  static final String REASON = ".reason.txt";
  private static final String STAGED = ".staged";

  private final Path in;
  private final Path out;
  private final boolean delete;
  private final Path own;
  private final Path work;
  private final List<Path> trials;
  private final Path ready;
  private final Path done;
  private final Path failed;
  private final List<FileChannel> locks = new ArrayList<>();

  private Spool(Path in, Path out, boolean delete) {
    this.in = in;
    this.out = out;
    this.delete = delete;
    own = in.resolve(".ovkit");
    work = own.resolve("work");
    trials = List.of(own.resolve("trial-1"), own.resolve("trial-2"), own.resolve("trial-3"));
    ready = own.resolve("ready");
    done = in.resolve("done");
    failed = in.resolve("failed");
  }

  /**
   * Locks both folders, and makes what is missing.
   *
   * @throws OptionException when both are the same
   * @throws OutputException when they cannot be written, belong to another watcher, or {@code OUT}
   *     is not the one that unfinished results wait in
   */
  static Spool open(Path in, Path out, boolean delete) {
    Spool spool = new Spool(in, out, delete);
    try {
      spool.open();
      return spool;
    } catch (RuntimeException e) {
      spool.close();
      throw e;
    }
  }

  private void open() {
    makeFolders(in, out);
    try {
      if (Files.isSameFile(in, out)) {
        throw new OptionException(
            "'%s' is both IN and OUT, so results would be read as pictures; give two folders"
                .formatted(in));
      }
    } catch (IOException e) {
      throw OutputException.of(out, e);
    }
    makeFolders(own, work, ready, done, failed);
    makeFolders(trials.toArray(Path[]::new));
    lock(in, own.resolve("lock"));
    FileChannel mark = lock(out, out.resolve(".ovkit"));
    requireTheSameOut(mark);
  }

  private static void makeFolders(Path... folders) {
    for (Path folder : folders) {
      try {
        Files.createDirectories(folder);
      } catch (IOException e) {
        throw OutputException.of(folder, e);
      }
      if (!Files.isWritable(folder)) {
        throw new OutputException(
            "cannot write '%s': permission denied; give a writable place".formatted(folder));
      }
    }
  }

  private FileChannel lock(Path folder, Path file) {
    try {
      FileChannel channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      locks.add(channel);
      if (locked(channel)) {
        return channel;
      }
    } catch (IOException e) {
      throw OutputException.of(file, e);
    }
    throw new OutputException(
        "'%s' is in use by another ovkit watch; stop that one, or give another folder"
            .formatted(folder));
  }

  /** The lock lasts as long as the channel, and no longer than the process. */
  private static boolean locked(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false; // another one in this JVM
    }
  }

  /**
   * OUT has a mark, and IN remembers it: without it, a disk that is not mounted would look like a
   * reader who took all results.
   */
  private void requireTheSameOut(FileChannel mark) {
    Path remembered = own.resolve("out");
    try {
      ByteBuffer bytes = ByteBuffer.allocate(64);
      int unused = mark.read(bytes, 0);
      String id = UTF_8.decode(bytes.flip()).toString().strip();
      boolean known =
          !id.isEmpty()
              && Files.exists(remembered)
              && Files.readString(remembered).startsWith(id + " ");
      if (!known && !empty(ready)) {
        String before = Files.exists(remembered) ? Files.readString(remembered) : "";
        throw new OutputException(
            "unfinished results of pictures in '%s' belong in '%s', but '%s' is a different folder; mount or give the right one"
                .formatted(in, before.substring(before.indexOf(' ') + 1).strip(), out));
      }
      if (id.isEmpty()) {
        id = UUID.randomUUID().toString();
        mark.truncate(0);
        mark.write(UTF_8.encode(id + "\n"), 0);
        mark.force(true);
        WholeFile.sync(out);
      }
      if (!known) {
        WholeFile.write(remembered, (id + " " + out.toAbsolutePath() + "\n").getBytes(UTF_8));
      }
    } catch (IOException e) {
      throw OutputException.of(out, e);
    }
  }

  private static boolean empty(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.findAny().isEmpty();
    }
  }

  // ---- after a start

  /** Deletes hidden files of an earlier process whose pictures are tried again. */
  void sweep() throws IOException {
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(out, "{.?*" + STAGED + ",..?*" + STAGED + ".part}")) {
      for (Path file : files) {
        String name = file.getFileName().toString();
        if (name.endsWith(".part") || !Files.exists(ready.resolve(picture(name)))) {
          Files.delete(file);
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }

  /** From the name of a staged file to that of its picture. */
  private static String picture(String staged) {
    String published = staged.substring(1, staged.length() - STAGED.length());
    String ending = published.endsWith(DRAWN) ? DRAWN : RESULT;
    return published.substring(0, Math.max(0, published.length() - ending.length()));
  }

  /**
   * Pictures that ended three processes while they were tried alone. A kill from outside looks the
   * same; three such hits in a row on the few milliseconds of a picture's trial are not to be
   * expected, but two were seen.
   */
  List<Path> guilty() throws IOException {
    return list(trials.get(trials.size() - 1));
  }

  /** Names of pictures whose results an earlier process had staged. */
  List<String> ready() throws IOException {
    return list(ready).stream().map(file -> file.getFileName().toString()).toList();
  }

  /** Pictures that were taken and have no result, those that were tried alone first. */
  List<Path> unfinished() throws IOException {
    List<Path> files = new ArrayList<>();
    for (Path trial : trials) {
      files.addAll(list(trial));
    }
    files.addAll(list(work));
    return files;
  }

  /** All of one process, so never more than a pipeline holds. */
  private static List<Path> list(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }

  // ---- on the way

  /**
   * Takes a picture from the folder.
   *
   * @return where it is now, under the name that its result will have
   * @throws NoSuchFileException when it is not there any more
   */
  Path take(Path dropped) throws IOException {
    Path target =
        work.resolve(
            PictureNames.free(PictureNames.clean(dropped.getFileName().toString()), this::isFree));
    return Files.move(dropped, target, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Marks that from here on only this picture can be to blame. */
  Path beginTrial(Path picture) throws IOException {
    Path folder = trials.get(trials.indexOf(picture.getParent()) + 1);
    return Files.move(
        picture, folder.resolve(picture.getFileName()), StandardCopyOption.ATOMIC_MOVE);
  }

  /** The process still lives. */
  Path endTrial(Path picture) throws IOException {
    return Files.move(picture, work.resolve(picture.getFileName()), StandardCopyOption.ATOMIC_MOVE);
  }

  /**
   * Writes a picture's results under hidden names, and marks that they are whole. May be repeated
   * until it succeeds.
   *
   * @param results by ending, to be published in this order
   */
  void stage(Path picture, Map<String, byte[]> results) throws IOException {
    String name = picture.getFileName().toString();
    for (Map.Entry<String, byte[]> result : results.entrySet()) {
      WholeFile.write(staged(name + result.getKey()), result.getValue());
    }
    Files.move(picture, ready.resolve(name), StandardCopyOption.ATOMIC_MOVE);
  }

  /**
   * Makes staged results appear and finishes the picture. An action that may be repeated until it
   * succeeds.
   *
   * @param name the picture's
   * @param endings what was staged for it and may not be published yet
   */
  Action publication(String name, List<String> endings) {
    Deque<String> left = new ArrayDeque<>(endings);
    return () -> {
      WholeFile.sync(ready);
      while (!left.isEmpty()) {
        Path target = out.resolve(name + left.element());
        Files.move(staged(target.getFileName().toString()), target, StandardCopyOption.ATOMIC_MOVE);
        left.remove();
      }
      WholeFile.sync(out);
      finish(name);
    };
  }

  /** The same for a picture of an earlier process, which may have published some or all. */
  Action publication(String name) {
    List<String> endings =
        Stream.of(DRAWN, RESULT)
            .filter(ending -> Files.exists(staged(name + ending), LinkOption.NOFOLLOW_LINKS))
            .toList();
    return publication(name, endings);
  }

  private void finish(String name) throws IOException {
    Path picture = ready.resolve(name);
    if (delete) {
      Files.deleteIfExists(picture);
    } else {
      Files.move(picture, done.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }
  }

  /** Sets a picture aside. May be repeated until it succeeds. */
  void setAside(Path picture, String reason) throws IOException {
    String name = picture.getFileName().toString();
    WholeFile.write(failed.resolve(name + REASON), (reason + "\n").getBytes(UTF_8));
    Files.move(picture, failed.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    WholeFile.sync(failed);
  }

  /** Work on files that may fail, and is then tried again. */
  interface Action {
    void run() throws IOException;
  }

  private Path staged(String published) {
    return out.resolve("." + published + STAGED);
  }

  // ---- names

  private boolean isFree(String name) {
    Stream<Path> places =
        Stream.concat(trials.stream(), Stream.of(work, ready, done, failed))
            .map(folder -> folder.resolve(name));
    Stream<Path> results =
        Stream.of(
            failed.resolve(name + REASON), out.resolve(name + RESULT), out.resolve(name + DRAWN));
    return Stream.concat(places, results)
        .noneMatch(file -> Files.exists(file, LinkOption.NOFOLLOW_LINKS));
  }

  @Override
  public void close() {
    for (FileChannel lock : locks) {
      try {
        lock.close();
      } catch (IOException e) {
        // with the process it ends in any case
      }
    }
    locks.clear();
  }
}
