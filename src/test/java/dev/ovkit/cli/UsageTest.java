package dev.ovkit.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.Command;

/** How the command line is read; nothing here gets as far as a model. */
class UsageTest {

  @TempDir private Path temp;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "`` | a COMMAND is missing | ovkit",
        "frobnicate | Unmatched argument at index 0: 'frobnicate' | ovkit",
        "convert | a MODEL.onnx is missing | ovkit convert",
        "convert m.onnx --nonsense | Unknown option: '--nonsense' | ovkit convert",
        "convert m.onnx --input_model m.onnx | the model is given twice | ovkit convert",
        "convert m.onnx n.onnx | Unmatched argument at index 2: 'n.onnx' | ovkit convert",
        "convert m.onnx --scale 255 --scale-values 1,2,3 | --scale and --scale-values exclude each"
            + " other; give one | ovkit convert",
        "convert m.onnx --scale-values 1,2 | --scale-values 1,2: expected one number or three, such"
            + " as 1.5,2,3 | ovkit convert",
        "convert m.onnx --mean 1,b,3 | --mean 1,b,3: expected one number or three, such as 1.5,2,3"
            + " | ovkit convert",
        "convert m.onnx --scale x | Invalid value for option '--scale': 'x' is not a float | ovkit"
            + " convert",
        "convert m.onnx --input-shape 1,3,abc | --input-shape 1,3,abc: expected positive numbers"
            + " such as 1,3,640,640 | ovkit convert",
        "convert m.onnx --input-shape 1,3,0,640 | --input-shape 1,3,0,640: expected positive"
            + " numbers such as 1,3,640,640 | ovkit convert",
        "convert m.onnx --input-shape 1,3,-640,640 | --input-shape 1,3,-640,640: expected positive"
            + " numbers such as 1,3,640,640 | ovkit convert",
        "convert m.onnx --pad 256 | --pad 256: expected 0..255 | ovkit convert",
        "convert m.onnx --pad grey | Invalid value for option '--pad': 'grey' is not an int | ovkit"
            + " convert",
        "convert m.onnx --letterbox left | --letterbox left: expected centre, top-left or stretch |"
            + " ovkit convert",
        "convert m.onnx --data-type INT4 | --data-type INT4: expected FP16, FP32 or INT8 | ovkit"
            + " convert",
        "convert m.onnx --data-type INT8 | --data-type INT8 needs --images to calibrate with |"
            + " ovkit convert",
        "quantize --ir m.xml -i p.jpg -o d --auto | --coco, --max-drop and --auto need"
            + " --check-images | ovkit quantize",
        "convert m.onnx --backend tf | --backend tf: expected native, mo or ovc | ovkit convert",
        "convert m.onnx --simplify maybe | --simplify maybe: expected auto, never or always | ovkit"
            + " convert",
        "simplify | Missing required parameter: 'MODEL.onnx' | ovkit simplify",
        "infer --ir m.xml | Missing required option: '--image=PATH' | ovkit infer",
        "infer --image p.jpg | Missing required option: '--ir=MODEL.xml' | ovkit infer",
        "infer --ir m.xml --image p.jpg --precision f64 | --precision f64: expected f32, bf16 or"
            + " auto | ovkit infer",
        "infer --ir m.xml --image p.jpg q.jpg --out one.png | --out one.png names one picture, but"
            + " there are 2; give a folder | ovkit infer",
        "convert m.onnx --images p.jpg | --images serves --verify and --data-type INT8 only; give"
            + " one of them too | ovkit convert",
        "verify a.onnx | Missing required parameter: 'B' | ovkit verify",
        "verify a.onnx b.xml --conf 2 | --conf 2.0: expected a number from 0 to 1 | ovkit verify",
        "verify a.onnx b.xml --input-colour GBR | --input-colour GBR: expected BGR or RGB | ovkit"
            + " verify",
        "convert m.onnx --target-cpu i5 | --target-cpu i5: expected avx2 | ovkit convert",
        "tune | Missing required option: '--ir=MODEL.xml' | ovkit tune",
        "tune --ir m.xml --target speed | --target speed: expected latency or throughput | ovkit"
            + " tune",
        "tune --ir m.xml --budget soon | --budget soon: expected a time of up to a day, such as"
            + " 50ms, 120s or 5m | ovkit tune",
        "tune --ir m.xml --max-latency 0ms | --max-latency 0ms: expected a time of up to a day,"
            + " such as 50ms, 120s or 5m | ovkit tune",
        "tune --ir m.xml --rectangular | --rectangular needs --images: it may change the boxes, and"
            + " they are compared | ovkit tune",
        "tune --ir m.xml --bf16 | --bf16 needs --images: it may change the boxes, and they are"
            + " compared | ovkit tune",
        "watch --in a --out b | Missing required option: '--ir=MODEL.xml' | ovkit watch",
        "watch --ir m.xml --in a --out b --settle -1 | --settle -1: expected milliseconds, 0 or more"
            + " | ovkit watch",
        "inspect | Missing required parameter: 'MODEL' | ovkit inspect",
        "keygen | Missing required option: '--out=NAME' | ovkit keygen",
        "install b.tar.xz | Missing required option: '--root=DIR' | ovkit install",
        "install --root r | give either a BUNDLE or --watch DIR to wait for some | ovkit install",
        "install b.tar.xz --root r --limit 0 | --limit 0: expected 1 second or more | ovkit install",
        "rollback | Missing required option: '--root=DIR' | ovkit rollback",
        "self-test | this ovkit does not run from a bundle; give one with --bundle DIR | ovkit"
            + " self-test",
        "doctor now | Unmatched argument at index 1: 'now' | ovkit doctor",
      })
  void aWrongCommandLineIsAnsweredWithWhatWasExpected(String line, String message, String command) {
    String[] arguments =
        Arrays.stream(line.split(" ")).filter(word -> !word.isEmpty()).toArray(String[]::new);
    Cli.run((Object[]) arguments).isWrongUsage(message, command);
  }

  @ParameterizedTest
  @CsvSource({"convrt,convert", "infre,infer", "inspct,inspect", "docter,doctor"})
  void aCommandMistypedIsAnsweredWithItsNeighbour(String typed, String meant) {
    Cli.run(typed)
        .isWrongUsage(
            "Unmatched argument at index 0: '%s'%nDid you mean: %s?".formatted(typed, meant),
            "ovkit");
  }

  @Test
  void anOptionMistypedIsAnsweredWithItsNeighbour() {
    Cli.run("convert", "m.onnx", "--labls", "names.txt")
        .isWrongUsage(
            "Unknown options: '--labls', 'names.txt'%nDid you mean: --labels?".formatted(),
            "ovkit convert");
  }

  @Test
  void conversionRefusesAScaleOfZeroAndWritesNothing() throws IOException {
    Path model = Files.writeString(temp.resolve("m.onnx"), "");
    Cli.run("convert", model, "-o", temp.resolve("out"), "--scale", "0")
        .failsWith(2, "scale: 0 cannot divide; leave it out for no scaling");
    assertThat(Cli.files(temp)).containsExactly("m.onnx");
  }

  @Test
  void theVersionNamesOvkitOpenVinoAndJava() {
    assertThat(Cli.run("--version").done())
        .isEqualTo(
            "ovkit (Java) %s%nOpenVINO 2026.4.1%nJava %s%n"
                .formatted(Versions.ovkit(), Runtime.version()));
  }

  /** The names of all commands of ovkit's own. */
  static List<String> commands() {
    return Arrays.stream(Main.class.getAnnotation(Command.class).subcommands())
        .filter(command -> command.getPackage().equals(Main.class.getPackage()))
        .map(command -> command.getAnnotation(Command.class).name())
        .toList();
  }

  @ParameterizedTest
  @MethodSource("commands")
  void theHelpOfEachCommandHasAnExampleAndTheExitCodes(String command) {
    String help = Cli.run(command, "--help").done();
    assertThat(help)
        .startsWith("Usage: ovkit " + command)
        .contains(
            "%nExample:%n  ovkit %s".formatted(command),
            "Exit codes:",
            "3   no usable OpenVINO runtime or CPU")
        .doesNotContain(": .", "${");
  }

  @Test
  void theHelpOfTheProgramNamesItsCommands() {
    assertThat(Cli.run("--help").done())
        .startsWith("Usage: ovkit")
        .contains(commands().stream().map("  %s "::formatted).toList())
        .contains("  generate-completion ");
  }

  @Test
  void completionIsAScriptThatBashReads() throws IOException, InterruptedException {
    Path script = temp.resolve("ovkit_completion");
    Files.writeString(script, Cli.run("generate-completion").done());
    Process bash =
        new ProcessBuilder(
                "bash",
                "-c",
                "set -e; . \"$0\"; COMP_WORDS=(ovkit con); COMP_CWORD=1;"
                    + " _complete_ovkit; echo \"${COMPREPLY[@]}\"",
                script.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(bash.getInputStream().readAllBytes(), UTF_8);
    assertThat(bash.waitFor()).as(said).isZero();
    assertThat(said.strip()).isEqualTo("convert");
  }

  /** Main makes a command by its name, so that a start need not read them all. */
  @ParameterizedTest
  @ValueSource(classes = {Main.class, BoxMain.class})
  void everyCommandIsMadeByItsName(Class<?> program) {
    for (Class<?> command : program.getAnnotation(Command.class).subcommands()) {
      if (command.getPackage().equals(Main.class.getPackage())) {
        String name = command.getAnnotation(Command.class).name();
        Object made = program == Main.class ? Main.command(name) : BoxMain.command(name);
        assertThat(made).as(name).isExactlyInstanceOf(command);
      }
    }
    assertThat(Main.command("frobnicate")).isNull();
    assertThat(BoxMain.command("convert")).isNull();
  }
}
