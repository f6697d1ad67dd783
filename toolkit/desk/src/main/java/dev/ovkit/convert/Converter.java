package dev.ovkit.convert;

import dev.ovkit.ModelException;
import dev.ovkit.NativeCallException;
import dev.ovkit.OutputException;
import dev.ovkit.family.Families;
import dev.ovkit.internal.files.Sha256;
import dev.ovkit.internal.files.StagedFiles;
import dev.ovkit.ir.IrDescription;
import dev.ovkit.machine.Cpu;
import dev.ovkit.metadata.DetectorMetadata;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.onnx.OnnxModel;
import dev.ovkit.python.PythonListener;
import dev.ovkit.runtime.Core;
import dev.ovkit.runtime.Model;
import dev.ovkit.surgery.ModelEditor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Makes an IR of an ONNX. The same input and options give the same bytes. */
public final class Converter {

  /**
   * Converts without any Python.
   *
   * <p>The IR appears whole or not at all: it is written under another name, and renamed with the
   * .bin first and the .xml last. Its {@link ConversionManifest} is beside it.
   *
   * @throws ModelException if the model cannot be read or does not fit the options
   * @throws dev.ovkit.OptionException if the options cannot work for any model
   * @throws OutputException if the directory cannot be written
   */
  public static Conversion convert(ConvertOptions options) {
    return convert(options, Route.NATIVE);
  }

  /**
   * Converts by another route; the IR is written in the same way.
   *
   * @throws dev.ovkit.python.PythonException if the route needs Python and there is none
   */
  public static Conversion convert(ConvertOptions options, Route route) {
    return convert(options, route, Kernels.OWN_CHOICE);
  }

  /**
   * Converts, and stores in the IR which kernels to use.
   *
   * @throws dev.ovkit.OptionException if blocked kernels are asked for on a CPU that computes with
   *     AVX-512
   */
  public static Conversion convert(ConvertOptions options, Route route, Kernels kernels) {
    if (kernels == Kernels.BLOCKED_IF_FASTER) {
      Blocking.require(Cpu.here(), System.getenv());
    }
    return convert(options, route, kernels, Families.ALL);
  }

  /** Converts a detector of one of these families. */
  public static Conversion convert(
      ConvertOptions options, Route route, Kernels kernels, Families families) {
    return convert(options, route, kernels, families, Optional.empty());
  }

  /**
   * Converts again as a manifest says.
   *
   * <p>The new manifest keeps the old one's words about how the options came about, so that nothing
   * differs but what is different.
   *
   * @param onnx the file that the IR was made of, under whatever name
   * @param directory where the IR goes
   * @param listener hears what Python tools do, if any is used
   * @throws ModelException if the file is another one, or as {@link #convert} does
   * @throws OutputException if the directory cannot be written
   */
  public static Repetition repeat(
      ConversionManifest manifest, Path onnx, Path directory, PythonListener listener) {
    String sha256 = OnnxModel.read(onnx).sha256();
    if (!sha256.equals(manifest.sourceSha256())) {
      throw new ModelException(
          "'%s' is not the file that the IR was made from: its SHA-256 is %s, expected %s; give the original '%s'"
              .formatted(onnx, sha256, manifest.sourceSha256(), manifest.source()));
    }
    Conversion made;
    if (manifest.recipe() instanceof ConversionManifest.Converted recipe) {
      made =
          convert(
              recipe.options().of(onnx, directory),
              recipe.route(listener),
              recipe.kernels(),
              Families.ALL,
              Optional.of(manifest));
    } else {
      ConversionManifest.MoWords recipe = (ConversionManifest.MoWords) manifest.recipe();
      made = asTyped(recipe.words(), manifest.source(), onnx, directory, listener);
    }
    return new Repetition(made, manifest.otherVersions(), manifest.otherFiles(made.manifest()));
  }

  /** Model Optimizer notes the name of the file, so it gets the name of then. */
  private static Conversion asTyped(
      List<String> words, String source, Path onnx, Path directory, PythonListener listener) {
    if (fileName(onnx).equals(source)) {
      return MoConverter.convert(MoCommandLine.of(words, onnx, directory), listener);
    }
    try (StagedFiles staging = StagedFiles.in(directory)) {
      Path named =
          Files.createSymbolicLink(staging.resolve(source), onnx.toAbsolutePath().normalize());
      return MoConverter.convert(MoCommandLine.of(words, named, directory), listener);
    } catch (IOException e) {
      throw OutputException.of(directory.toAbsolutePath().normalize(), e);
    }
  }

