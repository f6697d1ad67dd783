package dev.ovkit.pack;

import dev.ovkit.OptionException;
import dev.ovkit.OutputException;
import dev.ovkit.internal.files.Trees;
import dev.ovkit.internal.files.WholeFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * A folder beside the target in which a result grows until it is whole and gets its name. One that
 * a dead process has left is cleared away by the next.
 */
final class StagingFolder implements AutoCloseable {

  private static final String MARK = ".packing-";

  private final Path target;
  private final Path folder;

  private StagingFolder(Path target, Path folder) {
    this.target = target;
    this.folder = folder;
  }

  static StagingFolder beside(Path target) {
    Path whole = target.toAbsolutePath().normalize();
    Path name = whole.getFileName();
    Path parent = whole.getParent();
    if (name == null || parent == null || Files.exists(whole)) {
      throw new OptionException(
          "'%s' already exists; remove it or give another name".formatted(target));
    }
    if (!Files.isDirectory(parent)) {
      throw OutputException.of(target, new NoSuchFileException(parent.toString()));
    }
    String prefix = "." + name + MARK;
    try {
      clear(parent, prefix);
      return new StagingFolder(
          whole, Files.createDirectory(parent.resolve(prefix + ProcessHandle.current().pid())));
    } catch (IOException e) {
      throw OutputException.of(target, e);
    } catch (UncheckedIOException e) {
      throw OutputException.of(target, Objects.requireNonNull(e.getCause()));
    }
  }

  private static void clear(Path parent, String prefix) throws IOException {
    try (Stream<Path> children = Files.list(parent)) {
      for (Path child : children.toList()) {
        String name = child.getFileName().toString();
        if (name.startsWith(prefix) && !runs(name.substring(prefix.length()))) {
          Trees.deleteIfPossible(child); // a child of the dead process may still write there
        }
      }
    }
  }

  private static boolean runs(String pid) {
    try {
      long number = Long.parseLong(pid);
      // Our own number on a folder that we have not made yet is that of a process long gone.
      return number != ProcessHandle.current().pid()
          && ProcessHandle.of(number).map(ProcessHandle::isAlive).orElse(false);
    } catch (NumberFormatException e) {
      return true; // not ours
    }
  }

  Path resolve(String name) {
    return folder.resolve(name);
  }

  /** Brings something of the folder to the disk and gives it the target's name. */
  void publish(Path whole) throws IOException {
    try (Stream<Path> walk = Files.walk(whole)) {
      for (Path path : walk.toList()) {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
          channel.force(true);
        }
      }
    }
    Files.move(whole, target, StandardCopyOption.ATOMIC_MOVE);
    WholeFile.sync(Objects.requireNonNull(target.getParent()));
  }

  @Override
  public void close() {
    Trees.deleteIfPossible(folder);
  }
}
