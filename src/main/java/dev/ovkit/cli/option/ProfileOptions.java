package dev.ovkit.cli.option;

import dev.ovkit.CompileOptions.Hint;
import dev.ovkit.CompileOptions.Precision;
import dev.ovkit.vision.Profile;
import dev.ovkit.vision.Tuning;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The profile beside an IR: whether it is used, and what it sets. */
@HelpGroup.In(HelpGroup.EXPERT)
public final class ProfileOptions {

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--no-profile",
      description =
          "Ignore the profile that 'ovkit tune' wrote beside the IR (MODEL.profile.json). Options on the command line override a profile in any case.")
  private boolean leftOut;

  /**
   * What a profile says.
   *
   * @param file where it is
   */
  public record Used(Path file, Tuning tuning) {

    public Map<String, Object> json() {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("file", file.toString());
      object.put("target", word(tuning.target()));
      object.putAll(Profile.json(tuning));
      return object;
    }
  }

  /** Whether a profile is used. */
  public boolean wanted() {
    return !leftOut;
  }

  /** Finds the settings of an IR for a target, and says on stderr what came of it. */
  public Optional<Used> find(Path ir, Hint target) {
    return leftOut ? Optional.empty() : find(ir, target, spec.commandLine().getErr());
  }

  /** Finds the settings of an IR for a target. */
  public static Optional<Used> find(Path ir, Hint target, PrintWriter err) {
    Path file = Profile.fileOf(ir);
    Optional<Profile> profile = Profile.beside(ir);
    if (profile.isEmpty()) {
      return Optional.empty();
    }
    Optional<String> misfit = profile.get().misfit();
    if (misfit.isPresent()) {
      err.printf("ovkit: %s is ignored: %s; run 'ovkit tune' here%n", file, misfit.get());
      return Optional.empty();
    }
    Optional<Tuning> tuning = profile.get().tuning(target);
    if (tuning.isEmpty()) {
      err.printf(
          "ovkit: %s has no settings for %s; 'ovkit tune --target %s' adds them%n",
          file, word(target), word(target));
      return Optional.empty();
    }
    err.printf("ovkit: %s, for %s: %s%n", file, word(target), words(tuning.get()));
    return Optional.of(new Used(file, tuning.get()));
  }

  public static String word(Hint target) {
    return target.name().toLowerCase(Locale.ROOT);
  }

  /** What is set, as in {@code 2 streams, 2 threads}. */
  public static String words(Tuning tuning) {
    List<String> words = new ArrayList<>();
    tuning.streams().ifPresent(count -> words.add(count(count, "stream")));
    tuning.threads().ifPresent(count -> words.add(count(count, "thread")));
    tuning.requests().ifPresent(count -> words.add(count(count, "request")));
    tuning.pinning().ifPresent(wanted -> words.add(wanted ? "pinned" : "not pinned"));
    tuning
        .hyperThreading()
        .ifPresent(wanted -> words.add("hyper-threading " + (wanted ? "on" : "off")));
    if (tuning.precision() == Precision.BF16) {
      words.add("bf16");
    }
    tuning.input().ifPresent(size -> words.add("input " + size));
    if (tuning.cache()) {
      words.add("cached");
    }
    return words.isEmpty() ? "the defaults" : String.join(", ", words);
  }

  private static String count(int count, String what) {
    return count + " " + what + (count == 1 ? "" : "s");
  }
}
