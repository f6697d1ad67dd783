package dev.ovkit.cli;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/**
 * {@code ovkit} itself, whichever commands it has.
 *
 * <p>Picocli reads all commands of a program before it runs one, which takes as long as all else
 * that Java does before the first boxes. So the one that is called by its name is put below a root
 * of its own; only where there is none, for help or a mistake, are all of them read.
 */
@Command(
    name = "ovkit",
    mixinStandardHelpOptions = true,
    versionProvider = Versions.class,
    scope = ScopeType.INHERIT,
    synopsisSubcommandLabel = "COMMAND",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      Program.EXIT_DONE,
      Program.EXIT_FAILED,
      Program.EXIT_WRONG_USAGE,
      Program.EXIT_NO_RUNTIME,
      Program.EXIT_DOES_NOT_HOLD
    },
    footerHeading = "%nExample:%n")
abstract sealed class Root implements Runnable permits Main, BoxMain, Root.OfOne {

  /** Has no commands but the one that it is given. */
  static final class OfOne extends Root {}

  @Spec private CommandSpec spec;

  @Option(
      names = "--stacktrace",
      scope = ScopeType.INHERIT,
      description = "Print where in the code an error arose.")
  private boolean stacktrace;

  @Override
  public final void run() {
    throw new ParameterException(spec.commandLine(), "a COMMAND is missing");
  }

  /**
   * Returns a command line that has the command which these arguments call.
   *
   * @param byName makes a command, null for a name that it does not know
   * @param all the root with all commands
   */
  static CommandLine commandLine(
      String[] arguments, Function<String, @Nullable Object> byName, Root all) {
    String name = name(arguments);
    Object command = name == null ? null : byName.apply(name);
    if (command == null) {
      return all.prepare(new CommandLine(all));
    }
    Root root = new OfOne();
    return root.prepare(new CommandLine(root).addSubcommand(command));
  }

  /** Returns the first argument that is no option; the root's own take no value. */
  static @Nullable String name(String... arguments) {
    for (String argument : arguments) {
      if (!argument.startsWith("-")) {
        return argument;
      }
    }
    return null;
  }

  private CommandLine prepare(CommandLine commandLine) {
    return Program.prepare(commandLine, () -> stacktrace);
  }
}
