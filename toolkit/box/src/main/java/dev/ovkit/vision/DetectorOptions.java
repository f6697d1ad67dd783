package dev.ovkit.vision;

import dev.ovkit.CompileOptions;
import dev.ovkit.OptionException;
import dev.ovkit.model.DetectOptions;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.model.InputSize;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How a detector is opened. An option that is not set is an empty {@link Optional}, as in all
 * options; {@code withX} sets it.
 *
 * @param compile device, precision, threads, streams
 * @param detect which detections are wanted
 * @param requests pictures at once; empty for as many as the device suggests
 * @param spec what the detector is, in place of what the IR says; empty leaves it to the IR
 * @param input another size of the network's input, which the model is reshaped to; empty leaves it
 *     as it is
 * @param bitDepth how many bits the values of 16-bit picture files use, 9 to 16; empty for all 16
 */
public record DetectorOptions(
    CompileOptions compile,
    DetectOptions detect,
    OptionalInt requests,
    Optional<DetectorSpec> spec,
    Optional<InputSize> input,
    OptionalInt bitDepth) {

  static final int MOST_REQUESTS = 1024;

  public DetectorOptions {
    bitDepth.ifPresent(
        bits -> {
          if (bits < 9 || bits > 16) {
            throw new OptionException("bit depth: %d, expected 9 to 16".formatted(bits));
          }
        });
    requests.ifPresent(
        count -> {
          if (count < 1 || count > MOST_REQUESTS) {
            throw new OptionException(
                "infer requests: %d, expected 1 to %d".formatted(count, MOST_REQUESTS));
          }
        });
  }

  /** CPU, f32, latency; everything else as the IR says. */
  public static DetectorOptions defaults() {
    return new DetectorOptions(
        CompileOptions.defaults(),
        DetectOptions.defaults(),
        OptionalInt.empty(),
        Optional.empty(),
        Optional.empty(),
        OptionalInt.empty());
  }

  /**
   * What {@link Profile the profile beside an IR} says for a target, if one is there and holds on
   * this machine, else the defaults for that target.
   *
   * @throws dev.ovkit.ModelException when the profile is damaged, or of another model
   */
  public static DetectorOptions of(Path ir, CompileOptions.Hint target) {
    return Profile.beside(ir)
        .flatMap(profile -> profile.tuning(target))
        .orElseGet(() -> Tuning.defaults(target))
        .options(ir);
  }

  public DetectorOptions withCompile(CompileOptions changed) {
    return new DetectorOptions(changed, detect, requests, spec, input, bitDepth);
  }

  public DetectorOptions withDetect(DetectOptions changed) {
    return new DetectorOptions(compile, changed, requests, spec, input, bitDepth);
  }

  public DetectorOptions withSpec(DetectorSpec changed) {
    return new DetectorOptions(compile, detect, requests, Optional.of(changed), input, bitDepth);
  }

  public DetectorOptions withRequests(int count) {
    return new DetectorOptions(compile, detect, OptionalInt.of(count), spec, input, bitDepth);
  }

  public DetectorOptions withInput(InputSize size) {
    return new DetectorOptions(compile, detect, requests, spec, Optional.of(size), bitDepth);
  }

  /** Reads 16-bit picture files as {@link dev.ovkit.picture.Picture#read(Path, int)} does. */
  public DetectorOptions withBitDepth(int bits) {
    return new DetectorOptions(compile, detect, requests, spec, input, OptionalInt.of(bits));
  }
}
