package dev.ovkit.pack;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ovkit.OptionException;
import dev.ovkit.OutputException;
import dev.ovkit.internal.files.Sha256;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("integration")
class ContainerImageTest {

  private static final long MTIME = 1_767_225_600;
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  @Test
  void eachPartOfTheLayoutIsWhatItsDigestSays() throws IOException {
    Map<String, byte[]> files = entries(Files.readAllBytes(write("one", "rwxr-xr-x")));

    assertThat(JSON.readTree(files.get("oci-layout")).path("imageLayoutVersion").asText())
        .isEqualTo("1.0.0");
    JsonNode index = JSON.readTree(files.get("index.json")).path("manifests");
    assertThat(index).hasSize(1);
    JsonNode manifest = JSON.readTree(blob(files, index.path(0)));
    JsonNode config = JSON.readTree(blob(files, manifest.path("config")));
    JsonNode diffIds = config.path("rootfs").path("diff_ids");
    assertThat(manifest.path("layers")).hasSameSizeAs(diffIds).hasSize(4);
    for (int i = 0; i < diffIds.size(); i++) {
      byte[] layer = gunzip(blob(files, manifest.path("layers").path(i)));
      assertThat("sha256:" + Sha256.of(layer)).isEqualTo(diffIds.path(i).asText());
    }
  }

  @Test
  void itRunsTheServiceAsNobodyAndTellsWhatItIs() throws IOException {
    JsonNode config = config(entries(Files.readAllBytes(write("one", "rwxr-xr-x"))));
    assertThat(config.path("Entrypoint").path(0).asText()).isEqualTo("/opt/ovkit/parts/bin/ovkit");
    assertThat(config.path("Cmd").toString())
        .isEqualTo(
            "[\"watch\",\"--in\",\"/var/lib/ovkit/parts/in\",\"--out\",\"/var/lib/ovkit/parts/out\"]");
    assertThat(config.path("User").asText()).isEqualTo("65534:65534");
    assertThat(config.path("Labels").path("org.opencontainers.image.title").asText())
        .isEqualTo("parts");
    assertThat(config.path("Labels").path("org.opencontainers.image.version").asText())
        .isEqualTo("1.2.0");
    assertThat(config.path("Env").toString()).contains("OF_THE_BASE=1");
  }

  @Test
  void theLayersHoldTheBaseAndTheBundleWithItsTimesAndModes() throws IOException {
    Map<String, TarArchiveEntry> entries =
        layerEntries(entries(Files.readAllBytes(write("one", "rwxr-xr-x"))));

    assertThat(entries).containsKey("lib/libc.so");
    TarArchiveEntry launcher = entries.get("opt/ovkit/parts/bin/ovkit");
    assertThat(launcher.getMode() & 0777).isEqualTo(0755);
    assertThat(launcher.getLastModifiedTime()).isEqualTo(FileTime.fromMillis(MTIME * 1000));
    assertThat(entries.get("opt/ovkit/parts/model/model.bin").getMode() & 0777).isEqualTo(0644);
    assertThat(entries.get("var/lib/ovkit/parts/in/").getLongUserId()).isEqualTo(65534);
  }

  @Test
  void anotherPlaceHourAndUmaskGiveTheSameBytes() throws IOException {
    Path one = write("one", "rwxr-xr-x");
    Path two = write("another place", "rwx------");
    assertThat(two).hasSameBinaryContentAs(one);
  }

  @Test
  void aBaseThatIsNoneIsRefused() throws IOException {
    Path bundle = bundle("bundle", "rwxr-xr-x");
    ContainerImage image = new ContainerImage("parts", "1.2.0", bundle, MTIME);
    Path scratch = Files.createDirectory(folder.resolve("scratch"));
    Path missing = folder.resolve("missing.tar");
    assertThatThrownBy(() -> image.write(missing, folder.resolve("out"), scratch))
        .isInstanceOf(OptionException.class)
        .hasMessage(
            "base image '%s': no such file; expected a .tar as 'docker save' writes it", missing);
    Path text = Files.writeString(folder.resolve("text.tar"), "no image");
    assertThatThrownBy(() -> image.write(text, folder.resolve("out"), scratch.resolve("again")))
        .isInstanceOf(OutputException.class)
        .hasMessageContaining("text.tar', which must be a .tar as 'docker save' writes it");
    assertThat(folder.resolve("out")).doesNotExist();
  }

