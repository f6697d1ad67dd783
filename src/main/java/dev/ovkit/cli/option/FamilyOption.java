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
          "Family of an ONNX model whose graph fits several families; 'ovkit convert --help' lists the names. Not for an IR, because an IR stores its family.")
  private @Nullable String family;

  /** Returns the name; empty if none was given. */
  public String name() {
    return family == null ? "" : family;
  }
}