  private static Conversion convert(
      ConvertOptions options,
      Route route,
      Kernels wanted,
      Families families,
      Optional<ConversionManifest> before) {
    Simplifier.Source source =
        Simplifier.read(options.onnx(), route, options.description().among(families));
    Plan plan = new Planner(options, families).plan(source.model()).after(source);
    GraphMaker maker = GraphMaker.of(route);
    try (StagedFiles staging = StagedFiles.in(options.directory())) {
      Path xml = staging.resolve(options.name() + ".xml");
      Path work = Files.createDirectory(staging.resolve(".work"));
      try (ModelEditor editor = maker.make(plan, options.dataType(), work)) {
        write(plan, xml, editor);
      }
      List<Decision> decisions = new ArrayList<>(plan.decisions());
      Kernels kernels = wanted;
      if (wanted == Kernels.BLOCKED_IF_FASTER) {
        Blocking.Choice choice = Blocking.choose(xml, work);
        kernels = choice.kernels();
        decisions.add(choice.decision());
      }
      if (kernels != Kernels.OWN_CHOICE) {
        Blocking.apply(xml, kernels);
      }
      ConversionManifest manifest =
          new ConversionManifest(
              before.map(ConversionManifest::source).orElse(fileName(options.onnx())),
              source.model().sha256(),
              new ConversionManifest.Converted(
                  plan.effective(), route.backEnd(), source.tool().isPresent(), kernels),
              plan.rewrites(),
              plan.detector().map(DetectorMetadata::write).orElse(Map.of()),
              before.map(ConversionManifest::decisions).orElse(decisions),
              List.of(made(xml), made(SealedIr.bin(xml))));
      return publish(xml, options.directory(), plan.detector(), manifest);
    } catch (IOException e) {
      throw OutputException.of(options.directory().toAbsolutePath().normalize(), e);
    }
  }

  static String fileName(Path file) {
    return String.valueOf(file.getFileName());
  }

  /** The .xml last: who sees it finds the others beside it. */
  static Conversion publish(
      Path xml, Path directory, Optional<DetectorSpec> detector, ConversionManifest manifest)
      throws IOException {
    Path bin = SealedIr.bin(xml);
    requireReadable(xml, manifest.source());
    Path json = xml.resolveSibling(ConvertOptions.stem(xml, ".xml") + ".json");
    Files.write(json, manifest.toBytes());
    long bytes = Files.size(bin);
    Path finalBin = StagedFiles.move(bin, directory.resolve(bin.getFileName()));
    Path finalJson = StagedFiles.move(json, directory.resolve(json.getFileName()));
    Path finalXml = StagedFiles.move(xml, directory.resolve(xml.getFileName()));
    return new Conversion(
        finalXml, finalBin, finalJson, bytes, detector, manifest.decisions(), manifest);
  }

  /** OpenVINO writes graphs that it cannot read again. */
  private static void requireReadable(Path xml, String source) {
    try (Core core = Core.create();
        Model model = core.readModel(xml)) {
      if (model.inputs().isEmpty() || model.outputs().isEmpty()) {
        throw new NativeCallException("it has no input or no output");
      }
    } catch (NativeCallException e) {
      throw new ModelException(
          "'%s' was converted, but the IR cannot be read back, so it was not written (%s); simplify the model, or export it again"
              .formatted(source, e.getMessage()),
          e);
    }
  }

  static ConversionManifest.MadeFile made(Path file) throws IOException {
    return new ConversionManifest.MadeFile(fileName(file), Files.size(file), Sha256.of(file));
  }

  static void write(Plan plan, Path xml, ModelEditor editor) throws IOException {
    plan.outputNames().forEach(editor::nameOutput);
    info(plan).forEach((key, value) -> editor.setInfo(IrDescription.OVKIT, key, value));
    plan.detector()
        .map(ModelApiInfo::of)
        .orElse(Map.of())
        .forEach((key, value) -> editor.setInfo("model_info", key, value));
    SealedIr.write(editor, xml, plan.headWeights());
  }

  private static Map<String, String> info(Plan plan) {
    Map<String, String> info = new TreeMap<>(plan.options());
    plan.detector().ifPresent(detector -> info.putAll(DetectorMetadata.write(detector)));
    return info;
  }

  private Converter() {}
}
