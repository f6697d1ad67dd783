package dev.ovkit.convert;

import java.util.Arrays;
import java.util.Locale;

/**
 * One thing that a conversion decided. {@link Reason} holds the words.
 *
 * @param kind what it is about, for programs
 * @param what the same for people, as in {@code outputs}
 * @param value as in {@code Conv_462, Conv_478, Conv_494}
 * @param why as in {@code the heads of a YOLOv5-type detector}
 * @param assumed whether boxes rest on it and nothing in the model confirms it
 */
public record Decision(Kind kind, String what, String value, String why, boolean assumed) {

  /** What can be decided. */
  public enum Kind {
    SIMPLIFY,
    INPUT,
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

  /** Something that the model or the caller says. */
  public Decision(Kind kind, String what, String value, String why) {
    this(kind, what, value, why, false);
  }

  Decision asAssumed(boolean yes) {
    return new Decision(kind, what, value, why, yes);
  }

  static Decision of(Kind kind, Object value, Reason reason, Object... details) {
    return new Decision(kind, kind.word(), value.toString(), reason.words(details));
  }

  static Decision dropped(String flag) {
    return new Decision(Kind.FLAG, flag, "dropped", Reason.MO_LEAVES_NO_CHOICE.words());
  }

  /** As a manifest keeps it. */
  static Decision read(String what, String value, String why) {
    return new Decision(Kind.of(what), what, value, why);
  }
}
