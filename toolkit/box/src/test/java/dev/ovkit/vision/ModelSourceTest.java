package dev.ovkit.vision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ovkit.ModelException;
import dev.ovkit.PictureException;
import dev.ovkit.model.Detection;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An IR gives the same boxes from wherever it is read. */
class ModelSourceTest {

  private static final Path MODELS = Path.of(System.getProperty("ovkit.home"), "ir-models");
  private static final Path XML = MODELS.resolve("conveyor-parts.xml");
  private static final Path BIN = MODELS.resolve("conveyor-parts.bin");

  @TempDir private Path temp;

  @Test
  void aModelInMemoryFindsWhatItsFilesFind() throws IOException {
    try (Detector detector =
        Detector.open(
            Files.readAllBytes(XML), Files.readAllBytes(BIN), DetectorOptions.defaults())) {
      assertThat(detect(detector)).isEqualTo(expected());
    }
  }

  @Test
  void aModelInMemoryMayBeOverwrittenOnceItIsOpen() throws IOException {
    byte[] weights = Files.readAllBytes(BIN);
    try (Detector detector = Detector.open(Files.readAllBytes(XML), weights)) {
      Arrays.fill(weights, (byte) 0);
      assertThat(detect(detector)).isEqualTo(expected());
    }
  }

  @Test
  void aModelInAJarOfTheClassPathFindsWhatItsFilesFind() throws IOException {
    Path jar = zip("model.xml", "model.bin");
    try (URLClassLoader loader = new URLClassLoader(new URL[] {jar.toUri().toURL()}, null)) {
      URL resource = loader.getResource("parts/model.xml");
      try (Detector detector = Detector.open(resource)) {
        assertThat(detect(detector)).isEqualTo(expected());
      }
    }
  }

  @Test
  void aModelInAFolderOfTheClassPathFindsWhatItsFilesFind() throws IOException {
    try (Detector detector = Detector.open(XML.toUri().toURL())) {
      assertThat(detect(detector)).isEqualTo(expected());
    }
  }

  @Test
  void aModelOnAZipFileSystemFindsWhatItsFilesFind() throws IOException {
    URI zip = URI.create("jar:" + zip("model.xml", "model.bin").toUri());
    try (FileSystem files = FileSystems.newFileSystem(zip, Map.of());
        Detector detector = Detector.open(files.getPath("parts/model.xml"))) {
      assertThat(detect(detector)).isEqualTo(expected());
    }
  }

  @Test
  void weightsThatAreCutAreRefused() throws IOException {
    byte[] xml = Files.readAllBytes(XML);
    byte[] cut = Arrays.copyOf(Files.readAllBytes(BIN), 1000);
    assertThatThrownBy(() -> Detector.open(xml, cut).close())
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith("the model in memory.bin: it has 1000 bytes, expected ");
  }

  @Test
  void aResourceWithoutWeightsIsRefusedByName() throws IOException {
    URL xml = new URL("jar:" + zip("model.xml").toUri() + "!/parts/model.xml");
    assertThatThrownBy(() -> Detector.open(xml).close())
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith(xml + ": the .xml or the .bin beside it is missing (");
  }

  @Test
  void aResourceThatIsNoXmlIsRefusedByName() throws IOException {
    URL bin = BIN.toUri().toURL();
    assertThatThrownBy(() -> Detector.open(bin).close())
        .isInstanceOf(ModelException.class)
        .hasMessage(bin + ": expected the .xml of an OpenVINO IR");
  }

  @Test
  void theErrorOfADamagedIrCarriesItsFile() throws IOException {
    Path xml = Files.copy(XML, temp.resolve("model.xml"));
    Files.write(temp.resolve("model.bin"), new byte[1000]);
    assertThatThrownBy(() -> Detector.open(xml).close())
        .isInstanceOf(ModelException.class)
        .extracting(e -> ((ModelException) e).file())
        .isEqualTo(Optional.of(xml));
  }

  @Test
  void theErrorOfADamagedPictureCarriesItsFile() throws IOException {
    Path picture = Files.write(temp.resolve("x.jpg"), new byte[1000]);
    try (Detector detector = Detector.open(XML)) {
      assertThatThrownBy(() -> detector.detect(picture))
          .isInstanceOf(PictureException.class)
          .extracting(e -> ((PictureException) e).file())
          .isEqualTo(Optional.of(picture));
    }
  }

  private static List<Detection> expected() {
    try (Detector detector = Detector.open(XML, DetectorOptions.defaults())) {
      List<Detection> found = detect(detector);
      assertThat(found).isNotEmpty();
      return found;
    }
  }

  private static List<Detection> detect(Detector detector) {
    return detector.detect(MODELS.resolve("pictures/000000.jpg")).objects();
  }

  private Path zip(String... names) throws IOException {
    Path zip = temp.resolve("parts.jar");
    try (OutputStream file = Files.newOutputStream(zip);
        ZipOutputStream out = new ZipOutputStream(file)) {
      for (String name : names) {
        out.putNextEntry(new ZipEntry("parts/" + name));
        Files.copy(MODELS.resolve(name.replace("model", "conveyor-parts")), out);
        out.closeEntry();
      }
    }
    return zip;
  }
}