  // ---- images

  private Path write(String name, String mode) throws IOException {
    Path place = Files.createDirectory(folder.resolve(name));
    Path bundle = bundle(name + "/bundle", mode);
    Path base = place.resolve("base.tar");
    Files.write(base, base());
    Path out = place.resolve("image.tar");
    new ContainerImage("parts", "1.2.0", bundle, MTIME)
        .write(base, out, Files.createDirectory(place.resolve("scratch")));
    return out;
  }

  private Path bundle(String name, String mode) throws IOException {
    Path bundle = folder.resolve(name);
    for (String file :
        new String[] {"bin/ovkit", "jre/lib/modules", "model/model.bin", "manifest.json"}) {
      Path path = bundle.resolve(file);
      Files.createDirectories(path.getParent());
      Files.writeString(path, "content of " + file);
    }
    Files.setPosixFilePermissions(
        bundle.resolve("bin/ovkit"), PosixFilePermissions.fromString(mode));
    return bundle;
  }

  private static byte[] base() throws IOException {
    Map<String, byte[]> layer = new LinkedHashMap<>();
    layer.put("lib/libc.so", "the C library".getBytes(UTF_8));
    byte[] layerTar = tar(layer);
    Map<String, byte[]> image = new LinkedHashMap<>();
    image.put("layer.tar", layerTar);
    image.put(
        "config.json",
        """
        {"architecture": "amd64", "os": "linux", "config": {"Env": ["OF_THE_BASE=1"]},
         "rootfs": {"type": "layers", "diff_ids": ["sha256:%s"]}}\
        """
            .formatted(Sha256.of(layerTar))
            .getBytes(UTF_8));
    image.put(
        "manifest.json",
        """
        [{"Config": "config.json", "RepoTags": ["base:1"], "Layers": ["layer.tar"]}]\
        """
            .getBytes(UTF_8));
    return tar(image);
  }

  private static byte[] tar(Map<String, byte[]> files) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        TarArchiveEntry entry = new TarArchiveEntry(file.getKey());
        entry.setSize(file.getValue().length);
        entry.setModTime(0);
        tar.putArchiveEntry(entry);
        tar.write(file.getValue());
        tar.closeArchiveEntry();
      }
    }
    return bytes.toByteArray();
  }

  private static byte[] blob(Map<String, byte[]> files, JsonNode descriptor) {
    String digest = descriptor.path("digest").asText();
    byte[] bytes = files.get("blobs/" + digest.replace(':', '/'));
    assertThat("sha256:" + Sha256.of(bytes)).isEqualTo(digest);
    assertThat(descriptor.path("size").asLong()).isEqualTo(bytes.length);
    return bytes;
  }

  private static JsonNode manifest(Map<String, byte[]> files) throws IOException {
    return JSON.readTree(
        blob(files, JSON.readTree(files.get("index.json")).path("manifests").path(0)));
  }

  private static JsonNode config(Map<String, byte[]> files) throws IOException {
    return JSON.readTree(blob(files, manifest(files).path("config"))).path("config");
  }

  private static Map<String, TarArchiveEntry> layerEntries(Map<String, byte[]> files)
      throws IOException {
    Map<String, TarArchiveEntry> entries = new TreeMap<>();
    for (JsonNode layer : manifest(files).path("layers")) {
      try (TarArchiveInputStream tar =
          new TarArchiveInputStream(new ByteArrayInputStream(gunzip(blob(files, layer))))) {
        for (TarArchiveEntry entry = tar.getNextEntry();
            entry != null;
            entry = tar.getNextEntry()) {
          entries.put(entry.getName().replaceFirst("^/", ""), entry);
        }
      }
    }
    return entries;
  }

  private static Map<String, byte[]> entries(byte[] bytes) throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    try (TarArchiveInputStream tar = new TarArchiveInputStream(new ByteArrayInputStream(bytes))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        files.put(entry.getName(), tar.readAllBytes());
      }
    }
    return files;
  }

  private static byte[] gunzip(byte[] bytes) throws IOException {
    try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
      return in.readAllBytes();
    }
  }
}
