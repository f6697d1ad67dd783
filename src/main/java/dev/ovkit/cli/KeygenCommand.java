package dev.ovkit.cli;

import dev.ovkit.bundle.KeyRotation;
import dev.ovkit.bundle.SigningKey;
import dev.ovkit.cli.option.JsonOption;
import dev.ovkit.cli.print.ExitCode;
import dev.ovkit.cli.print.Json;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ovkit keygen}. */
@Command(
    name = "keygen",
    description = {
      "Makes a pair of Ed25519 keys for signing bundles. Keep NAME.key secret. Copy NAME.pub to the folder ROOT/trusted of each box.",
      "",
      "With --replaces it also writes NAME.rotation, in which the old key names the new key as its successor. Give this file to 'ovkit package --rotation'. A box that installs the bundle then trusts the new key instead of the old key."
    },
    footer = {
      "  ovkit keygen --out release",
      "  ovkit keygen --out release-2 --replaces release.key"
    })
final class KeygenCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Option(
      names = {"-o", "--out"},
      required = true,
      paramLabel = "NAME",
      description = "Path and name of the key files, without extension.")
  private Path out;

  @Option(
      names = "--replaces",
      paramLabel = "OLD.key",
      description = "The old secret key, which the new key replaces.")
  private @Nullable Path replaces;

  @Mixin private JsonOption json;

  @Override
  public Integer call() {
    SigningKey old = replaces == null ? null : SigningKey.read(replaces);
    SigningKey key = SigningKey.generate();
    Map<String, Object> written = new LinkedHashMap<>();
    written.put("id", key.verificationKey().id());
    key.write(named(".key"));
    written.put("secret", named(".key").toString());
    key.verificationKey().write(named(".pub"));
    written.put("public", named(".pub").toString());
    if (old != null) {
      KeyRotation.of(old, key.verificationKey()).write(named(".rotation"));
      written.put("rotation", named(".rotation").toString());
    }
    if (json.wanted()) {
      Json.print(spec.commandLine().getOut(), written);
    } else {
      written.forEach(
          (what, value) -> spec.commandLine().getOut().printf("%-8s %s%n", what, value));
    }
    return ExitCode.DONE;
  }

  private Path named(String ending) {
    return out.resolveSibling(out.getFileName() + ending);
  }
}
