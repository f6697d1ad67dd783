package dev.ovkit.serve.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.ovkit.OptionException;
import dev.ovkit.serve.metrics.ServerMetrics;
import dev.ovkit.vision.DetectorOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelListingTest {

  @TempDir private Path temp;

  private Path ir(String path) throws IOException {
    Path xml = temp.resolve(path);
    Files.createDirectories(xml.getParent());
    Files.writeString(xml, "");
    Files.writeString(Path.of(xml.toString().replaceFirst("xml$", "bin")), "");
    return xml;
  }

  private static List<String> listed(Path path, String... name) {
    return ModelListing.of(
            path,
            name.length == 0 ? Optional.empty() : Optional.of(name[0]),
            ir -> DetectorOptions.defaults())
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
        ModelListing.of(temp.resolve("parts"), Optional.empty(), ir -> DetectorOptions.defaults());
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
    ServedModel one = new ServedModel("a", "1", ir("a.xml"), DetectorOptions.defaults());
    ServedModel other = new ServedModel("a", "1", ir("b/a.xml"), DetectorOptions.defaults());
    assertThatExceptionOfType(OptionException.class)
        .isThrownBy(() -> new ModelPool(List.of(one, other), 1, new ServerMetrics()))
        .withMessageContaining("are both version 1 of the model a");
  }

  @Test
  void aNameThatNoAddressCanHaveIsRefused() throws IOException {
    Path file = ir("my model.xml");
    assertThatExceptionOfType(OptionException.class)
        .isThrownBy(() -> listed(file))
        .withMessageContaining("give another with NAME=MODEL");
    assertThatExceptionOfType(OptionException.class)
        .isThrownBy(() -> listed(Files.createDirectory(temp.resolve("empty"))))
        .withMessageContaining("has no model");
  }
}
