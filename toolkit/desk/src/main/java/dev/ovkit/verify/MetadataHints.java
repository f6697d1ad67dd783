package dev.ovkit.verify;

import dev.ovkit.convert.SourceDetector;
import dev.ovkit.head.Head;
import dev.ovkit.ir.IrDescription;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.model.HeadLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Reasons in the metadata of an IR why it may differ from the ONNX. */
final class MetadataHints {

  private final List<String> hints = new ArrayList<>();

  private MetadataHints() {}

  static List<String> of(
      IrDescription ir, SourceDetector source, DetectorSpec oracle, DetectorSpec spec) {
    MetadataHints hints = new MetadataHints();
    hints.look(ir, source, oracle, spec);
    return hints.hints;
  }

  private void look(
      IrDescription ir, SourceDetector source, DetectorSpec oracle, DetectorSpec spec) {
    Map<String, String> made = ir.section(IrDescription.OVKIT);
    String sha = made.get("source_sha256");
    if (sha != null && !sha.equals(source.onnx().sha256())) {
      hints.add(
          "its metadata says that it was made from another ONNX (sha256 %.12s…; this one has %.12s…)"
              .formatted(sha, source.onnx().sha256()));
    }
    if (made.containsKey("data_type")) {
      baked("scale", made.getOrDefault("scale", ""), oracle.normalization().scale());
      baked("mean", made.getOrDefault("mean", ""), oracle.normalization().mean());
      boolean reversed = Boolean.parseBoolean(made.get("reversed_channels"));
      if (reversed != (oracle.inputColour() != spec.inputColour())) {
        hints.add(
            "its metadata says that it was converted with%s reversed channels, but the model expects %s"
                .formatted(reversed ? "" : "out", oracle.inputColour()));
      }
    }
    anchors(spec.layout(), oracle.layout());
  }

  private void baked(String what, String baked, List<Float> wanted) {
    String text =
        wanted.stream()
            .map(v -> v == Math.rint(v) ? Long.toString(v.longValue()) : v.toString())
            .collect(Collectors.joining(","));
    if (!baked.equals(text)) {
      hints.add(
          "its metadata says that it was converted with %s %s, but the model expects %s"
              .formatted(what, baked.isEmpty() ? "none" : baked, text.isEmpty() ? "none" : text));
    }
  }

  private void anchors(HeadLayout ir, HeadLayout oracle) {
    if (ir.name().equals(oracle.name())) {
      for (Head head : ir.heads()) {
        oracle.heads().stream()
            .filter(h -> h.stride() == head.stride() && !h.anchors().equals(head.anchors()))
            .findFirst()
            .ifPresent(
                h ->
                    hints.add(
                        "its metadata has different anchors at stride %d than the ONNX"
                            .formatted(h.stride())));
      }
    }
  }
}
