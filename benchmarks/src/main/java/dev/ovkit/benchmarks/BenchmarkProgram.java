package dev.ovkit.benchmarks;

import dev.ovkit.OvkitException;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Runs a program of this module: options by picocli, exit codes as those of {@code ovkit}. */
public final class BenchmarkProgram {

  /** What was measured is not what was promised. */
  public static final int CHECK_FAILED = 4;

  /** Runs it and ends this process. */
  public static void run(Callable<Integer> program, String... arguments) {
    CommandSpec spec = CommandSpec.forAnnotatedObject(program);
    spec.addOption(
        OptionSpec.builder("-h", "--help").usageHelp(true).description("Show this help.").build());
    CommandLine line =
        new CommandLine(spec)
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setUsageHelpWidth(100)
            .setExecutionExceptionHandler(
                (e, command, parsed) -> {
                  if (!(e instanceof IOException || e instanceof OvkitException)) {
                    throw e;
                  }
                  System.err.println(command.getCommandName() + ": " + e.getMessage());
                  return 1;
                });
    System.exit(line.execute(arguments));
  }

  private BenchmarkProgram() {}
}
