package dev.ovkit.cli;

import dev.ovkit.cli.option.HelpGroup;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/**
 * {@code ovkit} itself, whichever commands it has.
 *
 * <p>Picocli reads all commands of a program before it runs one, which takes as long as everything
 * else that Java does before the first boxes. So a command that is called by its name is put below
 * a root of its own; only without one, for help or after a mistake, are all of them read.
 */
@Command(
    name = "ovkit",
    mixinStandardHelpOptions = true,
    versionProvider = Versions.class,
    scope = ScopeType.INHERIT,
    synopsisSubcommandLabel = "COMMAND",
    parameterListHeading = "%nArguments:%n",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      Program.EXIT_DONE,
      Program.EXIT_FAILED,
      Program.EXIT_WRONG_USAGE,
      Program.EXIT_NO_RUNTIME,
      Program.EXIT_CHECK_FAILED,
      Program.EXIT_STOPPED
    },
    footerHeading = "%nExample:%n")
abstract sealed class Root implements Runnable permits Main, BoxMain, Root.OfOne {

  /** Has no commands but the one that it is given. */
  static final class OfOne extends Root {}

  @Spec private CommandSpec spec;

  @HelpGroup.In(HelpGroup.GENERAL)
  @Option(
      names = "--stacktrace",
      scope = ScopeType.INHERIT,
      description =
          "With an error message, also print the place in the code where the error occurred.")
  private boolean stacktrace;

  /** Without a command: the usage. */
  @Override
  public final void run() {
    CommandLine commandLine = spec.commandLine();
    commandLine.usage(commandLine.getOut());
  }

  /** Returns a command line that has the command which these arguments call. */
  static CommandLine commandLine(String[] arguments, Commands.Place place, Root all) {
    String name = name(arguments);
    // The completion script lists all other commands.
    Optional<Commands.Entry> command =
        name == null || name.equals("generate-completion")
            ? Optional.empty()
            : Commands.named(name, place);
    if (command.isEmpty()) {
      return all.prepare(new CommandLine(all));
    }
    Root root = new OfOne();
    CommandLine commandLine = new CommandLine(root);
    command.get().addTo(commandLine);
    return root.prepare(commandLine);
  }

  /**
   * Returns the arguments with {@code help}, {@code help COMMAND} and {@code COMMAND help} in the
   * one spelling that picocli reads. Of an unknown command only the name is left: the error is more
   * use than the help of the whole program.
   */
  static String[] helpSpelled(Commands.Place place, String... arguments) {
    String[] spelled = helpSpelled(arguments);
    String name = name(spelled);
    boolean known = name == null || Commands.named(name, place).isPresent();
    return known ? spelled : new String[] {name};
  }

  private static String[] helpSpelled(String... arguments) {
    if (arguments.length > 0 && arguments[0].equals("help")) {
      return arguments.length == 1
          ? new String[] {"--help"}
          : new String[] {arguments[1], "--help"};
    }
    boolean last = arguments.length == 2 && arguments[1].equals("help");
    return last ? new String[] {arguments[0], "--help"} : arguments;
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
