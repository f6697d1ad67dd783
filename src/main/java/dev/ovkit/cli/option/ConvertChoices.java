package dev.ovkit.cli.option;

import dev.ovkit.convert.BackEnd;
import dev.ovkit.convert.Simplify;
import java.util.Map;

/** What can be chosen by a word in a conversion, on the desk. */
public final class ConvertChoices {

  /** How weights are stored. */
  public enum Type {
    FP16,
    FP32,
    INT8
  }

  /** Reads a {@link Type}. */
  public static final class Types extends Choice<Type> {
    public Types() {
      super(Type.class, Map.of("half", Type.FP16, "float", Type.FP32), Enum::name);
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
