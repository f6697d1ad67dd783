package dev.ovkit.bundle;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.ovkit.fuzz.FuzzCase;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

/** What a box reads before it believes anything: a bundle, its parts, keys and its own state. */
class BundleFuzzTest {

  private static final SigningKey KEY = SigningKey.generate();
  private static final byte[] MANIFEST = {(byte) 0x7b, (byte) 0x7d};

  @TempDir private Path temp;

  @BeforeEach
  void makeTheFolders() throws IOException {
    Files.createDirectories(temp.resolve(Golden.FOLDER));
    Files.createDirectories(temp.resolve(TrustedKeys.FOLDER));
    KEY.verificationKey().write(temp.resolve(TrustedKeys.FOLDER).resolve("own.pub"));
  }

  /** A .tar.xz as it is; anything else is the tar in one, for behind the checksums is more. */
  @FuzzTest
  void archive(byte[] data) {
    FuzzCase.of(
        data,
        () -> {
          boolean compressed = data.length > 1 && data[0] == (byte) 0xfd && data[1] == '7';
          Path file = temp.resolve("bundle.tar.xz");
          Files.write(file, compressed ? data : compressed(data));
          BundleCheck.check(file);
        });
  }

  /** A manifest that is signed rightly, whatever it says. */
  @FuzzTest
  void bundle(byte[] data) {
    FuzzCase.of(
        data,
        () -> {
          Path folder = Files.createDirectories(temp.resolve("bundle"));
          Files.write(folder.resolve(Manifest.FILE), data);
          Files.write(folder.resolve(Signature.FILE), Signature.sign(data, KEY, List.of()).bytes());
          BundleCheck.checkSignature(folder, TrustedKeys.read(temp));
          Manifest.parse(data).bytes();
          BundleCheck.check(folder);
        });
  }

  @FuzzTest
  void signature(byte[] data) {
    FuzzCase.of(data, () -> TrustedKeys.read(temp).vouch(MANIFEST, data, false));
  }

  @FuzzTest
  void golden(byte[] data) {
    FuzzCase.of(
        data,
        () -> {
          Files.write(temp.resolve(Golden.FILE), data);
          Golden.read(temp).bytes();
        });
  }

  @FuzzTest
  void state(byte[] data) {
    FuzzCase.of(
        data,
        () -> {
          Files.write(temp.resolve(InstallState.FILE), data);
          InstallState.read(temp).before("app-1.0.0-0123456789ab");
        });
  }

  @FuzzTest
  void key(byte[] data) {
    FuzzCase.of(data, () -> VerificationKey.read(Files.write(temp.resolve("key.pub"), data)).id());
  }

  private static byte[] compressed(byte[] tar) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (XZOutputStream out = new XZOutputStream(bytes, new LZMA2Options(0))) {
      out.write(tar);
    }
    return bytes.toByteArray();
  }
}
