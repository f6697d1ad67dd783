package dev.ovkit.bundle;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ovkit.internal.files.Sha256;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

/** A bundle that has all of a bundle's form and nothing that runs. */
final class SmallBundle {

  static final String TOP = "app-1.2.0/";

  final SigningKey key;
  final Map<String, byte[]> files = new LinkedHashMap<>();
  String version = "1.2.0";
  List<KeyRotation> rotations = List.of();

  SmallBundle(SigningKey key) {
    this.key = key;
    files.put("bin/ovkit", "#!/bin/sh\nexit 9\n".getBytes(UTF_8));
    files.put("model/model.bin", new byte[5000]);
    files.put("model/model.xml", "<net/>".getBytes(UTF_8));
  }

  byte[] manifest() {
    List<ManifestFile> list = new ArrayList<>();
    files.forEach(
        (path, bytes) ->
            list.add(
                new ManifestFile(path, bytes.length, Sha256.of(bytes), path.startsWith("bin/"))));
    return new Manifest(
            "app",
            new ReleaseVersion(version),
            "0.1.0",
            "2026.4.1",
            new HostRequirements(List.of("avx2"), "2.17"),
            1_700_000_000,
            list)
        .bytes();
  }

  byte[] signature() {
    return Signature.sign(manifest(), key, rotations).bytes();
  }

  Path folder(Path parent) throws IOException {
    Path folder = Files.createDirectories(parent.resolve(TOP));
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      Files.createDirectories(folder.resolve(file.getKey()).getParent());
      Files.write(folder.resolve(file.getKey()), file.getValue());
    }
    Files.write(folder.resolve(Manifest.FILE), manifest());
    Files.write(folder.resolve(Signature.FILE), signature());
    return folder;
  }

  /** The archive that package makes. */
  Path archive(Path file) throws IOException {
    return archive(file, tar -> files.forEach((path, bytes) -> tar.file(TOP + path, bytes)));
  }

  /** An archive whose manifest and signature are right, and the rest whatever is wanted. */
  Path archive(Path file, Consumer<Tar> rest) throws IOException {
    return xz(
        file,
        tar(
            tar -> {
              tar.file(TOP + Manifest.FILE, manifest());
              tar.file(TOP + Signature.FILE, signature());
              rest.accept(tar);
            }));
  }

  static byte[] tar(Consumer<Tar> entries) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream out = new TarArchiveOutputStream(bytes)) {
      out.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      entries.accept(new Tar(out));
    }
    return bytes.toByteArray();
  }

  static Path xz(Path file, byte[] tar) throws IOException {
    try (XZOutputStream out =
        new XZOutputStream(Files.newOutputStream(file), new LZMA2Options(1))) {
      out.write(tar);
    }
    return file;
  }

  /** Writes entries, sound and unsound. */
  record Tar(TarArchiveOutputStream out) {

    Tar file(String name, byte[] content) {
      TarArchiveEntry entry = new TarArchiveEntry(name, true);
      entry.setSize(content.length);
      return put(entry, content);
    }

    Tar entry(String name, byte kind, String link) {
      TarArchiveEntry entry = new TarArchiveEntry(name, kind, true);
      entry.setLinkName(link);
      return put(entry, new byte[0]);
    }

    Tar put(TarArchiveEntry entry, byte[] content) {
      try {
        out.putArchiveEntry(entry);
        out.write(content);
        out.closeArchiveEntry();
        return this;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
