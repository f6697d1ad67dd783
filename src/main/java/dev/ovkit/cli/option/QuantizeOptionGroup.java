package dev.ovkit.cli.option;

import dev.ovkit.evaluate.GroundTruth;
import dev.ovkit.quantize.Check;
import dev.ovkit.quantize.QuantizeOptions;
import dev.ovkit.quantize.Target;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** How a model becomes INT8, and what it must not lose. */
@HelpGroup.In(HelpGroup.INT8)
public final class QuantizeOptionGroup {

  /** What {@code --target} can say. */
  enum For {
    AVX2,
    VNNI,
    THIS
  }

  /** Reads it. */
  static final class TargetChoice extends Choice<For> {
    TargetChoice() {
      super(For.class, Map.of());
    }
  }

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--calibration",
      paramLabel = "N",
      defaultValue = "" + QuantizeOptions.CALIBRATION,
      description =
          "Largest number of pictures to calibrate with. If more are given, ovkit takes some at regular intervals. Default: ${DEFAULT-VALUE}.")
  private int calibration;

  @Option(
      names = "--target",
      paramLabel = "CPU",
      defaultValue = "avx2",
      converter = TargetChoice.class,
      completionCandidates = TargetChoice.class,
      description =
          "CPU that the IR will run on. avx2: any supported CPU; vnni: a CPU with AVX512-VNNI or AVX-VNNI, on which the weights of the first convolution can use all 8 bits; this: the CPU of this machine. Default: ${DEFAULT-VALUE}.")
  private For target;

  @Option(
      names = "--keep-float",
      split = ",",
      paramLabel = "NAMES",
      description = "Names of convolutions to keep in float, separated by commas.")
  private @Nullable List<String> keepFloat;

  @Option(
      names = "--int8-heads",
      description =
          "Also make the heads (the last convolutions) INT8. By default they stay in float.")
  private boolean eightBitHeads;

  @Option(
      names = "--check-images",
      paramLabel = "DIR",
      description =
          "Pictures for the accuracy check. Do not use the calibration pictures for it. Without --coco, the check compares the boxes of the INT8 IR with those of the float IR.")
  private @Nullable Path checkImages;

  @Option(
      names = "--coco",
      paramLabel = "FILE.json",
      description =
          "COCO annotations of the check pictures. With them, the check measures mAP@.5:.95.")
  private @Nullable Path coco;

  @Option(
      names = "--max-drop",
      paramLabel = "SHARE",
      description =
          "Largest loss of accuracy that passes the check, 0..1. Default: "
              + Check.MAP_DROP
              + " of mAP, "
              + Check.BOX_DROP
              + " of the boxes without --coco.")
  private @Nullable Double maxDrop;

  @Option(
      names = "--auto",
      description =
          "If the check fails, keep more and more convolutions in float until it passes, starting with those that cost the most accuracy.")
  private boolean auto;

  public boolean given() {
    return keepFloat != null || checkImages != null || coco != null || maxDrop != null || auto;
  }

  public QuantizeOptions applyTo(QuantizeOptions options) {
    QuantizeOptions changed =
        options
            .withCalibration(calibration)
            .with(target())
            .withKeepFloat(keepFloat == null ? List.of() : keepFloat)
            .withHeads(eightBitHeads);
    if (checkImages == null) {
      if (coco != null || maxDrop != null || auto) {
        throw usage("--coco, --max-drop and --auto need --check-images");
      }
      return changed;
    }
    Path folder = checkImages;
    return changed.with(
        new Check(
            new PictureList(List.of(folder.toString())).expand(),
            Optional.ofNullable(coco).map(json -> GroundTruth.coco(json, folder)),
            maxDrop == null ? OptionalDouble.empty() : OptionalDouble.of(maxDrop),
            auto));
  }

  private Target target() {
    return switch (target) {
      case AVX2 -> Target.AVX2;
      case VNNI -> Target.VNNI;
      case THIS -> Target.here();
    };
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
