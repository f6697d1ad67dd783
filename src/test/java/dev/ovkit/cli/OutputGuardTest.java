package dev.ovkit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** No command writes over a file that it reads, whichever option names it. */
class OutputGuardTest {

  /** Options whose file is read, or that name a folder or the beginning of a name. */
  private static final Set<String> NOT_WRITTEN =
      Set.of(
          "bench --baseline",
          "bench --cacert",
          "bench --ir",
          "bench --token-file",
          "convert --check-images",
          "convert --coco",
          "convert --from-manifest",
          "convert --input-model",
          "convert --labels",
          "convert --model",
          "convert --output-dir",
          "demo --out",
          "diagnose --expect",
          "diagnose --ir",
          "diagnose --reference",
          "eval --coco",
          "eval --images",
          "eval --ir",
          "eval --labels",
          "eval --names",
          "eval --onnx",
          "infer --ir",
          "infer --labels",
          "infer --out",
          "infer --save-crops",
          "install --root",
          "install --watch",
          "keygen --out",
          "keygen --replaces",
          "package --base",
          "package --ir",
          "package --jdk",
          "package --key",
          "package --output",
          "package --rotation",
          "quantize --check-images",
          "quantize --coco",
          "quantize --ir",
          "quantize --output-dir",
          "rollback --root",
          "self-test --bundle",
          "serve --cert",
          "serve --client-ca",
          "serve --key",
          "serve --token-file",
          "stream --clips",
          "stream --config",
          "stream --ir",
          "stream --kafka-properties",
          "stream --mqtt-ca",
          "stream --queue",
          "stream --snapshots",
          "stream --webhook-ca",
          "tune --ir",
          "verify --out",
          "watch --in",
          "watch --ir",
          "watch --out");

  @TempDir private Path temp;

  @Test
  void everyOptionThatNamesAPathSaysWhetherItWrites() {
    Set<String> others = new TreeSet<>();
    for (Commands.Entry command : Commands.ALL) {
      for (OptionSpec option : new CommandLine(command.type()).getCommandSpec().options()) {
        boolean path =
            option.type() == Path.class || List.of(option.auxiliaryTypes()).contains(Path.class);
        if (path && !OutputGuard.writes(option)) {
          others.add(command.name() + " " + option.longestName());
        }
      }
    }
    assertThat(others).as("a new one gets @Written, or is listed here").isEqualTo(NOT_WRITTEN);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "verify FILE b.xml --html FILE",
        "diagnose m.xml FILE --html FILE",
        "quantize m.xml FILE -o d --html FILE",
        "bench FILE --html FILE",
        "simplify FILE --out FILE",
        "stream m.xml FILE --jsonl FILE",
        "stream m.xml FILE --out FILE",
        "stream m.xml FILE --csv FILE",
        "stream m.xml FILE --events FILE",
        "eval m.xml --coco FILE --images . --detections FILE",
        "eval m.xml --coco FILE --images . --html FILE"
      })
  void whatIsReadIsNotWrittenOver(String line) throws IOException {
    Path file = Files.writeString(temp.resolve("file"), "kept");
    Path other = temp.resolve(".").resolve("file");
    String[] words = line.split(" ");
    words[words.length - 1] = other.toString();
    for (int i = 0; i < words.length; i++) {
      words[i] = words[i].equals("FILE") ? file.toString() : words[i];
    }
    Cli.run((Object[]) words)
        .isWrongUsage(
            "%s would overwrite '%s', which the command reads; give another file"
                .formatted(words[words.length - 2], file),
            "ovkit " + words[0]);
    assertThat(file).hasContent("kept");
  }
}
