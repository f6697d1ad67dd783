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
      "Goes back to the release that was in use before.",
      "",
      "That release must be complete and pass its self-test; otherwise nothing changes and the exit code is 4. The current release stays on disk, but a later rollback returns to it only if --to names it."
    },
    footer = "  ovkit rollback --root /opt/detector")
final class RollbackCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Option(
      names = "--root",
      required = true,
      paramLabel = "DIR",
      description = "Folder that holds the releases, the trusted keys and the link 'current'.")
  private Path root;

  @Option(
      names = "--to",
      paramLabel = "RELEASE",
      description =
          "Name of the release in ROOT/releases to go back to. Default: the release that was in use before.")
  private @Nullable String to;

  @Option(
      names = "--limit",
      paramLabel = "SECONDS",
      defaultValue = "120",
      description = "Longest time that the self-test may take. Default: ${DEFAULT-VALUE}.")
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
