package dev.ovkit.bundle;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.jspecify.annotations.Nullable;
import org.tukaani.xz.MemoryLimitException;
import org.tukaani.xz.XZInputStream;

/**
 * A bundle as a {@code .tar.xz}, read once from front to back. Manifest and signature come first,
 * so that a signature is checked before anything else is looked at.
 */
final class BundleArchive implements BundleSource {

  /** A dictionary of 64 MiB and what the decoder needs besides. */
  private static final int MOST_MEMORY_KIB = 70 << 10;

  /** Headers and padding of the two files that come first. */
  private static final int MOST_HEAD_BYTES =
      Manifest.MOST_MANIFEST_BYTES + Signature.MOST_BYTES + (64 << 10);

  /** The longest extended header that a name needs. */
  private static final int MOST_HEADER_BYTES_A_FILE = 4 << 10;

  private static final int MOST_TAIL_BYTES = 1 << 20;

  private final Path file;
  private final Limited content;
  private final TarArchiveInputStream tar;
  private String top = "";
  private byte[] manifest = {};
  private byte @Nullable [] signature;

  /** The entry that was read ahead: the first that is neither manifest nor signature. */
  private @Nullable TarArchiveEntry ahead;

  private BundleArchive(Path file, Limited content) {
    this.file = file;
    this.content = content;
    this.tar = new TarArchiveInputStream(content, "UTF-8");
  }

  static BundleArchive open(Path file) {
    InputStream in = null;
    try {
      in = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
      BundleArchive archive =
          new BundleArchive(file, new Limited(new XZInputStream(in, MOST_MEMORY_KIB)));
      archive.readHead();
      return archive;
    } catch (IOException | RuntimeException e) {
      closeQuietly(in);
      throw e instanceof BundleException known ? known : damaged(e);
    }
  }

  private void readHead() throws IOException {
    content.allow(MOST_HEAD_BYTES);
    TarArchiveEntry first = nextFile();
    if (first == null || !first.getName().endsWith("/" + Manifest.FILE)) {
      throw new BundleException(
          "it does not begin with %s; expected an archive that 'ovkit package' made"
              .formatted(Manifest.FILE));
    }
    top = first.getName().substring(0, first.getName().length() - Manifest.FILE.length());
    manifest = small(first, Manifest.FILE, Manifest.MOST_MANIFEST_BYTES);
    TarArchiveEntry second = nextFile();
    if (second != null && second.getName().equals(top + Signature.FILE)) {
      signature = small(second, Signature.FILE, Signature.MOST_BYTES);
      return;
    }
    ahead = second;
  }

  private byte[] small(TarArchiveEntry entry, String name, int most) throws IOException {
    requireFile(entry);
    if (entry.getSize() > most) {
      throw new BundleException("'%s' has %d bytes".formatted(name, entry.getSize()));
    }
    return tar.readNBytes(most);
  }

  /** Folders before the two files that come first do not matter. */
  private @Nullable TarArchiveEntry nextFile() throws IOException {
    TarArchiveEntry entry = tar.getNextEntry();
    while (entry != null && entry.getLinkFlag() == TarConstants.LF_DIR) {
      entry = tar.getNextEntry();
    }
    return entry;
  }

  @Override
  public byte[] manifest() {
    return manifest;
  }

  @Override
  public byte @Nullable [] signature() {
    return signature;
  }

  @Override
  public void files(Manifest stated, Receiver receiver) {
    if (!top.equals(stated.folder() + "/")) {
      throw new BundleException(
          "its files are below '%s', expected '%s/'"
              .formatted(ManifestFile.printable(top), stated.folder()));
    }
    content.allow(
        stated.size()
            + (long) MOST_HEADER_BYTES_A_FILE * (2L * stated.files().size() + 2)
            + MOST_TAIL_BYTES);
    try {
      for (TarArchiveEntry entry = ahead == null ? tar.getNextEntry() : ahead;
          entry != null;
          entry = tar.getNextEntry()) {
        boolean folder = entry.getLinkFlag() == TarConstants.LF_DIR;
        String path = below(entry.getName(), folder);
        if (folder) {
          if (!path.isEmpty()) {
            receiver.folder(path);
          }
        } else {
          requireFile(entry);
          receiver.take(path, entry.getSize(), tar);
        }
      }
      // To the last byte, so that the checksums after the files are verified too.
      content.transferTo(OutputStream.nullOutputStream());
    } catch (IOException | IllegalArgumentException e) { // the latter for some tar headers
      throw damaged(e);
    }
  }

  /** Only names below the one folder at the top, by their letters alone. */
  private String below(String name, boolean folder) {
    String path = folder && name.endsWith("/") ? name.substring(0, name.length() - 1) : name;
    if (folder && (path + "/").equals(top)) {
      return "";
    }
    if (!path.startsWith(top)) {
      throw new BundleException(
          "'%s' is outside '%s'"
              .formatted(ManifestFile.printable(name), ManifestFile.printable(top)));
    }
    String below = path.substring(top.length());
    try {
      ManifestFile.requirePath(below);
    } catch (IllegalArgumentException e) {
      throw new BundleException(String.valueOf(e.getMessage()), e);
    }
    return below;
  }

  private static void requireFile(TarArchiveEntry entry) {
    byte kind = entry.getLinkFlag();
    if ((kind != TarConstants.LF_NORMAL && kind != TarConstants.LF_OLDNORM) || entry.isSparse()) {
      throw new BundleException(
          "'%s' is a link or a device; a bundle may contain only files and folders"
              .formatted(ManifestFile.printable(entry.getName())));
    }
  }

  private static BundleException damaged(Exception e) {
    if (e instanceof EOFException) {
      return new BundleException(
          "it is cut short; copy it again", BundleException.Reason.CUT_SHORT, null, e);
    }
    if (e instanceof MemoryLimitException) {
      return new BundleException(
          "it is compressed with a dictionary of more than 64 MiB; package it again", e);
    }
    return new BundleException(
        "it is not a .tar.xz, or it is damaged: %s".formatted(e.getMessage()), e);
  }

  @Override
  public void close() {
    closeQuietly(tar);
  }

  private static void closeQuietly(@Nullable InputStream in) {
    try {
      if (in != null) {
        in.close();
      }
    } catch (IOException e) {
      // it was only read
    }
  }

  @Override
  public String toString() {
    return file.toString();
  }

  /** Stops a small archive from becoming a large one. */
  private static final class Limited extends FilterInputStream {

    private long left;

    Limited(InputStream in) {
      super(in);
    }

    void allow(long more) {
      left = more;
    }

    private int count(int read) throws IOException {
      if (read > 0) {
        left -= read;
      }
      if (left < 0) {
        throw new IOException("it contains more than its manifest lists");
      }
      return read;
    }

    @Override
    public int read() throws IOException {
      int value = super.read();
      if (value >= 0) {
        count(1);
      }
      return value;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      return count(super.read(target, offset, length));
    }

    @Override
    public long skip(long count) throws IOException {
      long skipped = super.skip(count);
      left -= skipped;
      count(0);
      return skipped;
    }

    @Override
    public boolean markSupported() {
      return false;
    }
  }
}
