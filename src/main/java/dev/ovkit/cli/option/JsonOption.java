package dev.ovkit.cli.option;

import picocli.CommandLine.Option;

/** Whether a command reports as JSON. */
@HelpGroup.In(HelpGroup.OUTPUT)
public final class JsonOption {

  @Option(names = "--json", description = "Print the result as JSON.")
  private boolean json;

  public boolean wanted() {
    return json;
  }
}
