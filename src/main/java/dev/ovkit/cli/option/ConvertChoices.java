package dev.ovkit.cli.option;

import dev.ovkit.convert.BackEnd;
import dev.ovkit.convert.Simplify;
import dev.ovkit.ir.WeightPrecision;
import java.util.Map;

/** What can be chosen by a word in a conversion, on the desk. */
public final class ConvertChoices {

  /** Reads a {@link WeightPrecision}. */
  public static final class WeightPrecisions extends Choice<WeightPrecision> {
    public WeightPrecisions() {
      super(
          WeightPrecision.class,
          Map.of("half", WeightPrecision.FP16, "float", WeightPrecision.FP32),
          Enum::name);
    }
  }

  /** What the IR outputs of a head. */
  public enum Heads {
    WHOLE,
    LAZY
  }

  /** Reads {@link Heads}. */
  public static final class HeadKinds extends Choice<Heads> {
    public HeadKinds() {
      super(Heads.class, Map.of());
    }
  }

  /** A CPU to choose kernels for. */
  public enum TargetCpu {
    AVX2
  }

  /** Reads a {@link TargetCpu}. */
  public static final class TargetCpus extends Choice<TargetCpu> {
    public TargetCpus() {
      super(TargetCpu.class, Map.of());
    }
  }

  /** Reads a {@link BackEnd}. */
  public static final class BackEnds extends Choice<BackEnd> {
    public BackEnds() {
      super(BackEnd.class, Map.of());
    }
  }

  /** Reads when to {@link Simplify}. */
  public static final class SimplifyTimes extends Choice<Simplify> {
    public SimplifyTimes() {
      super(Simplify.class, Map.of());
    }
  }

  private ConvertChoices() {}
}
