package dev.ovkit.cli.option;

import dev.ovkit.evaluate.GroundTruth;
import dev.ovkit.quantize.Check;
import dev.ovkit.quantize.QuantizeOptions;
import dev.ovkit.quantize.Target;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** How a model becomes 8 bit, and what must hold: the same options wherever one is made. */
public final class QuantizeOptionGroup {

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--calibration",
      paramLabel = "N",
      defaultValue = "" + QuantizeOptions.CALIBRATION,
      description =
          "The most pictures to calibrate with, spread evenly over those given. Default: ${DEFAULT-VALUE}.")
  private int calibration;

  @Option(
      names = "--target",
      paramLabel = "CPU",
      defaultValue = "avx2",
      description =
          "What the IR will run on: avx2, any CPU of ours; vnni, one with AVX512-VNNI or AVX-VNNI, which allows the first convolution its full range; this, what this machine is. Default: ${DEFAULT-VALUE}.")
  private String target;

  @Option(
      names = "--keep-float",
      split = ",",
      paramLabel = "NAMES",
      description = "Convolutions that stay in float, with commas between.")
  private @Nullable List<String> keepFloat;

  @Option(
      names = "--int8-heads",
      description = "Make the last convolutions 8 bit too, which otherwise stay in float.")
  private boolean eightBitHeads;

  @Option(
      names = "--check-images",
      paramLabel = "DIR",
      description =
          "Pictures to check on, others than those of the calibration; without --coco the boxes of the float IR are the measure.")
  private @Nullable Path checkImages;

  @Option(
      names = "--coco",
      paramLabel = "FILE.json",
      description = "The objects on them, as COCO's annotations: then mAP@.5:.95 is the measure.")
  private @Nullable Path coco;

  @Option(
      names = "--max-drop",
      paramLabel = "SHARE",
      description =
          "How much may be lost, 0..1. Default: "
              + Check.MAP_DROP
              + " of the mAP, "
              + Check.BOX_DROP
              + " of the boxes.")
  private @Nullable Double maxDrop;

  @Option(
      names = "--auto",
      description = "Leave the costliest convolutions in float until the check holds.")
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
    return switch (target.toLowerCase(Locale.ROOT)) {
      case "avx2" -> Target.AVX2;
      case "vnni" -> Target.VNNI;
      case "this" -> Target.here();
      default -> throw usage("--target %s: expected avx2, vnni or this".formatted(target));
    };
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
