package dev.ovkit.cli.option;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The family of an ONNX model that is given where an IR is expected. */
@HelpGroup.In(HelpGroup.EXPERT)
public final class FamilyOption {

  @Option(
      names = "--family",
      paramLabel = "NAME",
      description =
          "The family of an ONNX model whose graph fits several, as 'ovkit convert --family' takes it. An IR knows its own.")
  private @Nullable String family;

  /** Returns the name; empty if none was given. */
  public String name() {
    return family == null ? "" : family;
  }
}
