package dev.ovkit.cli.print;

import dev.ovkit.convert.SealedIr;
import dev.ovkit.quantize.Layer;
import dev.ovkit.quantize.Quantization;
import dev.ovkit.quantize.Verdict;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine;

/** What came of quantizing, for people and as JSON. */
public final class QuantizationPrinter {

  /** How many of the costliest convolutions are printed. */
  private static final int MOST = 10;

  /** Prints it and returns the exit code. */
  public static int report(Quantization made, CommandLine commandLine, boolean json) {
    PrintWriter err = commandLine.getErr();
    made.warnings().forEach(warning -> err.println("ovkit: " + warning));
    if (made.runsEightBit() < made.eightBit()) {
      err.printf(
          "ovkit: this CPU runs only %d of the %d INT8 convolutions in 8 bit%n",
          made.runsEightBit(), made.eightBit());
    }
    if (json) {
      Json.print(commandLine.getOut(), json(made));
    } else {
      print(made, commandLine.getOut());
    }
    if (made.holds()) {
      return ExitCode.DONE;
    }
    Verdict verdict = made.verdicts().get(made.verdicts().size() - 1);
    err.printf(
        Locale.ROOT,
        "ovkit: %s: INT8 loses %.4f of %s, more than %s; nothing was written. Keep convolutions in float with --keep-float or --auto, or calibrate with pictures more like these%n",
        made.ir(),
        verdict.drop(),
        words(verdict.measure()),
        verdict.mostDrop());
    return ExitCode.DOES_NOT_HOLD;
  }

  private static String words(Verdict.Measure measure) {
    return switch (measure) {
      case MAP -> "mAP@.5:.95";
      case BOXES -> "the boxes";
    };
  }

  private static void print(Quantization made, PrintWriter out) {
    out.printf(
        Locale.ROOT,
        "%-12s %d of %d convolutions, for %s, calibrated with %d pictures%n",
        "INT8",
        made.eightBit(),
        made.layers().size(),
        made.target(),
        made.calibrated());
    List<String> inFloat =
        made.layers().stream()
            .filter(layer -> layer.treatment() == Layer.Treatment.FLOAT_TO_HOLD)
            .map(Layer::name)
            .toList();
    if (!inFloat.isEmpty()) {
      out.printf("%-12s %s%n", "float", String.join(", ", inFloat));
      out.printf("%-12s   stay in float because they cost the most accuracy%n", "");
    }
    for (Verdict verdict : made.verdicts()) {
      out.printf(
          Locale.ROOT,
          "%-12s %s %.4f, f32 %.4f, on %d pictures: %s%n",
          "check",
          words(verdict.measure()),
          verdict.after(),
          verdict.before(),
          verdict.pictures(),
          verdict.holds() ? "passed" : "failed");
    }
    List<Layer> ranking = made.ranking();
    if (!ranking.isEmpty()) {
      out.println("costliest    error of the outputs when only this convolution is INT8");
      for (Layer layer : ranking.subList(0, Math.min(MOST, ranking.size()))) {
        out.printf(Locale.ROOT, "%12.4f %s%n", layer.cost().getAsDouble(), layer.name());
      }
    }
    made.speed()
        .ifPresent(
            speed ->
                out.printf(
                    Locale.ROOT,
                    "%-12s %.1f ms, in f32 %.1f, from a few passes; measure with 'ovkit bench'%n",
                    "speed",
                    speed.after(),
                    speed.before()));
    made.xml()
        .ifPresent(
            xml -> {
              out.printf("%-12s %s%n", "graph", xml);
              out.printf(
                  Locale.ROOT,
                  "%-12s %s (%,d bytes, before %,d)%n",
                  "weights",
                  SealedIr.bin(xml),
                  made.bytesAfter(),
                  made.bytesBefore());
            });
  }

  static Map<String, Object> json(Quantization made) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("ir", made.ir().toString());
    object.put("xml", made.xml().map(Object::toString).orElse(null));
    object.put("holds", made.holds());
    object.put("target", made.target().name().toLowerCase(Locale.ROOT));
    object.put("calibration_pictures", made.calibrated());
    object.put("bin_bytes_before", made.bytesBefore());
    object.put("bin_bytes", made.bytesAfter());
    object.put("int8_convolutions", made.eightBit());
    object.put("int8_running", made.runsEightBit());
    List<Map<String, Object>> layers = new ArrayList<>();
    for (Layer layer : made.layers()) {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("name", layer.name());
      one.put("kind", layer.kind().name().toLowerCase(Locale.ROOT));
      one.put("treatment", layer.treatment().name().toLowerCase(Locale.ROOT));
      one.put("weight_error", layer.weightError());
      one.put("kernel", layer.kernel());
      layer.cost().ifPresent(cost -> one.put("cost", cost));
      layers.add(one);
    }
    object.put("convolutions", layers);
    List<Map<String, Object>> checks = new ArrayList<>();
    for (Verdict verdict : made.verdicts()) {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("measure", verdict.measure().name().toLowerCase(Locale.ROOT));
      one.put("f32", verdict.before());
      one.put("int8", verdict.after());
      one.put("max_drop", verdict.mostDrop());
      one.put("pictures", verdict.pictures());
      one.put("holds", verdict.holds());
      checks.add(one);
    }
    object.put("checks", checks);
    made.speed()
        .ifPresent(speed -> object.put("ms", Map.of("f32", speed.before(), "int8", speed.after())));
    object.put("warnings", made.warnings());
    return object;
  }

  private QuantizationPrinter() {}
}
