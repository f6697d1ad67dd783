package dev.ovkit.convert;

import dev.ovkit.model.DetectorMetadata;
import dev.ovkit.runtime.ModelEditor;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** An IR that tells the length and the hash of its .bin, so that a mix of two is noticed. */
public final class SealedIr {

  /** Writes twice: the .xml tells length and hash of the .bin, which is known after the first. */
  public static void write(ModelEditor editor, Path xml) throws IOException {
    editor.save(xml);
    editor.setInfo(DetectorMetadata.SECTION, "bin_bytes", Long.toString(Files.size(bin(xml))));
    editor.setInfo(DetectorMetadata.SECTION, "bin_sha256", sha256(bin(xml)));
    editor.save(xml);
  }

  /** Returns the .bin that lies beside an .xml. */
  public static Path bin(Path xml) {
    return xml.resolveSibling(ConvertOptions.stem(xml, ".xml") + ".bin");
  }

  /** Returns the hash of a file, in lower-case hex. */
  public static String sha256(Path file) throws IOException {
    try (DigestInputStream in =
        new DigestInputStream(Files.newInputStream(file), MessageDigest.getInstance("SHA-256"))) {
      in.transferTo(OutputStream.nullOutputStream());
      return HexFormat.of().formatHex(in.getMessageDigest().digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private SealedIr() {}
}
