package dev.ovkit.cli.video;

import dev.ovkit.CompileOptions;
import dev.ovkit.cli.option.ClassNames;
import dev.ovkit.cli.option.ProfileOptions;
import dev.ovkit.cli.stream.StreamRequest;
import dev.ovkit.ir.IrDescription;
import dev.ovkit.layout.Layouts;
import dev.ovkit.metadata.DerivedSpec;
import dev.ovkit.model.DetectOptions;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.vision.DetectorOptions;
import dev.ovkit.vision.Tuning;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * How the detector of a call is opened: what was asked for, then the profile, then the defaults.
 */
final class DetectorSettings {

  static DetectorOptions of(StreamRequest request, PrintWriter err) {
    StreamRequest.Detecting wanted = request.detecting();
    CompileOptions.Hint hint =
        request.sources().size() == 1
            ? CompileOptions.Hint.LATENCY
            : CompileOptions.Hint.THROUGHPUT;
    Optional<Tuning> tuning =
        wanted.profile()
            ? ProfileOptions.find(request.ir(), hint, err).map(ProfileOptions.Used::tuning)
            : Optional.empty();
    DetectorOptions options =
        tuning
            .map(one -> wanted.threads().isPresent() ? one.withoutThreads() : one)
            .orElseGet(() -> Tuning.defaults(hint))
            .options(request.ir());
    CompileOptions compile = options.compile();
    if (wanted.precision().isPresent()) {
      compile = compile.withPrecision(wanted.precision().get());
    }
    if (wanted.threads().isPresent()) {
      compile = compile.withThreads(wanted.threads().getAsInt());
    }
    return options.withCompile(compile).withDetect(detect(request));
  }

  /**
   * Returns which boxes count.
   *
   * @throws dev.ovkit.OptionException when the model lacks a class
   */
  static DetectOptions detect(StreamRequest request) {
    StreamRequest.Detecting wanted = request.detecting();
    if (wanted.classes().isEmpty()) {
      return wanted.detect();
    }
    DetectorSpec spec = DerivedSpec.of(IrDescription.read(request.ir()), Layouts.ALL).spec();
    Set<Integer> numbers = new TreeSet<>();
    for (StreamRequest.Named named : wanted.classes()) {
      String origin = "%s: class '%s'".formatted(named.origin(), named.name());
      numbers.add(ClassNames.number(origin, named.name(), spec, request.ir()));
    }
    return wanted.detect().withClasses(numbers);
  }

  private DetectorSettings() {}
}
