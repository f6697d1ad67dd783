package dev.ovkit.cli;

import dev.ovkit.bundle.BundleCheck;
import dev.ovkit.bundle.SelfTest;
import dev.ovkit.bundle.SelfTestProcess;
import dev.ovkit.bundle.SelfTestReport;
import dev.ovkit.cli.option.JsonOption;
import dev.ovkit.cli.option.Limits;
import dev.ovkit.cli.print.BundlePrinter;
import dev.ovkit.cli.print.ExitCode;
import dev.ovkit.cli.print.Json;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ovkit self-test}. */
@Command(
    name = "self-test",
    description = {
      "Checks that a bundle works on this machine.",
      "",
      "Compares the bundle's files with its manifest, and checks CPU, glibc and libraries. Then it runs the detector on the golden pictures; the boxes must be the same as when the bundle was made. The test runs in a child process, so that a crash is reported too. The exit code is 4 if the check fails."
    },
    footer = {"  ovkit self-test --bundle /opt/detector/current", "  bin/ovkit self-test --json"})
final class SelfTestCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Option(
      names = "--bundle",
      paramLabel = "DIR",
      description = "Folder of the bundle. Default: the bundle that this ovkit runs from.")
  private @Nullable Path bundle;

  @Option(
      names = "--limit",
      paramLabel = "SECONDS",
      defaultValue = "120",
      description = "Longest time that the test may take. Default: ${DEFAULT-VALUE}.")
  private int limit;

  @Mixin private JsonOption json;

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
    if (json.wanted()) {
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
          spec.commandLine(), "this ovkit does not run from a bundle; give --bundle DIR");
    }
    return Path.of(own);
  }
}
