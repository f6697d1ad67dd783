package dev.ovkit.quantize;

import dev.ovkit.ModelException;
import dev.ovkit.OptionException;
import dev.ovkit.OutputException;
import dev.ovkit.convert.ConvertOptions;
import dev.ovkit.convert.Converter;
import dev.ovkit.convert.Route;
import dev.ovkit.convert.SealedIr;
import dev.ovkit.evaluate.ClassMapping;
import dev.ovkit.internal.files.StagedFiles;
import dev.ovkit.internal.text.EditDistance;
import dev.ovkit.ir.IrDescription;
import dev.ovkit.ir.WeightPrecision;
import dev.ovkit.layout.Layouts;
import dev.ovkit.metadata.DerivedSpec;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.surgery.ModelEditor;
import dev.ovkit.surgery.QuantizationEditor;
import dev.ovkit.surgery.QuantizationEditor.Convolution;
import dev.ovkit.surgery.RuntimeLayer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;

/**
 * Makes an IR 8 bit.
 *
 * <pre>{@code
 * Quantization made =
 *     Quantizer.quantize(
 *         QuantizeOptions.of(Path.of("model.xml"), pictures, Path.of("int8")), QuantizeListener.SILENT);
 * }</pre>
 *
 * <p>The same IR, pictures and options give the same bytes on the same machine. The IR appears
 * whole or not at all, and only if its check holds; beside it lies a {@code .json} that says how it
 * was made.
 */
public final class Quantizer {

  /** What a first kernel may have without VNNI: two products of 255 and this stay in 16 bits. */
  private static final int HALF_STEPS = 64;

  private static final int STEPS = 127;

  /** Fewer pictures than this are said to be few; 10 to 30 already suffice. */
  private static final int FEW = 10;

  private final QuantizeOptions options;
  private final QuantizeListener listener;
  private final IrDescription ir;
  private final DetectorSpec spec;
  private final StagedFiles staging;
  private final Path work;

  private Quantizer(
      QuantizeOptions options, QuantizeListener listener, IrDescription ir, StagedFiles staging)
      throws IOException {
    this.options = options;
    this.listener = listener;
    this.ir = ir;
    this.spec = DerivedSpec.of(ir, Layouts.ALL).spec();
    this.staging = staging;
    this.work = Files.createDirectory(staging.resolve(".work"));
  }

  /**
   * Makes an IR 8 bit.
   *
   * @throws ModelException if it is 8 bit already, no detector, or has nothing to make 8 bit
   * @throws OptionException if the options do not fit the model
   * @throws dev.ovkit.PictureException if no picture can be read, or one of the check cannot
   * @throws dev.ovkit.evaluate.AnnotationException if the check's labels do not fit the model
   * @throws OutputException if the directory cannot be written
   */
  public static Quantization quantize(QuantizeOptions options, QuantizeListener listener) {
    options.requireAnotherPlace();
    IrDescription ir = IrDescription.read(options.ir());
    if (WeightPrecision.of(ir) == WeightPrecision.INT8) {
      throw new ModelException(
          "'%s' is already INT8; give the FP32 or FP16 IR that it was made from"
              .formatted(options.ir()));
    }
    try (StagedFiles staging = StagedFiles.in(options.directory())) {
      return new Quantizer(options, listener, ir, staging).run();
    } catch (IOException e) {
      throw OutputException.of(options.directory().toAbsolutePath().normalize(), e);
    }
  }

  /**
   * Converts an ONNX and makes the IR 8 bit; of the float IR nothing stays.
   *
   * @param conversion its directory and type say nothing
   * @param options its IR says nothing
   */
  public static Quantization convert(
      ConvertOptions conversion, Route route, QuantizeOptions options, QuantizeListener listener) {
    try (StagedFiles staging = StagedFiles.in(options.directory())) {
      Path xml =
          Converter.convert(conversion.into(staging.folder(), WeightPrecision.FP32), route).xml();
      return quantize(options.of(xml), listener).of(conversion.onnx());
    } catch (IOException e) {
      throw OutputException.of(options.directory().toAbsolutePath().normalize(), e);
    }
  }

