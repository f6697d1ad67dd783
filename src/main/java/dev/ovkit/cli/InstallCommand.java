package dev.ovkit.cli;

import dev.ovkit.bundle.DropFolder;
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
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ovkit install}. */
@Command(
    name = "install",
    description = {
      "Installs a bundle on this box.",
      "",
      "Checks the signature and the files, unpacks the bundle beside the release in use, and runs its self-test. Only then ROOT/current is pointed to the new release. If a step fails or the power goes off, the old release stays in use. The exit code is 4 if the bundle is refused.",
      "",
      "ROOT/trusted holds the public keys (.pub) of the signers whose bundles are accepted. A bundle must have a newer version than any bundle of the same key that was installed before. To go back to an older release, use 'ovkit rollback'."
    },
    footer = {
      "  ovkit install app-1.2.0.tar.xz --root /opt/detector",
      "  ovkit install --watch /srv/updates --root /opt/detector"
    })
final class InstallCommand implements Callable<Integer> {

  private static final long POLL_MILLIS = 1000;

  @Spec private CommandSpec spec;

  @Parameters(
      arity = "0..1",
      paramLabel = "BUNDLE",
      description = "A .tar.xz file or a folder that 'ovkit package' made.")
  private @Nullable Path bundle;

  @Option(
      names = "--root",
      required = true,
      paramLabel = "DIR",
      description = "Folder that holds the releases, the trusted keys and the link 'current'.")
  private Path root;

  @Option(
      names = "--watch",
      paramLabel = "DIR",
      description =
          "Keep running, and install each .tar.xz file that appears in this folder. Installed files are deleted. Refused files move to DIR/refused, each with a text file that says why. With --json, each result is one line.")
  private @Nullable Path watch;

  @Option(
      names = "--settle",
      paramLabel = "SECONDS",
      defaultValue = "3",
      description =
          "With --watch: how long a file must stay unchanged before it is installed. Default: ${DEFAULT-VALUE}.")
  private int settle;

  @Option(
      names = "--allow-unsigned",
      description =
          "Accept a bundle without a signature. If it has one, the signature must be valid.")
  private boolean allowUnsigned;

  @Option(
      names = "--keep",
      paramLabel = "N",
      defaultValue = "2",
      description =
          "Number of older releases to keep, so that 'ovkit rollback' can return to them. Default: ${DEFAULT-VALUE}.")
  private int keep;

  @Option(
      names = "--limit",
      paramLabel = "SECONDS",
      defaultValue = "120",
      description = "Longest time that the self-test may take. Default: ${DEFAULT-VALUE}.")
  private int limit;

  @Mixin private JsonOption json;

  @Override
  public Integer call() throws InterruptedException {
    if ((bundle == null) == (watch == null)) {
      throw new ParameterException(
          spec.commandLine(), "give a BUNDLE, or --watch DIR to wait for bundles");
    }
    Installer installer =
        new Installer(
            root,
            InstallOptions.defaults()
                .withAllowUnsigned(allowUnsigned)
                .withKeep(keep)
                .withSelfTestLimit(Limits.seconds(spec, "--limit", limit)));
    if (watch != null) {
      return watch(installer, watch);
    }
    Installed installed = installer.install(Objects.requireNonNull(bundle));
    PrintWriter out = spec.commandLine().getOut();
    if (json.wanted()) {
      Json.print(out, BundlePrinter.json(installed));
    } else {
      BundlePrinter.print(out, installed);
    }
    return ExitCode.DONE;
  }

  /** Until the process is stopped. */
  private int watch(Installer installer, Path folder) throws InterruptedException {
    Duration rest = Limits.seconds(spec, "--settle", settle);
    DropFolder drop = new DropFolder(folder, installer, rest, System::nanoTime);
    while (true) {
      drop.poll().forEach(this::tell);
      Thread.sleep(POLL_MILLIS);
    }
  }

  private void tell(DropFolder.Outcome outcome) {
    PrintWriter out = spec.commandLine().getOut();
    if (json.wanted()) {
      out.println(Json.line(json(outcome)));
    } else if (outcome instanceof DropFolder.Outcome.Done done) {
      BundlePrinter.print(out, done.installed());
    } else if (outcome instanceof DropFolder.Outcome.Refused refused) {
      spec.commandLine().getErr().println("ovkit: refused: " + refused.reason());
    } else if (outcome instanceof DropFolder.Outcome.Postponed postponed) {
      spec.commandLine().getErr().println("ovkit: retrying later: " + postponed.reason());
    }
    out.flush();
  }

  private static Map<String, Object> json(DropFolder.Outcome outcome) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("file", outcome.file().toString());
    if (outcome instanceof DropFolder.Outcome.Done done) {
      object.putAll(BundlePrinter.json(done.installed()));
    } else if (outcome instanceof DropFolder.Outcome.Refused refused) {
      object.put("refused", refused.reason());
      object.put("movedTo", refused.movedTo().toString());
    } else if (outcome instanceof DropFolder.Outcome.Postponed postponed) {
      object.put("postponed", postponed.reason());
    }
    return object;
  }
}
