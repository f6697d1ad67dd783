package dev.ovkit.vision;

import dev.ovkit.CompileOptions.Hint;
import dev.ovkit.CompileOptions.Precision;
import dev.ovkit.ModelException;
import dev.ovkit.OutputException;
import dev.ovkit.internal.files.JsonFile;
import dev.ovkit.internal.files.JsonObject;
import dev.ovkit.ir.IrDescription;
import dev.ovkit.machine.Cpu;
import dev.ovkit.machine.Processors;
import dev.ovkit.model.InputSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What was tuned for a model on a machine: {@code model.profile.json}, beside {@code model.xml}.
 *
 * <p>Precedence: what the caller sets, then the profile, then the default. A profile names the
 * weights that it was tuned for; with others it is an error. It also names the CPU and the number
 * of threads that were allowed; where either differs, it is ignored.
 *
 * @param binSha256 of the IR's .bin
 * @param cpu its name
 * @param threads that the process was allowed to use: one per processor, fewer under a quota
 * @param entries by what they serve: one picture at a time, or several
 */
public record Profile(String binSha256, String cpu, int threads, Map<Hint, Entry> entries) {

  /**
   * What was found for one target.
   *
   * @param gain over the default; empty where nothing was better and the default stays
   */
  public record Entry(Tuning tuning, Optional<Gain> gain) {}

  /**
   * Time with these settings over time with the default, and its 95 % interval; below 1 is faster.
   */
  public record Gain(double ratio, double low, double high) {}

  private static final String FORMAT = "ovkit-profile-1";

  /** More threads, streams or requests than any machine has a use for. */
  private static final int MOST = 4096;

  public Profile {
    Map<Hint, Entry> copy = new EnumMap<>(Hint.class);
    copy.putAll(entries);
    entries = Collections.unmodifiableMap(copy);
  }

  /** Returns where the profile of an IR is. */
  public static Path fileOf(Path ir) {
    return ir.resolveSibling(stem(ir) + ".profile.json");
  }

  /** Returns where compiled models of an IR are kept, if it was tuned so. */
  public static Path cacheOf(Path ir) {
    return ir.resolveSibling(stem(ir) + ".cache");
  }

  private static String stem(Path ir) {
    String name = String.valueOf(ir.getFileName());
    return name.endsWith(".xml") ? name.substring(0, name.length() - 4) : name;
  }

  /**
   * Reads the profile beside an IR.
   *
   * @return empty where there is none
   * @throws ModelException when it is damaged, or of another model
   */
  public static Optional<Profile> beside(Path ir) {
    Path file = fileOf(ir);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    Profile profile = read(file);
    String sha256 = IrDescription.read(ir).weightsSha256();
    if (!profile.binSha256.equals(sha256)) {
      throw new ModelException(
          "%s: it was tuned for another model: a .bin of SHA-256 %s, expected %s; run 'ovkit tune' again, delete it, or leave it out with --no-profile"
              .formatted(file, profile.binSha256, sha256),
          file,
          null);
    }
    return Optional.of(profile);
  }

  /** Returns why the profile does not hold on this machine; empty if it does. */
  public Optional<String> misfit() {
    String here = Cpu.here().name();
    int now = threadsHere();
    if (!cpu.equals(here)) {
      return Optional.of("it was tuned on '%s'; this is '%s'".formatted(cpu, here));
    }
    return threads == now
        ? Optional.empty()
        : Optional.of(
            "it was tuned with %d threads allowed; now %d are allowed".formatted(threads, now));
  }

  /** Returns the settings for a target, where there are some and they hold on this machine. */
  public Optional<Tuning> tuning(Hint target) {
    return misfit().isPresent()
        ? Optional.empty()
        : Optional.ofNullable(entries.get(target)).map(Entry::tuning);
  }

  /** An empty profile of an IR and this machine. */
  public static Profile here(Path ir) {
    return new Profile(
        IrDescription.read(ir).weightsSha256(), Cpu.here().name(), threadsHere(), Map.of());
  }

  /** The same profile with another entry in place of the one for its target. */
  public Profile withEntry(Entry entry) {
    Map<Hint, Entry> changed = new EnumMap<>(Hint.class);
    changed.putAll(entries);
    changed.put(entry.tuning().target(), entry);
    return new Profile(binSha256, cpu, threads, changed);
  }

  private static int threadsHere() {
    return Processors.here().throughputThreads();
  }

  // ---- the file

