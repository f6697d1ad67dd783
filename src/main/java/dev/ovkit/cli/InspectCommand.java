package dev.ovkit.cli;

import dev.ovkit.ModelException;
import dev.ovkit.OvkitException;
import dev.ovkit.cli.option.JsonOption;
import dev.ovkit.cli.option.ModelFolder;
import dev.ovkit.cli.print.ExitCode;
import dev.ovkit.cli.print.Json;
import dev.ovkit.convert.ConvertOptions;
import dev.ovkit.convert.SourceDetector;
import dev.ovkit.family.FoundDetector;
import dev.ovkit.family.FoundHead;
import dev.ovkit.family.Recognition;
import dev.ovkit.head.Anchor;
import dev.ovkit.internal.text.OneLine;
import dev.ovkit.ir.IrDescription;
import dev.ovkit.ir.TensorDescription;
import dev.ovkit.layout.Layouts;
import dev.ovkit.metadata.DerivedSpec;
import dev.ovkit.metadata.DetectorMetadata;
import dev.ovkit.model.Assumption;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.model.Normalization;
import dev.ovkit.model.Resize;
import dev.ovkit.onnx.OnnxModel;
import dev.ovkit.onnx.TensorInfo;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ovkit inspect}. */
@Command(
    name = "inspect",
    description =
        "Shows what a model is: inputs, outputs, family, task, output layout, heads, anchors, classes, licence, metadata and precision. Also shows how infer will run it.",
    footer = {"  ovkit inspect yolov5s.onnx", "  ovkit inspect model.xml --json"})
final class InspectCommand implements Callable<Integer> {

