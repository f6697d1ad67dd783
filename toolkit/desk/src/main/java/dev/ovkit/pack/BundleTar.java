package dev.ovkit.pack;

import dev.ovkit.bundle.Manifest;
import dev.ovkit.bundle.Signature;
import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleConsumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.tukaani.xz.FilterOptions;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.X86Options;
import org.tukaani.xz.XZOutputStream;

/** Writes a bundle's folder as a {@code .tar.xz}: the same folder, the same bytes. */
final class BundleTar {

  /** Its dictionary of 8 MiB is what a box has memory for. */
  private static final int PRESET = 6;

  private static final int FAST = 1;

  private static final int BUFFER = 1 << 16;
  private static final int EXECUTABLE = 0100755;
  private static final int PLAIN = 0100644;
  private static final int FOLDER = 040755;

  /**
   * Writes the archive.
   *
   * @param top the one folder at its top
   * @param fast whether to compress less, in a fraction of the time
   * @param row says for a path to which row of the table of sizes it counts
   * @return for each row the bytes it takes in the archive
   */
  static Map<String, Long> write(
      Path folder,
      String top,
      Path archive,
      long mtime,
      boolean fast,
      UnaryOperator<String> row,
      DoubleConsumer progress)
      throws IOException {
    Map<String, Long> sizes = new LinkedHashMap<>();
    List<Path> paths = inOrder(folder);
    long all = 0;
    for (Path path : paths) {
      all += Files.size(path);
    }
    String current = row.apply(Manifest.FILE);
    long before = 0;
    Counted out = new Counted(Files.newOutputStream(archive));
    try (out;
        XZOutputStream xz = new XZOutputStream(out, filters(fast ? FAST : PRESET));
        TarArchiveOutputStream tar =
            new TarArchiveOutputStream(new BufferedOutputStream(xz, BUFFER), "UTF-8")) {
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      long done = 0;
      for (Path path : paths) {
        String name = folder.relativize(path).toString();
        if (!Files.isDirectory(path) && !row.apply(name).equals(current)) {
          // A block of its own: its size is what the row takes.
          tar.flush();
          xz.endBlock();
          sizes.merge(current, out.count - before, Long::sum);
          before = out.count;
          current = row.apply(name);
        }
        put(tar, path, name.isEmpty() ? top : top + "/" + name, mtime);
        done += Files.size(path);
        progress.accept((double) done / all);
      }
    }
    sizes.merge(current, out.count - before, Long::sum);
    return sizes;
  }

  private static FilterOptions[] filters(int preset) throws IOException {
    return new FilterOptions[] {new X86Options(), new LZMA2Options(preset)};
  }

  /** Manifest and signature first, so that a reader can check all that follows; then by name. */
  private static List<Path> inOrder(Path folder) throws IOException {
    List<Path> paths = new ArrayList<>();
    paths.add(folder);
    for (String first : List.of(Manifest.FILE, Signature.FILE)) {
      if (Files.exists(folder.resolve(first))) {
        paths.add(folder.resolve(first));
      }
    }
    try (Stream<Path> walk = Files.walk(folder)) {
      walk.filter(path -> !paths.contains(path))
          .sorted(Comparator.comparing(path -> folder.relativize(path).toString()))
          .toList()
          .forEach(paths::add);
    }
    return paths;
  }

  private static void put(TarArchiveOutputStream tar, Path path, String name, long mtime)
      throws IOException {
    boolean directory = Files.isDirectory(path);
    TarArchiveEntry entry =
        new TarArchiveEntry(
            directory ? name + "/" : name,
            directory ? TarConstants.LF_DIR : TarConstants.LF_NORMAL);
    entry.setMode(directory ? FOLDER : Files.isExecutable(path) ? EXECUTABLE : PLAIN);
    entry.setIds(0, 0);
    entry.setNames("", "");
    entry.setModTime(mtime * 1000);
    entry.setSize(directory ? 0 : Files.size(path));
    tar.putArchiveEntry(entry);
    if (!directory) {
      try (InputStream in = Files.newInputStream(path)) {
        in.transferTo(tar);
      }
    }
    tar.closeArchiveEntry();
  }

  private static final class Counted extends FilterOutputStream {
    private long count;

    Counted(OutputStream out) {
      super(new BufferedOutputStream(out, BUFFER));
    }

    @Override
    public void write(int b) throws IOException {
      out.write(b);
      count++;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      out.write(bytes, offset, length);
      count += length;
    }
  }

  private BundleTar() {}
}
