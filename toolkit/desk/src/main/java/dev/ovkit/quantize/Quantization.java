package dev.ovkit.quantize;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What came of quantizing.
 *
 * @param ir what was made 8 bit
 * @param xml the 8-bit IR; empty if the check does not hold
 * @param target the CPU that it is for
 * @param calibrated how many pictures gave the ranges
 * @param layers every convolution, in the order of the graph
 * @param ranges of the tensors that are 8 bit
 * @param verdicts of the check, one a try; the last decides
 * @param speed on this CPU; empty if not asked for, or if there is no 8-bit IR
 * @param warnings what the user should know
 * @param bytesBefore of the .bin
 * @param bytesAfter of the .bin
 */
public record Quantization(
    Path ir,
    Optional<Path> xml,
    Target target,
    int calibrated,
    List<Layer> layers,
    List<SourceRange> ranges,
    List<Verdict> verdicts,
    Optional<Speed> speed,
    List<String> warnings,
    long bytesBefore,
    long bytesAfter) {

  public Quantization {
    layers = List.copyOf(layers);
    ranges = List.copyOf(ranges);
    verdicts = List.copyOf(verdicts);
    warnings = List.copyOf(warnings);
  }

  /** The same, made of what the IR was converted from. */
  Quantization of(Path onnx) {
    return new Quantization(
        onnx,
        xml,
        target,
        calibrated,
        layers,
        ranges,
        verdicts,
        speed,
        warnings,
        bytesBefore,
        bytesAfter);
  }

  /** Returns whether there was no check, or it holds. */
  public boolean holds() {
    return xml.isPresent();
  }

  /** Returns the convolutions whose cost was measured, the costliest first. */
  public List<Layer> ranking() {
    return layers.stream()
        .filter(layer -> layer.cost().isPresent())
        .sorted(Comparator.comparingDouble((Layer layer) -> layer.cost().getAsDouble()).reversed())
        .toList();
  }

  /** Returns how many convolutions are 8 bit. */
  public long eightBit() {
    return layers.stream().filter(layer -> layer.treatment().isEightBit()).count();
  }

  /** Returns how many of them this CPU runs in 8 bit. */
  public long runsEightBit() {
    return layers.stream()
        .filter(layer -> layer.treatment().isEightBit() && layer.runsEightBit())
        .count();
  }
}