  /**
   * Writes it beside the IR, whole or not at all.
   *
   * @throws OutputException if the folder cannot be written
   */
  public Path write(Path ir) {
    Map<String, Object> root = new LinkedHashMap<>();
    root.put("format", FORMAT);
    root.put("bin_sha256", binSha256);
    root.put("cpu", cpu);
    root.put("threads", threads);
    entries.forEach((target, entry) -> root.put(key(target), json(entry)));
    Path file = fileOf(ir);
    try {
      JsonFile.write(file, root);
    } catch (IOException e) {
      throw OutputException.of(file, e);
    }
    return file;
  }

  private static Map<String, Object> json(Entry entry) {
    Map<String, Object> object = json(entry.tuning());
    entry
        .gain()
        .ifPresent(
            gain -> {
              Map<String, Object> over = new LinkedHashMap<>();
              over.put("ratio", gain.ratio());
              over.put("low", gain.low());
              over.put("high", gain.high());
              object.put("over_default", over);
            });
    return object;
  }

  /** Returns the settings as they stand in the file; only what is set. */
  public static Map<String, Object> json(Tuning tuning) {
    Map<String, Object> object = new LinkedHashMap<>();
    tuning.streams().ifPresent(count -> object.put("streams", count));
    tuning.threads().ifPresent(count -> object.put("threads", count));
    tuning.requests().ifPresent(count -> object.put("requests", count));
    tuning.pinning().ifPresent(wanted -> object.put("pinning", wanted));
    tuning.hyperThreading().ifPresent(wanted -> object.put("hyper_threading", wanted));
    object.put("precision", tuning.precision().name().toLowerCase(Locale.ROOT));
    tuning.input().ifPresent(size -> object.put("input", List.of(size.width(), size.height())));
    if (tuning.cache()) {
      object.put("cache", true);
    }
    return object;
  }

  private static String key(Hint target) {
    return target.name().toLowerCase(Locale.ROOT);
  }

  private static Profile read(Path file) {
    try {
      return profile(JsonObject.read(file));
    } catch (IOException e) {
      throw new ModelException(
          "%s: %s; run 'ovkit tune' again, or delete the file".formatted(file, e.getMessage()),
          file,
          e);
    }
  }

  private static Profile profile(JsonObject root) throws IOException {
    if (!FORMAT.equals(root.fields().get("format"))) {
      throw root.wrong("format", "\"" + FORMAT + "\"");
    }
    Map<Hint, Entry> entries = new EnumMap<>(Hint.class);
    for (Hint target : Hint.values()) {
      if (root.has(key(target))) {
        entries.put(target, entry(target, root.object(key(target))));
      }
    }
    return new Profile(
        root.text("bin_sha256"), root.text("cpu"), root.integer("threads", 1, MOST), entries);
  }

  private static Entry entry(Hint target, JsonObject entry) throws IOException {
    return new Entry(
        new Tuning(
            target,
            count(entry, "streams"),
            count(entry, "threads"),
            count(entry, "requests"),
            flag(entry, "pinning"),
            flag(entry, "hyper_threading"),
            entry.constant("precision", List.of(Precision.F32, Precision.BF16)),
            input(entry),
            flag(entry, "cache").orElse(false)),
        gain(entry));
  }

  private static OptionalInt count(JsonObject object, String key) throws IOException {
    int most = key.equals("requests") ? DetectorOptions.MOST_REQUESTS : MOST;
    return object.has(key) ? OptionalInt.of(object.integer(key, 1, most)) : OptionalInt.empty();
  }

  private static Optional<Boolean> flag(JsonObject object, String key) throws IOException {
    return object.has(key) ? Optional.of(object.flag(key)) : Optional.empty();
  }

  private static Optional<InputSize> input(JsonObject object) throws IOException {
    if (!object.has("input")) {
      return Optional.empty();
    }
    if (object.fields().get("input") instanceof List<?> sides
        && sides.size() == 2
        && sides.get(0) instanceof Integer width
        && sides.get(1) instanceof Integer height) {
      try {
        return Optional.of(new InputSize(width, height));
      } catch (IllegalArgumentException e) {
        // said below
      }
    }
    throw object.wrong("input", "width and height in pixels, such as [640, 384]");
  }

  private static Optional<Gain> gain(JsonObject object) throws IOException {
    if (!object.has("over_default")) {
      return Optional.empty();
    }
    JsonObject over = object.object("over_default");
    return Optional.of(new Gain(over.number("ratio"), over.number("low"), over.number("high")));
  }
}
