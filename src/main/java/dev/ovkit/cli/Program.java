package dev.ovkit.cli;

import dev.ovkit.NativeCallException;
import dev.ovkit.OvkitException;
import dev.ovkit.cli.option.HelpGroup;
import dev.ovkit.cli.print.Examples;
import dev.ovkit.cli.print.ExitCode;
import dev.ovkit.internal.files.Temporary;
import dev.ovkit.internal.text.OneLine;
import dev.ovkit.nativelib.NativeRuntime;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.ParameterException;

/** What the commands on the desk and on the box share: how one runs, and how it reports errors. */
final class Program {

  /** What an exit code means, for the help. */
  static final String EXIT_DONE = "0:done";

  static final String EXIT_FAILED = "1:failed; the message says what failed and what to do";
  static final String EXIT_WRONG_USAGE = "2:wrong usage";
  static final String EXIT_NO_RUNTIME = "3:no usable OpenVINO runtime or CPU";
  static final String EXIT_CHECK_FAILED = "4:the check failed";
  static final String EXIT_STOPPED = "130:interrupted by Ctrl-C (143: terminated)";

  /** Messages quote values of files, which may be of any length. */
  private static final int LONGEST = 4000;

  private static final long LONGEST_MILLIS = 60_000;

  private static volatile boolean ending;
  private static volatile @Nullable Thread graceful;

  /** A command line's way to be run, without ending the JVM. */
  interface Runner {
    int run(PrintWriter out, PrintWriter err, String... arguments);
  }

  /** Runs a command line on this process's streams and ends the process. */
  static void main(Runner runner, String... arguments) {
    Runtime.getRuntime().addShutdownHook(new Thread(Program::end, "ovkit-end"));
    // The texts are English, and programs read the numbers in them.
    Locale.setDefault(Locale.Category.FORMAT, Locale.ROOT);
    OutputStream stdout = new FileOutputStream(FileDescriptor.out);
    PrintWriter err = TypedName.messages(System.err);
    System.exit(run(runner, stdout, err, arguments));
  }

