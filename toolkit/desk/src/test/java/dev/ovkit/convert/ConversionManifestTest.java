package dev.ovkit.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ovkit.ModelException;
import dev.ovkit.TestModels;
import dev.ovkit.family.ModelDescription;
import dev.ovkit.ir.WeightPrecision;
import dev.ovkit.model.Resize;
import dev.ovkit.python.PythonListener;
import dev.ovkit.runtime.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A conversion can be made again from what it wrote of itself. */
class ConversionManifestTest {

  @TempDir private Path temp;

  @ParameterizedTest
  @CsvSource({
    "conveyor-parts,auto",
    "conveyor-parts,none",
    "conveyor-parts,columns",
    "conveyor-parts,/model.32/m.1/Conv", // no whole detector: nothing is recognised
    "small:yolox-raw,auto",
    "small:yolox-logits,auto",
    "v5lite-e-coco,auto",
    "v5lite-s,none",
    "yolov5n-ppe,columns",
    "yolox_nano-416,auto",
    "yolox_nano-fixed,auto",
    "pplcnet-yolo-seed-names-quarter,'Conv_462,Conv_478,Conv_494'",
    "yolov5s-seed-names-quarter,Concat_40" // no whole detector: nothing is recognised
  })
  void theSameBytesComeOutInAnotherFolder(String model, String outputs) throws IOException {
    ConvertOptions options =
        ConvertOptions.of(TestModels.onnx(model))
            .into(temp.resolve("a"), WeightPrecision.FP16)
            .withOutputs(Outputs.parse(outputs));
    Conversion first = Converter.convert(options);
    Path renamed = Files.copy(options.onnx(), temp.resolve("other-name.onnx"));

    Repetition again =
        Converter.repeat(
            ConversionManifest.read(first.manifestFile()),
            renamed,
            temp.resolve("b"),
            PythonListener.SILENT);

    same(first, again);
  }

  @Test
  void everyOptionIsKept() throws IOException {
    ConvertOptions options =
        new ConvertOptions(
            TestModels.small("yolox-logits"),
            temp.resolve("a"),
            "edge",
            WeightPrecision.FP32,
            new Outputs.Auto(),
            Optional.of(Shape.of(1, 3, 64, 96)),
            Optional.of(List.of(123.675f, 116.28f, 103.53f)),
            Optional.of(List.of(58.395f, 57.12f, 57.375f)),
            Optional.of(true),
            Optional.of(Resize.Mode.STRETCH),
            OptionalInt.of(7),
            Optional.empty(),
            java.util.stream.IntStream.range(0, 3).mapToObj(i -> "é, " + i).toList(),
            false,
            ModelDescription.NONE);
    Conversion first = Converter.convert(options);
    ConversionManifest manifest = ConversionManifest.read(first.manifestFile());

    assertThat(manifest.toBytes()).isEqualTo(Files.readAllBytes(first.manifestFile()));
    assertThat(recipe(manifest).options().mean()).isEqualTo(options.mean());
    assertThat(recipe(manifest).options().labels()).isEqualTo(options.labels());
    assertThat(manifest.rewrites()).isEmpty();
    same(
        first,
        Converter.repeat(manifest, options.onnx(), temp.resolve("b"), PythonListener.SILENT));
  }

  @Test
  void aManifestHasNoPathAndNoTimeAndSaysWhatFired() throws IOException {
    Conversion made = Converter.convert(options());
    String json = Files.readString(made.manifestFile());

    assertThat(json)
        .doesNotContain(temp.toString())
        .contains("\"file\" : \"conveyor-parts.onnx\"")
        .contains("4b3760a93bf533dca85c77c6cf46989cda92bfe1459c8222bffa0d7a1a3b9689");
    assertThat(made.manifest().rewrites())
        .containsEntry("1x1 convolutions moved before the upsampling", 4);
    assertThat(recipe(made.manifest()).options().outputs())
        .isEqualTo(
            new Outputs.Tensors(
                List.of(
                    "/model.32/m.0/Conv_output_0",
                    "/model.32/m.1/Conv_output_0",
                    "/model.32/m.2/Conv_output_0")));
    assertThat(made.manifest().files())
        .extracting(ConversionManifest.MadeFile::name)
        .containsExactly("conveyor-parts.xml", "conveyor-parts.bin");
  }

