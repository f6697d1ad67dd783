package dev.ovkit.pack;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/**
 * One of the two archives of a Debian package: names begin with {@code ./}, every folder comes
 * before its files, all belongs to root. It keeps what the package says of its files elsewhere.
 */
final class DebianTar {

  private static final int FOLDER = 040755;
  private static final int PLAIN = 0100644;
  private static final int EXECUTABLE = 0100755;
  private static final int LINK = 0120777;

  /** Adds files. */
  interface Part {
    void addTo(DebianTar tar) throws IOException;
  }

  private final long mtime;
  private final Set<String> folders = new HashSet<>();
  private final StringBuilder md5sums = new StringBuilder();
  private long bytes;
  private TarArchiveOutputStream tar = new TarArchiveOutputStream(OutputStream.nullOutputStream());

  /**
   * An archive that is still empty.
   *
   * @param mtime the one time of all its files, in seconds
   */
  DebianTar(long mtime) {
    this.mtime = mtime;
  }

  /** Writes the whole archive. */
  void write(OutputStream out, Part... parts) throws IOException {
    tar = new TarArchiveOutputStream(out, "UTF-8");
    tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
    tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
    for (Part part : parts) {
      part.addTo(this);
    }
    tar.finish();
    tar.flush();
  }

  /** Adds a file, a link or a folder of a disk, without what is in it. */
  void add(Path path, String name) throws IOException {
    if (Files.isSymbolicLink(path)) {
      parents(name);
      TarArchiveEntry link = new TarArchiveEntry("./" + name, TarConstants.LF_SYMLINK);
      link.setLinkName(Files.readSymbolicLink(path).toString());
      put(link, LINK);
      tar.closeArchiveEntry();
    } else if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      parents(name + "/");
    } else {
      try (InputStream content = Files.newInputStream(path)) {
        add(name, content, Files.size(path), Files.isExecutable(path));
      }
    }
  }

  /** Adds a file. */
  void add(String name, byte[] content, boolean executable) throws IOException {
    add(name, new ByteArrayInputStream(content), content.length, executable);
  }

  private void add(String name, InputStream content, long size, boolean executable)
      throws IOException {
    parents(name);
    TarArchiveEntry entry = new TarArchiveEntry("./" + name, true);
    entry.setSize(size);
    put(entry, executable ? EXECUTABLE : PLAIN);
    DigestInputStream digested = new DigestInputStream(content, md5());
    digested.transferTo(tar);
    tar.closeArchiveEntry();
    md5sums
        .append(HexFormat.of().formatHex(digested.getMessageDigest().digest()))
        .append("  ")
        .append(name)
        .append('\n');
    bytes += size;
  }

  private void parents(String name) throws IOException {
    for (int end = name.indexOf('/'); end >= 0; end = name.indexOf('/', end + 1)) {
      String folder = name.substring(0, end + 1);
      if (folders.add(folder)) {
        put(new TarArchiveEntry("./" + folder, true), FOLDER);
        tar.closeArchiveEntry();
      }
    }
  }

  private void put(TarArchiveEntry entry, int mode) throws IOException {
    entry.setIds(0, 0);
    entry.setNames("root", "root");
    entry.setMode(mode);
    entry.setModTime(mtime * 1000);
    tar.putArchiveEntry(entry);
  }

  /** Returns the lines of the package's file {@code md5sums}. */
  String md5sums() {
    return md5sums.toString();
  }

  /** Returns what its files take on a disk, in 1024 bytes. */
  long kibibytes() {
    return bytes / 1024;
  }

  private static MessageDigest md5() {
    try {
      return MessageDigest.getInstance("MD5");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has MD5", e);
    }
  }
}