  private Quantization run() throws IOException {
    // Labels that do not fit should not cost a calibration.
    options.check().flatMap(Check::truth).ifPresent(truth -> ClassMapping.of(spec, truth));
    List<Convolution> convolutions;
    TensorStatistics statistics;
    Map<Integer, Layer.Treatment> kept;
    try (QuantizationEditor editor = QuantizationEditor.open(options.ir())) {
      convolutions = editor.convolutions();
      if (convolutions.isEmpty()) {
        throw new ModelException(
            "'%s' has no convolution with constant weights and an input of known size, so nothing can be quantized"
                .formatted(options.ir()));
      }
      kept = kept(convolutions);
      if (kept.size() == convolutions.size()) {
        throw new OptionException(
            "all %d convolutions of '%s' stay in float, so nothing can be quantized"
                .formatted(convolutions.size(), options.ir()));
      }
      editor.saveStatistics(work.resolve("statistics.xml"));
      statistics =
          TensorStatistics.gather(
              editor,
              work.resolve("statistics.xml"),
              spec,
              options.chosen(),
              options.bitDepth(),
              listener);
    }
    List<String> warnings = new ArrayList<>(statistics.unreadable());
    if (statistics.used().size() < FEW) {
      warnings.add(
          "calibrated with %d pictures; give 10 or more like those that the detector will see"
              .formatted(statistics.used().size()));
    }

    Path xml = staging.resolve(options.name() + ".xml");
    Map<Integer, Layer.Treatment> inFloat = kept;
    Made made = make(statistics, inFloat, xml);
    List<Verdict> verdicts = new ArrayList<>();
    Map<Integer, Double> costs = Map.of();
    if (options.check().isPresent()) {
      Check check = options.check().get();
      Gate gate = new Gate(options.ir(), check, options.bitDepth(), listener);
      verdicts.add(gate.judge(xml));
      if (!last(verdicts).holds()) {
        costs = costs(statistics, made.placement());
        List<Integer> worst = worstFirst(costs);
        // Twice as many each time: a try is a whole evaluation.
        for (int n = 1; check.auto() && !last(verdicts).holds() && n < worst.size(); n *= 2) {
          inFloat = new TreeMap<>(kept);
          for (int c : worst.subList(0, n)) {
            inFloat.put(c, Layer.Treatment.FLOAT_TO_HOLD);
          }
          made = make(statistics, inFloat, xml);
          verdicts.add(gate.judge(xml));
        }
      }
    }
    if (costs.isEmpty() && options.costs()) {
      costs = costs(statistics, made.placement());
    }
    boolean holds = verdicts.isEmpty() || last(verdicts).holds();
    Quantization result =
        new Quantization(
            options.ir(),
            holds
                ? Optional.of(options.directory().resolve(options.name() + ".xml"))
                : Optional.empty(),
            options.target(),
            statistics.used().size(),
            layers(convolutions, inFloat, made, costs, RuntimeLayer.of(xml)),
            made.ranges(),
            verdicts,
            holds && options.costs() ? Optional.of(Speed.of(options.ir(), xml)) : Optional.empty(),
            warnings,
            ir.weightsBytes(),
            Files.size(SealedIr.bin(xml)));
    if (holds) {
      publish(xml, result, statistics);
    }
    return result;
  }

  private static Verdict last(List<Verdict> verdicts) {
    return verdicts.get(verdicts.size() - 1);
  }

  // ---- what stays in float

  private Map<Integer, Layer.Treatment> kept(List<Convolution> convolutions) {
    Map<Integer, Layer.Treatment> kept = new TreeMap<>();
    for (int c = 0; c < convolutions.size(); c++) {
      if (!options.heads() && convolutions.get(c).head()) {
        kept.put(c, Layer.Treatment.FLOAT_HEAD);
      }
    }
    for (String name : options.keepFloat()) {
      List<String> names = convolutions.stream().map(Convolution::name).toList();
      int at = names.indexOf(name);
      if (at < 0) {
        throw new OptionException(
            "--keep-float: '%s' is not a convolution of '%s'; the nearest are %s"
                .formatted(name, options.ir(), String.join(", ", near(name, names))));
      }
      kept.put(at, Layer.Treatment.FLOAT_ASKED);
    }
    return kept;
  }

  private static List<String> near(String name, List<String> names) {
    return names.stream()
        .sorted(Comparator.comparingInt(other -> EditDistance.between(name, other)))
        .limit(3)
        .toList();
  }

  // ---- surgery

  /** An 8-bit model as it was written. */
  private record Made(Placement placement, Map<Integer, Float> errors, List<SourceRange> ranges) {}

  private Made make(TensorStatistics statistics, Map<Integer, Layer.Treatment> kept, Path xml)
      throws IOException {
    try (QuantizationEditor editor = QuantizationEditor.open(options.ir())) {
      Placement placement = Placement.of(editor, statistics, kept.keySet(), options.recipe());
      Map<Integer, Float> errors = apply(editor, placement, statistics);
      List<SourceRange> ranges = new ArrayList<>();
      placement
          .ranges()
          .forEach((s, r) -> ranges.add(new SourceRange(editor.sources().get(s).name(), r)));
      try (ModelEditor model = editor.finish()) {
        model.setInfo(IrDescription.OVKIT, "data_type", "INT8");
        model.setInfo(
            IrDescription.OVKIT, "int8_target", options.target().name().toLowerCase(Locale.ROOT));
        model.setInfo(
            IrDescription.OVKIT,
            "int8_calibration_pictures",
            Integer.toString(statistics.used().size()));
        SealedIr.write(model, xml);
      }
      return new Made(placement, errors, ranges);
    }
  }

