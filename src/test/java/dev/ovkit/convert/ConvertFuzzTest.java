package dev.ovkit.convert;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.ovkit.family.Families;
import dev.ovkit.fuzz.FuzzCase;
import dev.ovkit.onnx.OnnxModel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** What a conversion reads: the ONNX, up to the plan and the graph that OpenVINO would get. */
class ConvertFuzzTest {

  @TempDir private Path temp;

  @FuzzTest
  void onnx(byte[] data) {
    FuzzCase.of(
        data,
        () -> {
          Path file = Files.write(temp.resolve("model.onnx"), data);
          OnnxModel model = OnnxModel.read(file);
          model.labels();
          Plan plan = new Planner(ConvertOptions.of(file), Families.ALL).plan(model);
          plan.model().graph().contradiction();
        });
  }

  @FuzzTest
  void manifest(byte[] data) {
    FuzzCase.of(
        data,
        () -> {
          Path file = Files.write(temp.resolve("model.json"), data);
          ConversionManifest manifest = ConversionManifest.read(file);
          manifest.otherVersions();
          manifest.toBytes();
        });
  }
}
