package dev.ovkit.cli;

import dev.ovkit.bundle.InstallOptions;
import dev.ovkit.bundle.Installed;
import dev.ovkit.bundle.Installer;
import dev.ovkit.cli.option.Limits;
import dev.ovkit.cli.print.BundlePrinter;
import dev.ovkit.cli.print.ExitCode;
import dev.ovkit.cli.print.Json;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ovkit rollback}. */
@Command(
    name = "rollback",
    description =
        "Goes back to the release that was in use before, if it is still whole and its self-test holds; else nothing changes, and the exit code is 4. The release that is left stays, but is not gone back to by a later rollback.",
    footer = "  ovkit rollback --root /opt/detector")
final class RollbackCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Option(
      names = "--root",
      required = true,
      paramLabel = "DIR",
      description = "Where releases, keys and 'current' lie.")
  private Path root;

  @Option(
      names = "--to",
      paramLabel = "RELEASE",
      description = "The name of a release in ROOT/releases. Default: the one before.")
  private @Nullable String to;

  @Option(
      names = "--limit",
      paramLabel = "SECONDS",
      defaultValue = "120",
      description = "How long the self-test may take. Default: ${DEFAULT-VALUE}.")
  private int limit;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Override
  public Integer call() {
    InstallOptions options =
        InstallOptions.defaults().withSelfTestLimit(Limits.seconds(spec, "--limit", limit));
    Installed installed = new Installer(root, options).rollback(Optional.ofNullable(to));
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      Json.print(out, BundlePrinter.json(installed));
    } else {
      BundlePrinter.print(out, installed);
    }
    return ExitCode.DONE;
  }
}
