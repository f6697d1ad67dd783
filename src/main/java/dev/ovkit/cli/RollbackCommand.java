package dev.ovkit.cli;

import dev.ovkit.bundle.InstallOptions;
import dev.ovkit.bundle.Installed;
import dev.ovkit.bundle.Installer;
import dev.ovkit.cli.option.JsonOption;
import dev.ovkit.cli.option.Limits;
import dev.ovkit.cli.print.BundlePrinter;
import dev.ovkit.cli.print.ExitCode;
import dev.ovkit.cli.print.Json;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ovkit rollback}. */
@Command(
    name = "rollback",
    description = {
      "Goes back to the previous release.",
      "",
      "The release must be intact and pass its self-test; otherwise nothing changes and the exit code is 4. The release that is left stays on disk, but a later rollback does not return to it."
    },
    footer = "  ovkit rollback --root /opt/detector")
final class RollbackCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Option(
      names = "--root",
      required = true,
      paramLabel = "DIR",
      description = "Folder of releases, keys and 'current'.")
  private Path root;

  @Option(
      names = "--to",
      paramLabel = "RELEASE",
      description = "Name of a release in ROOT/releases. Default: the previous one.")
  private @Nullable String to;

  @Option(
      names = "--limit",
      paramLabel = "SECONDS",
      defaultValue = "120",
      description = "Longest time for the self-test. Default: ${DEFAULT-VALUE}.")
  private int limit;

  @Mixin private JsonOption json;

  @Override
  public Integer call() {
    InstallOptions options =
        InstallOptions.defaults().withSelfTestLimit(Limits.seconds(spec, "--limit", limit));
    Installer installer = new Installer(root, options);
    Installed installed = to == null ? installer.rollback() : installer.rollback(to);
    PrintWriter out = spec.commandLine().getOut();
    if (json.wanted()) {
      Json.print(out, BundlePrinter.json(installed));
    } else {
      BundlePrinter.print(out, installed);
    }
    return ExitCode.DONE;
  }
}
