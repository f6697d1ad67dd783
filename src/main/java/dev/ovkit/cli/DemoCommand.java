package dev.ovkit.cli;

import dev.ovkit.ModelException;
import dev.ovkit.OutputException;
import dev.ovkit.cli.option.HelpGroup;
import dev.ovkit.cli.option.Limits;
import dev.ovkit.cli.option.PictureList;
import dev.ovkit.cli.print.ExitCode;
import dev.ovkit.cli.print.Json;
import dev.ovkit.cli.stream.CountingDemo;
import dev.ovkit.convert.Conversion;
import dev.ovkit.convert.ConvertOptions;
import dev.ovkit.convert.Converter;
import dev.ovkit.convert.Decision;
import dev.ovkit.internal.files.WholeFile;
import dev.ovkit.internal.json.DetectionsJson;
import dev.ovkit.ir.WeightPrecision;
import dev.ovkit.model.Detection;
import dev.ovkit.model.Detections;
import dev.ovkit.picture.Picture;
import dev.ovkit.vision.Detector;
import dev.ovkit.vision.DetectorOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ovkit demo}. */
@Command(
    name = "demo",
    description = {
      "Converts ovkit's own small model from ONNX to IR and draws the boxes that it finds, without a network.",
      "",
      "The pictures are rendered and show parts on a conveyor belt. With --video, demo also draws a film of the belt, counts the parts by class as they cross a line, and compares the counts with the true numbers; the exit code is 4 if they differ by more than 1 %%. The demo runs only in a checkout of ovkit, because the model is in its folder ir-models."
    },
    footer = {"  ovkit demo --out demo", "  ovkit demo --video"})
final class DemoCommand implements Callable<Integer> {

  private static final String MODEL = "conveyor-parts";

  @Spec private CommandSpec spec;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = "demo",
      description =
          "Folder for the IR, the drawn pictures and the JSON. Default: ${DEFAULT-VALUE}.")
  private Path out;

  @Option(names = "--video", description = "Count parts on a film of the conveyor, too.")
  private boolean video;

  @HelpGroup.In(HelpGroup.EXPERT)
  @Option(
      names = "--parts",
      paramLabel = "N",
      defaultValue = "60",
      description = "Parts on the film. Default: ${DEFAULT-VALUE}.")
  private int parts;

  @HelpGroup.In(HelpGroup.EXPERT)
  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Another film for each number. Default: ${DEFAULT-VALUE}.")
  private long seed;

  @Override
  public Integer call() {
    Path models = models();
    Path onnx = models.resolve(MODEL + ".onnx");
    PrintWriter text = spec.commandLine().getOut();
    Limits.positive(spec, "--parts", parts);

    long start = System.nanoTime();
    Conversion conversion =
        Converter.convert(ConvertOptions.of(onnx).into(out, WeightPrecision.FP16));
    text.printf("Converted %s to an FP16 IR in %s:%n", onnx, seconds(start));
    for (Decision decision : conversion.decisions()) {
      text.printf("  %-10s %s%n", decision.what(), decision.value());
    }

    start = System.nanoTime();
    List<Path> pictures = new PictureList(List.of(models.resolve("pictures").toString())).expand();
    List<Map<String, Object>> results = new ArrayList<>();
    try (Detector detector =
        Detector.open(conversion.xml(), DetectorOptions.defaults().withRequests(1))) {
      text.printf("%nCompiled it for the CPU in %s. Found:%n", seconds(start));
      for (Path file : pictures) {
        results.add(DetectionsJson.picture(file, detect(detector, file, text)));
      }
    }
    Path json = out.resolve("detections.json");
    write(json, Json.text(DetectionsJson.of(conversion.xml(), "CPU", results)));

    text.printf(
        """

        Look at %s/*.jpg; all boxes are in %s.

        The same by hand:
          ./ovkit convert %s -o %s
          ./ovkit infer --ir %s --image %s --out %s --json
        """,
        out, json, onnx, out, conversion.xml(), models.resolve("pictures"), out);
    if (!video) {
      return ExitCode.DONE;
    }
    return CountingDemo.load()
        .run(
            new CountingDemo.Request(conversion.xml(), out, parts, seed),
            text,
            spec.commandLine().getErr());
  }

  private Detections detect(Detector detector, Path file, PrintWriter text) {
    Detections found = detector.detect(file);
    try (Picture drawn = Picture.read(file)) {
      drawn.draw(found);
      drawn.write(out.resolve(file.getFileName()));
    }
    text.printf(
        Locale.ROOT,
        "  %-12s %2d parts in %.1f ms (decode %.1f, letterbox %.1f, infer %.1f, boxes %.1f): %s%n",
        file.getFileName(),
        found.objects().size(),
        DetectionsJson.milliseconds(found.timings().total()),
        DetectionsJson.milliseconds(found.timings().decode()),
        DetectionsJson.milliseconds(found.timings().preprocess()),
        DetectionsJson.milliseconds(found.timings().infer()),
        DetectionsJson.milliseconds(found.timings().postprocess()),
        found.objects().stream()
            .collect(Collectors.groupingBy(Detection::label, TreeMap::new, Collectors.counting()))
            .entrySet()
            .stream()
            .map(count -> count.getValue() + " " + count.getKey())
            .collect(Collectors.joining(", ")));
    return found;
  }

  private static Path models() {
    Path models = Path.of(System.getProperty("ovkit.home", "")).resolve("ir-models");
    Path here = Path.of("").toAbsolutePath();
    if (models.startsWith(here)) {
      models = here.relativize(models); // shorter to read, and to type
    }
    if (!Files.isRegularFile(models.resolve(MODEL + ".onnx"))) {
      throw new ModelException(
          "the demo's model is not at '%s'; run ./ovkit demo in a checkout".formatted(models));
    }
    return models;
  }

  private static void write(Path file, String text) {
    try {
      WholeFile.write(file, text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw OutputException.of(file, e);
    }
  }

  private static String seconds(long since) {
    return "%.2f s".formatted((System.nanoTime() - since) / 1e9);
  }
}