  /** A signal leaves no temporary files behind, and no messages about their absence. */
  private static void end() {
    ending = true;
    Thread first = graceful;
    try {
      while (first != null && first.getState() == Thread.State.NEW) {
        Thread.sleep(1); // all hooks are started together
      }
      if (first != null) {
        first.join(LONGEST_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Temporary.end();
  }

  /** Lets work that ends in good order keep its temporary files until this hook has ended. */
  static void endAfter(@Nullable Thread hook) {
    graceful = hook;
  }

  /** Runs a command line; results that cannot be written are a failure, whatever the command. */
  static int run(Runner runner, OutputStream stdout, PrintWriter err, String... arguments) {
    Watched watched = new Watched(stdout);
    PrintWriter out = new PrintWriter(watched, true, StandardCharsets.UTF_8);
    int exitCode = alive(() -> runner.run(out, err, arguments), err);
    boolean lost = out.checkError();
    if (lost && exitCode == ExitCode.DONE) {
      err.printf("ovkit: cannot write the results to standard output: %s%n", watched.reason());
      exitCode = ExitCode.FAILED;
    }
    Temporary.settle(exitCode == ExitCode.DONE);
    err.flush();
    return exitCode;
  }

  /** Says in one line what a JVM without memory or stack cannot go on with. */
  private static int alive(IntSupplier command, PrintWriter err) {
    try {
      return command.getAsInt();
    } catch (OutOfMemoryError e) {
      err.println("ovkit: " + outOfMemory());
    } catch (StackOverflowError e) {
      err.println(
          "ovkit: the input is nested too deeply to be read; expected a file as its tool wrote it");
    } catch (LinkageError e) {
      err.println(
          "ovkit: "
              + loss(e)
                  .orElseGet(
                      () ->
                          "a part of ovkit cannot be loaded (%s); install or build it again, then start it again"
                              .formatted(e)));
      return ExitCode.NO_RUNTIME;
    }
    return ExitCode.FAILED;
  }

  /** Returns what to say and to do where Java's memory is used up. */
  static String outOfMemory() {
    return "out of memory: Java may use %d MiB and needs more for this input; give it more with OVKIT_JAVA_OPTIONS=-Xmx4g"
        .formatted(Runtime.getRuntime().maxMemory() >> 20);
  }

  /** Where native code fails, its files may have gone. */
  private static Optional<String> loss(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof NativeCallException || cause instanceof LinkageError) {
        return loss();
      }
    }
    return Optional.empty();
  }

  private static Optional<String> loss() {
    try {
      return NativeRuntime.loss();
    } catch (LinkageError e) {
      return Optional.empty(); // it is this class that is missing
    }
  }

  /** Remembers why writing failed, which a PrintWriter does not. */
  private static final class Watched extends OutputStream {
    private final OutputStream to;
    private @Nullable IOException failure;

    Watched(OutputStream to) {
      this.to = to;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      try {
        to.write(bytes, from, length);
      } catch (IOException e) {
        failure = e;
        throw e;
      }
    }

    @Override
    public void flush() throws IOException {
      to.flush();
    }

    String reason() {
      return failure == null ? "it is closed" : String.valueOf(failure.getMessage());
    }
  }

  /** Sets what all command lines of ovkit share. */
  static CommandLine prepare(CommandLine commandLine, BooleanSupplier stacktrace) {
    helpInGroups(commandLine);
    return commandLine
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setUnmatchedOptionsAllowedAsOptionParameters(false)
        .setUsageHelpAutoWidth(true)
        .setColorScheme(
            Help.defaultColorScheme(plain(System::getenv) ? Help.Ansi.OFF : Help.Ansi.AUTO))
        .setParameterExceptionHandler(Program::wrongUsage)
        .setExecutionStrategy(
            parsed -> {
              OutputGuard.check(parsed);
              return new CommandLine.RunLast().execute(parsed);
            })
        .setExecutionExceptionHandler(
            (exception, at, parsed) -> report(exception, at, stacktrace.getAsBoolean()));
  }

  /** Whether the environment asks for text without escape codes. */
  static boolean plain(UnaryOperator<@Nullable String> environment) {
    String noColour = environment.apply("NO_COLOR");
    return (noColour != null && !noColour.isEmpty()) || "dumb".equals(environment.apply("TERM"));
  }

  private static void helpInGroups(CommandLine commandLine) {
    commandLine
        .getHelpSectionMap()
        .put(UsageMessageSpec.SECTION_KEY_OPTION_LIST, HelpGroup::render);
    commandLine
        .getHelpSectionMap()
        .put(UsageMessageSpec.SECTION_KEY_FOOTER, help -> TypedName.in(Examples.render(help)));
    commandLine.getSubcommands().values().forEach(Program::helpInGroups);
  }

  /** Keeps a message's own line breaks and replaces every other control character. */
  private static String printable(String message) {
    return message
        .lines()
        .map(line -> OneLine.of(line, LONGEST))
        .collect(Collectors.joining(System.lineSeparator()));
  }

  private static int report(Exception exception, CommandLine commandLine, boolean stacktrace) {
    PrintWriter err = commandLine.getErr();
    if (stacktrace) {
      exception.printStackTrace(err);
    }
    if (ending) {
      return ExitCode.FAILED; // the signal's exit code wins
    }
    Optional<String> loss = loss(exception);
    if (loss.isPresent()) {
      err.println("ovkit: " + loss.get());
      return ExitCode.NO_RUNTIME;
    }
    if (exception instanceof OvkitException known) {
      err.println("ovkit: " + printable(String.valueOf(exception.getMessage())));
      return switch (known.kind()) {
        case FAILED -> ExitCode.FAILED;
        case WRONG_OPTION -> ExitCode.WRONG_USAGE;
        case RUNTIME_UNAVAILABLE -> ExitCode.NO_RUNTIME;
        case CHECK_FAILED -> ExitCode.DOES_NOT_HOLD;
      };
    }
    err.println(
        "ovkit: internal error (%s); please report it, with what --stacktrace prints"
            .formatted(exception));
    return ExitCode.FAILED;
  }

  private static int wrongUsage(ParameterException exception, String[] arguments) {
    CommandLine commandLine = exception.getCommandLine();
    PrintWriter err = commandLine.getErr();
    String message = String.valueOf(exception.getMessage());
    CommandSpec command = commandLine.getCommandSpec();
    Optional<String> unknown =
        message.contains("Unknown option") ? unknownOption(command, arguments) : Optional.empty();
    Optional<String> typed =
        exception instanceof CommandLine.UnmatchedArgumentException unmatched
            ? unmatched.getUnmatched().stream().findFirst()
            : Optional.empty();
    Optional<String> noCommand = commandLine.getSubcommands().isEmpty() ? Optional.empty() : typed;
    err.println(
        "ovkit: "
            + unknown
                .map("Unknown option: '%s'"::formatted)
                .or(() -> noCommand.map("'%s' is not a command"::formatted))
                .orElse(message));
    unknown
        .or(() -> typed)
        .flatMap(name -> Suggestion.of(name, command))
        .ifPresent(near -> err.println("Did you mean: " + near + "?"));
    err.println("Try '" + command.qualifiedName() + " --help'.");
    return ExitCode.WRONG_USAGE;
  }

  /** Picocli may report what follows an unknown option too, or only that a value is missing. */
  private static Optional<String> unknownOption(CommandSpec command, String... arguments) {
    return Arrays.stream(arguments)
        .takeWhile(argument -> !argument.equals("--"))
        .filter(argument -> argument.matches("-.+"))
        .map(argument -> argument.split("=", 2)[0])
        .filter(name -> command.findOption(name) == null)
        .findFirst();
  }

  private Program() {}
}