  @Test
  void anotherModelIsRefused() {
    Conversion made = Converter.convert(options());
    Path other = TestModels.small("yolov5-rows");
    assertThatThrownBy(
            () ->
                Converter.repeat(made.manifest(), other, temp.resolve("b"), PythonListener.SILENT))
        .isInstanceOf(ModelException.class)
        .hasMessage(
            "'%s' is not the file that the IR was made from: its SHA-256 is"
                + " 5a1be28139a505c32a15d5cb378d86c20ded32425fa75921a5356204feadab07, expected"
                + " 4b3760a93bf533dca85c77c6cf46989cda92bfe1459c8222bffa0d7a1a3b9689; give the"
                + " original 'conveyor-parts.onnx'",
            other);
    assertThat(temp.resolve("b")).doesNotExist();
  }

  @Test
  void anotherVersionAndOtherBytesAreSaid() throws IOException {
    Conversion made = Converter.convert(options());
    String json = Files.readString(made.manifestFile());
    Path changed =
        Files.writeString(
            temp.resolve("changed.json"),
            json.replaceFirst("\"openvino\" : \"[^\"]*\"", "\"openvino\" : \"2025.1\"")
                .replaceFirst("\"rewrite\" : true", "\"rewrite\" : false"));

    Repetition again =
        Converter.repeat(
            ConversionManifest.read(changed),
            options().onnx(),
            temp.resolve("b"),
            PythonListener.SILENT);

    assertThat(again.otherVersions())
        .singleElement()
        .asString()
        .startsWith("made with openvino 2025.1, here it is 2026.");
    assertThat(again.otherFiles()).containsExactly("conveyor-parts.xml", "conveyor-parts.bin");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"rewrite\" : true | \"rewrite\" : 7 | it has 7 for \"rewrite\", expected true or false",
        "ovkit-conversion-1 | other | it has \"other\" for \"format\", expected \"ovkit-conversion-1\"",
        "\"backend\" : \"native\" | \"backend\" : \"x\" | it has \"x\" for \"backend\", expected"
            + " one of native, mo, ovc",
        "FP16 | FP8 | it has \"FP8\" for \"data_type\", expected one of fp16, fp32",
        "\"name\" : \"conveyor-parts\" | \"name\" : \"../conveyor-parts\" | it has \"../conveyor-parts\" for \"name\", expected a file's name without a folder",
        "\"name\" : \"conveyor-parts\" | \"name\" : \"a\\u0000b\" | it has \"a\ufffdb\" for \"name\", expected a file's name without a folder",
        "\"file\" : \"conveyor-parts.onnx\" | \"file\" : \"..\" | it has \"..\" for \"file\", expected a file's name without a folder",
        "\"format\" | format | not valid JSON (line 2)"
      })
  void aDamagedManifestIsRefused(String from, String to, String message) throws IOException {
    Conversion made = Converter.convert(options());
    String json = Files.readString(made.manifestFile());
    assertThat(json).contains(from);
    Path damaged = Files.writeString(temp.resolve("damaged.json"), json.replace(from, to));
    assertThatThrownBy(() -> ConversionManifest.read(damaged))
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith(damaged.toString())
        .hasMessageContaining(message);
  }

  private ConvertOptions options() {
    return ConvertOptions.of(TestModels.demo()).into(temp.resolve("a"), WeightPrecision.FP16);
  }

  private static void same(Conversion first, Repetition again) {
    assertThat(again.otherVersions()).isEmpty();
    assertThat(again.otherFiles()).isEmpty();
    assertThat(again.conversion().xml()).hasSameBinaryContentAs(first.xml());
    assertThat(again.conversion().bin()).hasSameBinaryContentAs(first.bin());
    assertThat(again.conversion().manifestFile()).hasSameBinaryContentAs(first.manifestFile());
  }

  private static ConversionManifest.Converted recipe(ConversionManifest manifest) {
    return (ConversionManifest.Converted) manifest.recipe();
  }
}
