package dev.ovkit.serve.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.ovkit.OptionException;
import dev.ovkit.bundle.HostRequirements;
import dev.ovkit.bundle.Manifest;
import dev.ovkit.bundle.ManifestFile;
import dev.ovkit.bundle.ReleaseVersion;
import dev.ovkit.serve.metrics.ServerMetrics;
import dev.ovkit.vision.DetectorOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelListingTest {

  private static final DetectorOptions OPTIONS = DetectorOptions.defaults();

  @TempDir private Path temp;

  private Path ir(String path) throws IOException {
    Path xml = temp.resolve(path);
    Files.createDirectories(xml.getParent());
    Files.writeString(xml, "");
    Files.writeString(Path.of(xml.toString().replaceFirst("xml$", "bin")), "");
    return xml;
  }

  private static List<String> listed(Path path, String... name) {
    return ModelListing.require(
            new ModelPlace(path, name.length == 0 ? Optional.empty() : Optional.of(name[0])))
        .stream()
        .map(one -> one.name() + "/" + one.version())
        .toList();
  }

  @Test
  void aFileIsOneModel() throws IOException {
    Path file = ir("street.xml");
    assertThat(listed(file)).containsExactly("street/1");
    assertThat(listed(file, "cars")).containsExactly("cars/1");
  }

  @Test
  void aFolderHasModelsByTheirFiles() throws IOException {
    ir("b.xml");
    ir("a.xml");
    Files.writeString(temp.resolve("annotations.xml"), "");
    assertThat(listed(temp)).containsExactly("a/1", "b/1");
    assertThatExceptionOfType(OptionException.class)
        .isThrownBy(() -> listed(temp, "one"))
        .withMessageContaining("several models, which cannot all be called one");
  }

  @Test
  void aFolderHasVersions() throws IOException {
    ir("parts/2/model.xml");
    ir("parts/10/model.xml");
    assertThat(listed(temp.resolve("parts"))).containsExactlyInAnyOrder("parts/2", "parts/10");
    assertThat(listed(temp.resolve("parts"), "other"))
        .containsExactlyInAnyOrder("other/2", "other/10");
    ir("cars/1/model.xml");
    ir("single/best.xml");
    assertThat(listed(temp)).containsExactlyInAnyOrder("parts/2", "parts/10", "cars/1", "single/1");
    ir("parts/10/second.xml");
    assertThatExceptionOfType(OptionException.class)
        .isThrownBy(() -> listed(temp))
        .withMessageContaining("has 2 models, expected one: it is a version of parts");
  }

  @Test
  void theHighestVersionAnswersWhereNoneIsNamed() throws IOException {
    ir("parts/2/model.xml");
    ir("parts/10/model.xml");
    ir("parts/9/model.xml");
    List<ServedModel> models =
        ModelListing.of(ModelPlace.of(temp.resolve("parts"))).models().stream()
            .map(one -> new ServedModel(one.name(), one.version(), one.ir(), OPTIONS))
            .toList();
    try (ModelPool pool = new ModelPool(models, 1, new ServerMetrics())) {
      assertThat(pool.versions("parts")).containsExactly("2", "9", "10");
      assertThat(pool.find("parts", Optional.empty()).orElseThrow().version()).isEqualTo("10");
      assertThat(pool.find("parts", Optional.of("9")).orElseThrow().version()).isEqualTo("9");
      assertThat(pool.find("parts", Optional.of("1"))).isEmpty();
      assertThat(pool.ready()).isFalse();
    }
  }

  @Test
  void twoModelsOfOneNameAreRefused() throws IOException {
    ServedModel one = new ServedModel("a", "1", ir("a.xml"), OPTIONS);
    ServedModel other = new ServedModel("a", "1", ir("b/a.xml"), OPTIONS);
    assertThatExceptionOfType(OptionException.class)
        .isThrownBy(() -> new ModelPool(List.of(one, other), 1, new ServerMetrics()))
        .withMessageContaining("are both version 1 of the model a");
  }

  private void bundle(String folder, String version) throws IOException {
    ir(folder + "/model/model.xml");
    Files.write(
        temp.resolve(folder).resolve(Manifest.FILE),
        new Manifest(
                "app",
                new ReleaseVersion(version),
                "0.1.0",
                "2026.4.1",
                new HostRequirements(List.of("avx2"), "2.35"),
                0,
                List.of(
                    ManifestFile.of(
                        temp.resolve(folder), temp.resolve(folder + "/model/model.xml"))))
            .bytes());
  }

  @Test
  void aBundleHasTheNameAndVersionOfItsManifest() throws IOException {
    bundle("app-1.2.0", "1.2.0");
    assertThat(listed(temp.resolve("app-1.2.0"))).containsExactly("app/1.2.0");
    assertThat(listed(temp.resolve("app-1.2.0"), "parts")).containsExactly("parts/1.2.0");
    bundle("app-1.10.0", "1.10.0");
    assertThat(listed(temp)).containsExactlyInAnyOrder("app/1.2.0", "app/1.10.0");
  }

  @Test
  void ofABoxTheReleaseInUseIsServed() throws IOException {
    bundle("box/releases/app-1.2.0-abc", "1.2.0");
    bundle("box/releases/app-1.3.0-def", "1.3.0");
    Path current = temp.resolve("box/current");
    Files.createSymbolicLink(current, Path.of("releases/app-1.2.0-abc"));
    assertThat(listed(temp.resolve("box"))).containsExactly("app/1.2.0");
    ModelFiles served = ModelListing.require(ModelPlace.of(current)).get(0);
    assertThat(served.ir())
        .isEqualTo(temp.toRealPath().resolve("box/releases/app-1.2.0-abc/model/model.xml"));
  }

  @Test
  void whatIsHiddenIsNoModel() throws IOException {
    ir("a.xml");
    ir(".b.xml");
    assertThat(listed(temp)).containsExactly("a/1");
    Files.delete(temp.resolve("a.xml"));
    ir(".new/1/model.xml");
    ir("parts/1/model.xml");
    assertThat(listed(temp)).containsExactly("parts/1");
  }

  @Test
  void releasesHaveTheOrderOfTheirVersions() {
    List<ServedModel> models =
        Stream.of("1.9.0", "1.10.0-rc.1", "7", "1.10.0", "x")
            .map(version -> new ServedModel("a", version, temp, OPTIONS))
            .toList();
    try (ModelPool pool = new ModelPool(models, 1, new ServerMetrics())) {
      assertThat(pool.versions("a")).containsExactly("7", "1.9.0", "1.10.0-rc.1", "1.10.0", "x");
    }
  }

  @Test
  void aNameThatNoAddressCanHaveIsRefused() throws IOException {
    Path file = ir("my model.xml");
    assertThatExceptionOfType(OptionException.class)
        .isThrownBy(
            () -> new ServedModel(ModelListing.nameOf(file), ServedModel.ONLY, file, OPTIONS))
        .withMessageContaining("give another with NAME=MODEL");
    assertThatExceptionOfType(OptionException.class)
        .isThrownBy(() -> listed(Files.createDirectory(temp.resolve("empty"))))
        .withMessageContaining("has no model");
  }
}
