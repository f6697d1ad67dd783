package dev.ovkit.bundle;

import dev.ovkit.OutputException;
import dev.ovkit.internal.files.WholeFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Set;
import java.util.TreeSet;

/**
 * Writes a bundle's files into a folder so that they survive a loss of power: each has the mode and
 * the time that the manifest says, and is on the disk before its folder is.
 */
final class Unpacking implements ArrivingFiles.Destination {

  private static final Set<PosixFilePermission> PLAIN =
      PosixFilePermissions.fromString("rw-r--r--");
  private static final Set<PosixFilePermission> EXECUTABLE =
      PosixFilePermissions.fromString("rwxr-xr-x");

  private final Path folder;
  private final FileTime time;
  private final Set<Path> folders = new TreeSet<>();

  Unpacking(Path folder, Manifest manifest) {
    this.folder = folder;
    this.time = FileTime.from(Instant.ofEpochSecond(manifest.mtime()));
    this.folders.add(folder);
  }

  @Override
  public ArrivingFiles.Target open(ManifestFile file) {
    Path path = folder.resolve(file.path());
    try {
      for (String above : Manifest.folders(file.path())) {
        folders.add(folder.resolve(above));
      }
      Files.createDirectories(path.getParent());
      return new File(
          path,
          file.executable() ? EXECUTABLE : PLAIN,
          FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
    } catch (IOException e) {
      throw OutputException.of(path, e);
    }
  }

  /** Writes a file that the manifest does not name: the manifest itself, the signature. */
  void write(String name, byte[] content) {
    Path path = folder.resolve(name);
    try (File file =
        new File(
            path,
            PLAIN,
            FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE))) {
      file.write(content, content.length);
      file.finish();
    } catch (IOException e) {
      throw OutputException.of(path, e);
    }
  }

  /** Flushes the names of all files to the disk. */
  void finish() {
    for (Path made : folders) {
      try {
        Files.setPosixFilePermissions(made, EXECUTABLE); // whatever the umask is
        WholeFile.sync(made);
      } catch (IOException e) {
        throw OutputException.of(made, e);
      }
    }
  }

  private final class File implements ArrivingFiles.Target {

    private final Path path;
    private final Set<PosixFilePermission> mode;
    private final FileChannel channel;

    File(Path path, Set<PosixFilePermission> mode, FileChannel channel) {
      this.path = path;
      this.mode = mode;
      this.channel = channel;
    }

    @Override
    public void write(byte[] buffer, int length) {
      try {
        ByteBuffer left = ByteBuffer.wrap(buffer, 0, length);
        while (left.hasRemaining()) {
          channel.write(left);
        }
      } catch (IOException e) {
        throw OutputException.of(path, e);
      }
    }

    @Override
    public void finish() {
      try {
        Files.setPosixFilePermissions(path, mode);
        Files.setLastModifiedTime(path, time);
        channel.force(true);
      } catch (IOException e) {
        throw OutputException.of(path, e);
      }
    }

    @Override
    public void close() {
      try {
        channel.close();
      } catch (IOException e) {
        throw OutputException.of(path, e);
      }
    }
  }
}
