package dev.ovkit.cli;

import dev.ovkit.bundle.BundleCheck;
import dev.ovkit.bundle.SelfTest;
import dev.ovkit.bundle.SelfTestProcess;
import dev.ovkit.bundle.SelfTestReport;
import dev.ovkit.cli.option.Limits;
import dev.ovkit.cli.print.BundlePrinter;
import dev.ovkit.cli.print.ExitCode;
import dev.ovkit.cli.print.Json;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ovkit self-test}. */
@Command(
    name = "self-test",
    description =
        "Says whether a bundle works on this machine: its files against its manifest, CPU, glibc, libraries, then the golden pictures, whose boxes must be those of the day it was made. The test runs in a process of its own, so a crash is an answer too. Exit code 4 if it does not hold.",
    footer = {"  ovkit self-test --bundle /opt/detector/current", "  bin/ovkit self-test --json"})
final class SelfTestCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Option(
      names = "--bundle",
      paramLabel = "DIR",
      description = "The bundle. Default: the one that this ovkit runs from.")
  private @Nullable Path bundle;

  @Option(
      names = "--limit",
      paramLabel = "SECONDS",
      defaultValue = "120",
      description = "How long it may take. Default: ${DEFAULT-VALUE}.")
  private int limit;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Option(names = SelfTestProcess.IN_THIS_PROCESS, hidden = true)
  private boolean inThisProcess;

  @Override
  public Integer call() {
    Path tested = bundle();
    SelfTestReport report;
    if (inThisProcess) {
      report = SelfTest.run(tested);
    } else {
      BundleCheck.check(tested); // before anything in it is run
      report = SelfTestProcess.run(tested, Limits.seconds(spec, "--limit", limit));
    }
    if (json) {
      Json.print(spec.commandLine().getOut(), report.json());
    } else {
      BundlePrinter.print(spec.commandLine().getOut(), report);
    }
    return report.holds() ? ExitCode.DONE : ExitCode.DOES_NOT_HOLD;
  }

  private Path bundle() {
    if (bundle != null) {
      return bundle;
    }
    String own = System.getProperty("ovkit.bundle.dir");
    if (own == null) {
      throw new ParameterException(
          spec.commandLine(), "this ovkit does not run from a bundle; give one with --bundle DIR");
    }
    return Path.of(own);
  }
}