  private Map<Integer, Float> apply(
      QuantizationEditor editor, Placement placement, TensorStatistics statistics) {
    Map<Integer, Float> errors = new TreeMap<>();
    for (int c : placement.convolutions()) {
      errors.put(
          c,
          editor.quantizeConvolution(
              c, steps(editor.convolutions().get(c)), statistics.means().get(c)));
    }
    placement
        .ranges()
        .forEach((source, ranges) -> editor.quantizeSource(source, lows(ranges), highs(ranges)));
    return errors;
  }

  private int steps(Convolution convolution) {
    return isHalved(convolution) ? HALF_STEPS : STEPS;
  }

  private boolean isHalved(Convolution convolution) {
    return convolution.first() && options.target() == Target.AVX2 && options.recipe().halfRange();
  }

  private static float[] lows(List<LevelRange> ranges) {
    float[] lows = new float[ranges.size()];
    for (int i = 0; i < lows.length; i++) {
      lows[i] = ranges.get(i).low();
    }
    return lows;
  }

  private static float[] highs(List<LevelRange> ranges) {
    float[] highs = new float[ranges.size()];
    for (int i = 0; i < highs.length; i++) {
      highs[i] = ranges.get(i).high();
    }
    return highs;
  }

  // ---- what each convolution costs

  private Map<Integer, Double> costs(TensorStatistics statistics, Placement placement)
      throws IOException {
    try (Costs costs = Costs.of(options.ir(), statistics.used(), options.bitDepth())) {
      Map<Integer, Double> measured = new TreeMap<>();
      listener.begins("cost of each convolution", placement.convolutions().size());
      for (int c : placement.convolutions()) {
        // A name of its own: a .bin that is still mapped must not change below its reader.
        Path xml = work.resolve("only-" + c + ".xml");
        try (QuantizationEditor editor = QuantizationEditor.open(options.ir())) {
          apply(editor, placement.only(c), statistics);
          try (ModelEditor model = editor.finish()) {
            SealedIr.write(model, xml);
          }
        }
        measured.put(c, costs.of(xml));
        Files.delete(xml);
        Files.delete(SealedIr.bin(xml));
        listener.step();
      }
      return measured;
    }
  }

  private static List<Integer> worstFirst(Map<Integer, Double> costs) {
    return costs.entrySet().stream()
        .sorted(Map.Entry.<Integer, Double>comparingByValue().reversed())
        .map(Map.Entry::getKey)
        .toList();
  }

  // ---- results

  private List<Layer> layers(
      List<Convolution> convolutions,
      Map<Integer, Layer.Treatment> kept,
      Made made,
      Map<Integer, Double> costs,
      List<RuntimeLayer> running) {
    Map<String, String> kernels = new HashMap<>();
    for (RuntimeLayer layer : running) {
      layer
          .originals()
          .forEach(name -> kernels.put(name.replace("/WithoutBiases", ""), layer.kernel()));
    }
    List<Layer> layers = new ArrayList<>();
    for (int c = 0; c < convolutions.size(); c++) {
      Convolution convolution = convolutions.get(c);
      layers.add(
          new Layer(
              convolution.name(),
              convolution.depthwise() ? Layer.Kind.DEPTHWISE : Layer.Kind.DENSE,
              kept.getOrDefault(
                  c, isHalved(convolution) ? Layer.Treatment.I8_HALF_RANGE : Layer.Treatment.I8),
              made.errors().getOrDefault(c, 0f),
              kernels.getOrDefault(convolution.name(), ""),
              costs.containsKey(c) ? OptionalDouble.of(costs.get(c)) : OptionalDouble.empty()));
    }
    return layers;
  }

  private void publish(Path xml, Quantization result, TensorStatistics statistics)
      throws IOException {
    Path json = xml.resolveSibling(options.name() + ".json");
    Files.write(json, QuantizationManifest.bytes(options, ir, result, statistics.used(), xml));
    Path directory = options.directory();
    Path bin = SealedIr.bin(xml);
    // The .xml last: who sees it finds the others beside it.
    StagedFiles.move(bin, directory.resolve(bin.getFileName()));
    StagedFiles.move(json, directory.resolve(json.getFileName()));
    StagedFiles.move(xml, directory.resolve(xml.getFileName()));
  }
}
