package dev.ovkit.quantize;

import dev.ovkit.OptionException;
import dev.ovkit.subject.PictureSource;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What is made 8 bit, and how.
 *
 * @param ir the .xml of an IR in FP32 or FP16
 * @param directory where the 8-bit IR goes; made if it is not there
 * @param name its file name without ending
 * @param pictures to calibrate with, of the kind that the detector will see
 * @param calibration the most of them that are used, spread evenly over the list
 * @param target the CPU that it is for
 * @param keepFloat names of convolutions that stay in float
 * @param heads whether the convolutions that no other follows become 8 bit too
 * @param check what must hold for the IR to be let out
 * @param costs whether to measure what each convolution costs, also if nothing fails, and the speed
 * @param bitDepth the bits that values of 16-bit pictures use
 */
public record QuantizeOptions(
    Path ir,
    Path directory,
    String name,
    List<Path> pictures,
    int calibration,
    Target target,
    List<String> keepFloat,
    boolean heads,
    Optional<Check> check,
    boolean costs,
    int bitDepth,
    Recipe recipe) {

  /** As many pictures as make no difference any more, by far. */
  public static final int CALIBRATION = 100;

  public QuantizeOptions {
    pictures = List.copyOf(pictures);
    keepFloat = List.copyOf(keepFloat);
    if (pictures.isEmpty()) {
      throw new OptionException("no pictures to calibrate with");
    }
    if (calibration < 1) {
      throw new OptionException(
          "--calibration %d: expected 1 picture or more".formatted(calibration));
    }
    if (name.isEmpty() || name.contains("/") || name.equals(".") || name.equals("..")) {
      throw new OptionException(
          "model name '%s': expected a file name without a folder".formatted(name));
    }
  }

  /** Refuses to write the INT8 IR in place of the IR that it is made from. */
  void requireAnotherPlace() {
    if (directory.resolve(name + ".xml").toAbsolutePath().normalize().equals(absolute(ir))) {
      throw new OptionException(
          "the INT8 IR would overwrite '%s'; give another folder or name".formatted(ir));
    }
  }

  /** For any CPU with AVX2, heads in float, no check. */
  public static QuantizeOptions of(Path ir, List<Path> pictures, Path directory) {
    return new QuantizeOptions(
        ir,
        directory,
        stem(ir),
        pictures,
        CALIBRATION,
        Target.AVX2,
        List.of(),
        false,
        Optional.empty(),
        false,
        PictureSource.ALL_BITS,
        Recipe.FULL);
  }

  public QuantizeOptions withName(String changed) {
    return with(ir, changed, calibration, target, keepFloat, heads, check, costs, bitDepth, recipe);
  }

  public QuantizeOptions withCalibration(int most) {
    return with(ir, name, most, target, keepFloat, heads, check, costs, bitDepth, recipe);
  }

  public QuantizeOptions with(Target changed) {
    return with(ir, name, calibration, changed, keepFloat, heads, check, costs, bitDepth, recipe);
  }

  public QuantizeOptions withKeepFloat(List<String> names) {
    return with(ir, name, calibration, target, names, heads, check, costs, bitDepth, recipe);
  }

  public QuantizeOptions withHeads(boolean eightBit) {
    return with(ir, name, calibration, target, keepFloat, eightBit, check, costs, bitDepth, recipe);
  }

  public QuantizeOptions with(Check changed) {
    return with(
        ir,
        name,
        calibration,
        target,
        keepFloat,
        heads,
        Optional.of(changed),
        costs,
        bitDepth,
        recipe);
  }

  public QuantizeOptions withCosts(boolean wanted) {
    return with(ir, name, calibration, target, keepFloat, heads, check, wanted, bitDepth, recipe);
  }

  public QuantizeOptions withBitDepth(int bits) {
    return with(ir, name, calibration, target, keepFloat, heads, check, costs, bits, recipe);
  }

  QuantizeOptions with(Recipe changed) {
    return with(ir, name, calibration, target, keepFloat, heads, check, costs, bitDepth, changed);
  }

  QuantizeOptions of(Path otherIr) {
    return with(
        otherIr, name, calibration, target, keepFloat, heads, check, costs, bitDepth, recipe);
  }

  private QuantizeOptions with(
      Path otherIr,
      String otherName,
      int otherCalibration,
      Target otherTarget,
      List<String> otherFloat,
      boolean otherHeads,
      Optional<Check> otherCheck,
      boolean otherCosts,
      int otherBits,
      Recipe otherRecipe) {
    return new QuantizeOptions(
        otherIr,
        directory,
        otherName,
        pictures,
        otherCalibration,
        otherTarget,
        otherFloat,
        otherHeads,
        otherCheck,
        otherCosts,
        otherBits,
        otherRecipe);
  }

  /** The pictures that are used. */
  List<Path> chosen() {
    int count = Math.min(calibration, pictures.size());
    return IntStream.range(0, count)
        .mapToObj(i -> pictures.get((int) ((long) i * pictures.size() / count)))
        .toList();
  }

  /** The file's name without its ending. */
  public static String stem(Path xml) {
    String name = String.valueOf(xml.getFileName());
    return name.endsWith(".xml") ? name.substring(0, name.length() - 4) : name;
  }

  private static Path absolute(Path path) {
    return path.toAbsolutePath().normalize();
  }
}