  private static final int LONGEST = 120;

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "MODEL", description = "An ONNX model, or the .xml file of an IR.")
  private Path model;

  @Mixin private JsonOption json;

  @Override
  public Integer call() {
    model = ModelFolder.ir(model);
    String name = model.toString().toLowerCase(Locale.ROOT);
    Map<String, Object> facts =
        name.endsWith(".xml") ? ir(IrDescription.read(model)) : onnx(OnnxModel.read(model));
    if (json.wanted()) {
      Json.print(spec.commandLine().getOut(), facts);
    } else {
      print("", facts);
    }
    return ExitCode.DONE;
  }

  private Map<String, Object> onnx(OnnxModel onnx) {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("file", model.toString());
    facts.put("format", "ONNX, opset " + onnx.opset());
    facts.put("producer", onnx.producer());
    facts.put("nodes", onnx.nodeCount());
    facts.put("sha256", onnx.sha256());
    facts.put("inputs", onnx.inputs().stream().map(TensorInfo::toString).toList());
    facts.put("outputs", onnx.outputs().stream().map(TensorInfo::toString).toList());
    Recognition recognition = SourceDetector.recognise(onnx);
    putFamily(recognition, facts);
    onnx.licence().ifPresent(licence -> facts.put("licence", licence));
    if (recognition.isDetector()) {
      putReading(facts);
    }
    if (!onnx.labels().isEmpty()) {
      facts.put("labels", onnx.labels());
    }
    if (!onnx.metadata().isEmpty()) {
      facts.put("metadata", onnx.metadata());
    }
    return facts;
  }

  /** What infer does with the IR that a conversion without options makes. */
  private void putReading(Map<String, Object> facts) {
    try {
      DetectorSpec read = SourceDetector.of(ConvertOptions.of(model)).spec();
      facts.put("layout", read.layout().name());
      facts.put("infer", reading(read));
    } catch (OvkitException e) {
      facts.put("infer", "reads no boxes: " + e.getMessage());
    }
  }

  private static String reading(DetectorSpec read) {
    String place =
        switch (read.resize().mode()) {
          case LETTERBOX_CENTRE -> "letterboxes to %dx%d, centred on grey %d";
          case LETTERBOX_TOP_LEFT -> "letterboxes to %dx%d, top left on grey %d";
          case STRETCH -> "stretches to %dx%d";
          case CENTRE_CROP -> "crops the centre to %dx%d";
        };
    Normalization numbers = read.normalization();
    return place.formatted(read.inputWidth(), read.inputHeight(), read.resize().padValue())
        + (read.resize().interpolation() == Resize.Interpolation.BICUBIC ? ", bicubic" : "")
        + "; "
        + read.inputColour()
        + (numbers.mean().isEmpty() ? "" : " less " + numbers(numbers.mean()))
        + (numbers.scale().isEmpty() ? "" : " divided by " + numbers(numbers.scale()))
        + (read.layout().isSuppressed()
            ? "; suppresses nothing"
            : "; suppresses above IoU " + number(read.iouThreshold()));
  }

  private static String numbers(List<Float> values) {
    return values.stream().map(InspectCommand::number).collect(Collectors.joining(","));
  }

  private static void putFamily(Recognition recognition, Map<String, Object> facts) {
    if (recognition.detector().isEmpty()) {
      facts.put("family", "not recognised: " + recognition.refusal());
      if (!recognition.proposals().isEmpty()) {
        facts.put(
            "could_be", recognition.proposals().stream().map(InspectCommand::proposal).toList());
      }
      return;
    }
    FoundDetector detector = recognition.detector().get();
    facts.put("family", detector.family().name());
    facts.put("task", detector.task().word());
    facts.put("classes", detector.classes());
    if (detector.heads().isEmpty()) {
      facts.put("strides", detector.strides());
    } else {
      facts.put("heads", detector.heads().stream().map(InspectCommand::head).toList());
    }
    detector.flatOutput().ifPresent(words -> facts.put("flat_output", words));
    if (!detector.notes().isEmpty()) {
      facts.put("assumed", detector.notes());
    }
  }

  private static Map<String, Object> proposal(Recognition.Proposal proposal) {
    Map<String, Object> described = new LinkedHashMap<>();
    described.put("convert", proposal.flags());
    described.put("meaning", proposal.meaning());
    return described;
  }

  private static Map<String, Object> head(FoundHead found) {
    Map<String, Object> head = new LinkedHashMap<>();
    head.put("node", found.node());
    head.put("tensor", found.tensor());
    head.put("shape", found.shape().toString());
    head.put("stride", found.stride());
    head.put("anchors", anchors(found.anchors()));
    return head;
  }

  private static String anchors(List<Anchor> anchors) {
    return anchors.stream()
        .map(a -> number(a.width()) + "," + number(a.height()))
        .collect(Collectors.joining(" "));
  }

  private static String number(float value) {
    return value == Math.rint(value) ? Integer.toString((int) value) : Float.toString(value);
  }

  private Map<String, Object> ir(IrDescription ir) {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("file", model.toString());
    facts.put("format", "OpenVINO IR, version " + ir.version());
    facts.put("weights", "%s, %,d bytes".formatted(ir.weights(), ir.weightsBytes()));
    facts.put("constants", ir.constantBytes());
    facts.put("operations", ir.operations());
    facts.put("inputs", ir.inputs().stream().map(InspectCommand::tensor).toList());
    facts.put("outputs", ir.outputs().stream().map(InspectCommand::tensor).toList());
    try {
      DerivedSpec derived = DerivedSpec.of(ir, Layouts.ALL);
      facts.put("detector", detector(derived.spec()));
      if (!derived.assumptions().isEmpty()) {
        facts.put("assumed", derived.assumptions().stream().map(Assumption::sentence).toList());
      }
    } catch (ModelException e) {
      facts.put("detector", "not recognised: " + e.getMessage());
    }
    facts.put("metadata", ir.info());
    return facts;
  }

  private static Map<String, Object> detector(DetectorSpec spec) {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("task", spec.task().word());
    facts.putAll(DetectorMetadata.write(spec));
    return facts;
  }

  private static String tensor(TensorDescription tensor) {
    return "%s %s %s"
        .formatted(String.join(" = ", tensor.names()), tensor.shapeText(), tensor.elementType());
  }

  private void print(String indent, Map<?, ?> facts) {
    for (Map.Entry<?, ?> fact : facts.entrySet()) {
      String key = indent + fact.getKey();
      Object value = fact.getValue();
      if (value instanceof Map<?, ?> map) {
        line(key, "");
        print(indent + "  ", map);
      } else if (value instanceof List<?> list && list.stream().anyMatch(Map.class::isInstance)) {
        line(key, "");
        for (Object one : new ArrayList<>(list)) {
          line(
              indent + "  -",
              ((Map<?, ?>) one)
                  .entrySet().stream()
                      .filter(e -> !e.getValue().toString().isEmpty())
                      .map(e -> e.getKey() + " " + e.getValue())
                      .collect(Collectors.joining(", ")));
        }
      } else if (value instanceof List<?> list) {
        line(key, list.stream().map(String::valueOf).collect(Collectors.joining(", ")));
      } else {
        line(key, String.valueOf(value));
      }
    }
  }

  /** Simplifiers record what they did in values of many kilobytes; the JSON has them whole. */
  private void line(String key, String value) {
    String shown = "%-16s %s".formatted(OneLine.of(key, LONGEST), OneLine.of(value, LONGEST));
    spec.commandLine().getOut().println(shown.stripTrailing());
  }
}
