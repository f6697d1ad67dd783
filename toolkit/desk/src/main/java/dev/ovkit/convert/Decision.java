package dev.ovkit.convert;

import dev.ovkit.internal.text.OneLine;
import java.util.Arrays;
import java.util.Locale;

/**
 * One thing that a conversion decided. {@link Reason} holds the words.
 *
 * @param kind what it is about, for programs
 * @param what the same for people, as in {@code outputs}
 * @param value as in {@code Conv_462, Conv_478, Conv_494}
 * @param origin where it came from
 * @param why as in {@code the heads of a YOLOv5-type detector}
 * @param assumed whether boxes rest on it and nothing in the model confirms it
 */
public record Decision(
    Kind kind, String what, String value, Origin origin, String why, boolean assumed) {

  private static final int LONGEST = 4096;

  /** Names of tensors and an exporter's notes are in both; they must not disturb a terminal. */
  public Decision {
    value = OneLine.of(value, LONGEST);
    why = OneLine.of(why, LONGEST);
  }

  /** What can be decided. */
  public enum Kind {
    SIMPLIFY,
    INPUT,
    FAMILY,
    LICENCE,
    OUTPUTS,
    HEADS,
    REWRITES,
    DECODING,
    ANCHORS,
    CHANNELS,
    SCALE,
    MEAN,
    LETTERBOX,
    LABELS,
    CONFIDENCE,
    IOU,
    KERNELS,
    METADATA,
    /** What became of a flag of mo. */
    FLAG,
    /** Something that this ovkit does not know, read from a manifest. */
    OTHER;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    private static Kind of(String what) {
      return what.startsWith("--")
          ? FLAG
          : Arrays.stream(values())
              .filter(kind -> kind.word().equals(what))
              .findFirst()
              .orElse(OTHER);
    }
  }

  /** Where a decision came from; the first one wins. */
  public enum Origin {
    /** The caller said so. */
    FLAG,
    /** The graph shows it. */
    GRAPH,
    /** The exporter noted it. */
    METADATA,
    /** The family does it so, and nothing in the model says otherwise. */
    CONVENTION,
    /** It was measured here. */
    MEASUREMENT,
    /** An earlier ovkit did not write it down. */
    UNKNOWN;

    /** Returns the word for people; empty where it is not known. */
    public String word() {
      return this == UNKNOWN ? "" : name().toLowerCase(Locale.ROOT);
    }

    static Origin of(String word) {
      return Arrays.stream(values())
          .filter(origin -> origin.word().equals(word))
          .findFirst()
          .orElse(UNKNOWN);
    }
  }

  /** Returns what was decided and why, in one line. */
  public String sentence() {
    return "%s %s: %s".formatted(what, value, why);
  }

  Decision asAssumed(boolean yes) {
    return new Decision(kind, what, value, origin, why, yes);
  }

  static Decision of(Kind kind, Object value, Reason reason, Object... details) {
    return new Decision(
        kind, kind.word(), value.toString(), reason.origin(), reason.words(details), false);
  }

  static Decision dropped(String flag) {
    return new Decision(
        Kind.FLAG, flag, "dropped", Origin.FLAG, Reason.MO_LEAVES_NO_CHOICE.words(), false);
  }

  /** As a manifest keeps it. */
  static Decision read(String what, String value, String origin, String why) {
    return new Decision(Kind.of(what), what, value, Origin.of(origin), why, false);
  }
}
