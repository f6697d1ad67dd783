package dev.ovkit.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** How the command line is read; nothing here gets as far as a model. */
class UsageTest {

  @TempDir private Path temp;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "frobnicate | 'frobnicate' is not a command | ovkit",
        "convert | no model was given; expected MODEL.onnx as the first argument | ovkit convert",
        "convert m.onnx --nonsense | Unknown option: '--nonsense' | ovkit convert",
        "convert m.onnx --input_model m.onnx | the model was given twice | ovkit convert",
        "convert m.onnx n.onnx | Unmatched argument at index 2: 'n.onnx' | ovkit convert",
        "convert m.onnx --scale 255 --scale-values 1,2,3 | give --scale or --scale-values, not both"
            + " | ovkit convert",
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
        "convert m.onnx --letterbox left | Invalid value for option '--letterbox': expected centre,"
            + " top-left, stretch or centre-crop, not 'left' | ovkit convert",
        "convert m.onnx --data-type INT4 | Invalid value for option '--data-type': expected FP32,"
            + " FP16 or INT8, not 'INT4' | ovkit convert",
        "convert m.onnx --data-type INT8 | --data-type INT8 needs --images to calibrate with |"
            + " ovkit convert",
        "quantize --ir m.xml -i p.jpg -o d --auto | --coco, --max-drop and --auto need"
            + " --check-images | ovkit quantize",
        "convert m.onnx --backend tf | Invalid value for option '--backend': expected native, mo or"
            + " ovc, not 'tf' | ovkit convert",
        "convert m.onnx --simplify maybe | Invalid value for option '--simplify': expected auto,"
            + " never or always, not 'maybe' | ovkit convert",
        "stream | no model was given; expected MODEL.xml as the first argument, or --ir MODEL.xml |"
            + " ovkit stream",
        "stream m.xml | no source was given; expected video files, folders, URLs, webcams, or -"
            + " after the model | ovkit stream",
        "package m.xml --golden p.jpg --unsigned --with sound -o app-1.0.0 | Invalid value for"
            + " option '--with' (EXTRA): expected video or serve, not 'sound' | ovkit package",
        "simplify | Missing required parameter: 'MODEL.onnx' | ovkit simplify",
        "infer --ir m.xml | no pictures were given; expected files or folders after the model, or"
            + " --images PICTURE | ovkit infer",
        "infer m.xml | no pictures were given; expected files or folders after the model, or"
            + " --images PICTURE | ovkit infer",
        "infer --image p.jpg | no model was given; expected MODEL.xml as the first argument, or"
            + " --ir MODEL.xml | ovkit infer",
        "infer m.xml n.xml p.jpg | 2 models were given, expected one: [m.xml, n.xml] | ovkit infer",
        "infer --ir m.xml --image p.jpg --precision f64 | Invalid value for option '--precision':"
            + " expected f32, bf16 or auto, not 'f64' | ovkit infer",
        "infer m.xml p.jpg --threads 0 | --threads 0: expected 1 or more | ovkit infer",
        "infer m.xml p.jpg --format yolo | --format yolo writes a text file per picture; give their"
            + " folder with --out DIR | ovkit infer",
        "infer m.xml p.jpg --format csv --json | give --json or --format csv, not both | ovkit"
            + " infer",
        "infer m.xml p.jpg --format xml | Invalid value for option '--format': expected table,"
            + " json, jsonl, csv, yolo or coco, not 'xml' | ovkit infer",
        "convert m.onnx --images p.jpg | --images needs --verify or --data-type INT8 | ovkit"
            + " convert",
        "tune m.onnx | 'm.onnx' is an ONNX model, but tune needs an IR; make one with 'ovkit"
            + " convert m.onnx' | ovkit tune",
        "bench m.xml p.jpg --csv --json | give --json or --csv, not both | ovkit bench",
        "bench m.xml p.jpg --protocol fast | Invalid value for option '--protocol': expected seed,"
            + " not 'fast' | ovkit bench",
        "bench p.jpg --rate 5 | --rate needs --url | ovkit bench",
        "bench p.jpg --url http://h/ | --url needs --rate R, the number of requests per second |"
            + " ovkit bench",
        "bench p.jpg --url http://h/ --rate 5 --throughput | --throughput cannot be combined with"
            + " --url | ovkit bench",
        "bench m.xml p.jpg --url http://h/ --rate 5 | --url measures a server, which has its own"
            + " models; give pictures only | ovkit bench",
        "bench p.jpg --url h:\\x --rate 5 | --url h:\\x: not an address; expected one such as"
            + " http://127.0.0.1:8080/v1/models/NAME/detect | ovkit bench",
        "eval m.xml --onnx m.onnx --coco c.json --images d | give a MODEL or --onnx MODEL.onnx, not"
            + " both | ovkit eval",
        "verify a.onnx | Missing required parameter: 'B' | ovkit verify",
        "verify a.onnx b.xml --out d | --out needs --bisect | ovkit verify",
        "verify a.onnx b.xml --bisect --html r.html | --html cannot be combined with --bisect; take"
            + " --json | ovkit verify",
        "bench m.xml p.jpg --csv --layers | --layers cannot be combined with --csv; take --json |"
            + " ovkit bench",
        "bench --url http://h/x --rate 1 p.jpg --layers | --layers cannot be combined with --url |"
            + " ovkit bench",
        "verify a.onnx b.xml --conf 2 | --conf 2.0: expected a number from 0 to 1 | ovkit verify",
        "verify a.onnx b.xml --input-colour GBR | Invalid value for option '--input-colour':"
            + " expected BGR or RGB, not 'GBR' | ovkit verify",
        "convert m.onnx --target-cpu i5 | Invalid value for option '--target-cpu': expected avx2,"
            + " not 'i5' | ovkit convert",
        "tune | no model was given; expected MODEL.xml as the first argument, or --ir MODEL.xml |"
            + " ovkit tune",
        "tune --ir m.xml --target speed | Invalid value for option '--target': expected latency or"
            + " throughput, not 'speed' | ovkit tune",
        "tune --ir m.xml --budget soon | --budget soon: expected a time of up to a day, such as"
            + " 50ms, 120s or 5m | ovkit tune",
        "tune --ir m.xml --max-latency 0ms | --max-latency 0ms: expected a time of up to a day,"
            + " such as 50ms, 120s or 5m | ovkit tune",
        "tune --ir m.xml --rectangular | --rectangular needs pictures: it may change the boxes, so"
            + " they are compared | ovkit tune",
        "tune --ir m.xml --bf16 | --bf16 needs pictures: it may change the boxes, so they are"
            + " compared | ovkit tune",
        "watch --in . --out b | no model was given; expected MODEL.xml as the first argument, or"
            + " --ir MODEL.xml | ovkit watch",
        "watch --ir m.xml --in a --out b --settle=-1 | --settle -1: expected milliseconds, 0 or"
            + " more | ovkit watch",
        "serve | no model was given; expected MODEL.xml, a folder of models, or NAME=MODEL.xml |"
            + " ovkit serve",
        "serve m.xml --cert a.pem | --cert and --key belong together; give both, or neither | ovkit"
            + " serve",
        "serve m.xml --port 70000 | --port 70000: expected 0 to 65535 | ovkit serve",
        "serve m.xml --weight m=0 | --weight m=0: expected NAME=N, with N from 1 to 100 | ovkit"
            + " serve",
        "serve m.xml --weight m=2 --weight m=3 | --weight m: given twice | ovkit serve",
        "package m.xml -o a-1.0.0.yaml --format kserve --unsigned | --format kserve takes only a"
            + " MODEL, --name, --release, --image, --json and -o | ovkit package",
        "package m.xml -o a-1.0.0 --golden p.jpg --unsigned --image a | --image is for --format"
            + " kubernetes and kserve | ovkit package",
        "serve m.xml --grace 0 | --grace 0.0: expected seconds, 0.001 to 45 | ovkit serve",
        "inspect | Missing required parameter: 'MODEL' | ovkit inspect",
        "keygen | Missing required option: '--out=NAME' | ovkit keygen",
        "install b.tar.xz | Missing required option: '--root=DIR' | ovkit install",
        "install --root r | give a BUNDLE, or --watch DIR to wait for bundles | ovkit install",
        "install b.tar.xz --root r --limit 0 | --limit 0: expected 1 second or more | ovkit"
            + " install",
        "rollback | Missing required option: '--root=DIR' | ovkit rollback",
        "self-test | this ovkit does not run from a bundle; give --bundle DIR | ovkit"
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
        .isWrongUsage("'%s' is not a command%nDid you mean: %s?".formatted(typed, meant), "ovkit");
  }

  @Test
  void helpForAnUnknownCommandIsAnError() {
    String message = "'infr' is not a command%nDid you mean: infer?".formatted();
    Cli.run("help", "infr").isWrongUsage(message, "ovkit");
    Cli.run("infr", "--help").isWrongUsage(message, "ovkit");
    Cli.run("infr", "help").isWrongUsage(message, "ovkit");
  }

  @Test
  void anAbbreviationIsAnsweredWithWhatBeginsLikeIt() {
    Cli.run("infer", "m.xml", "--img", "p.jpg")
        .isWrongUsage("Unknown option: '--img'%nDid you mean: --image?".formatted(), "ovkit infer");
  }

  @Test
  void anOptionMistypedIsAnsweredWithItsNeighbour() {
    Cli.run("convert", "m.onnx", "--labls", "names.txt")
        .isWrongUsage(
            "Unknown option: '--labls'%nDid you mean: --labels?".formatted(), "ovkit convert");
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

  static Stream<String> commands() {
    return Commands.ALL.stream().map(Commands.Entry::name);
  }

  @ParameterizedTest
  @MethodSource("commands")
  void theHelpOfEachCommandHasAnExampleAndTheExitCodes(String command) {
    String help = Cli.run(command, "--help").done();
    assertThat(help)
        .startsWith("Usage: ovkit " + command)
        .containsPattern("\\RExample:\\R  .*(ovkit|bin/ovkit) " + command)
        .contains("Exit codes:", "3     no usable OpenVINO runtime or CPU")
        .doesNotContain(": .", "${");
    assertThat(Cli.run("help", command).done()).isEqualTo(help);
    assertThat(Cli.run(command, "help").done()).isEqualTo(help);
  }

  /** What is printed under Example can be pasted: it is understood, and so needs only files. */
  @ParameterizedTest
  @MethodSource("commands")
  void theExamplesAreCommandLines(String command) {
    CommandLine all = new CommandLine(new Main());
    String[] examples = all.getSubcommands().get(command).getCommandSpec().usageMessage().footer();
    assertThat(examples).isNotEmpty();
    for (String example : examples) {
      String line = example.strip().replaceAll("^source <\\((.*)\\)$", "$1").replace("'", "");
      List<String> words = List.of(line.split(" +"));
      assertThat(words.get(0)).matches("(bin/)?ovkit");
      String[] arguments = words.subList(1, words.size()).toArray(new String[0]);
      assertThat(Program.prepare(new CommandLine(new Main()), () -> false).parseArgs(arguments))
          .as(example)
          .satisfies(parsed -> assertThat(parsed.hasSubcommand()).isTrue());
    }
  }

  /** The help breaks long examples with a backslash, which a shell joins again. */
  @ParameterizedTest
  @MethodSource("commands")
  void theExamplesCanBePastedAsTheyArePrinted(String command) {
    String help = Cli.run(command, "--help").done();
    String joined = help.replaceAll(" \\\\\\R +", " ");
    CommandLine all = new CommandLine(new Main());
    String[] examples = all.getSubcommands().get(command).getCommandSpec().usageMessage().footer();
    assertThat(joined.lines()).contains(examples);
    assertThat(help.substring(help.indexOf("Example:")).lines())
        .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
  }

  @Test
  void theOptionsOfACommandAreInGroups() {
    assertThat(Cli.run("infer", "--help").done())
        .containsSubsequence(
            "Options:",
            "--ir",
            "Preprocessing",
            "--scale",
            "Outputs:",
            "--json",
            "Expert options:",
            "--threads",
            "Other options:",
            "--help");
    assertThat(Cli.run("convert", "--help").done())
        .containsSubsequence("INT8:", "--calibration", "Expert options:", "--backend");
  }

  @Test
  void anUnknownOptionIsNeverTakenForAValue() {
    Cli.run("infer", "m.xml", "--image", "x.jpg", "--confidence", "0.5")
        .isWrongUsage(
            "Unknown option: '--confidence'%nDid you mean: --conf?".formatted(), "ovkit infer");
    Cli.run("infer", "m.xml", "x.jpg", "--out", "--nonsense")
        .isWrongUsage("Unknown option: '--nonsense'", "ovkit infer");
  }

  @Test
  void helpAloneAndNothingAtAllPrintTheUsage() {
    String usage = Cli.run("--help").done();
    assertThat(Cli.run("help").done()).isEqualTo(usage);
    assertThat(Cli.run().done()).isEqualTo(usage);
    assertThat(Cli.box().done()).startsWith("Usage: ovkit").contains("infer");
  }

  @Test
  void colourIsLeftOutWhereTheEnvironmentSaysSo() {
    assertThat(Program.plain(Map.of("NO_COLOR", "1")::get)).isTrue();
    assertThat(Program.plain(Map.of("TERM", "dumb")::get)).isTrue();
    assertThat(Program.plain(Map.of("TERM", "xterm", "NO_COLOR", "")::get)).isFalse();
  }

  @Test
  void theHelpOfTheProgramNamesItsCommands() {
    String help = Cli.run("--help").done();
    assertThat(help).startsWith("Usage: ovkit");
    assertThat(commands()).allSatisfy(name -> assertThat(help).contains("  " + name + " "));
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

  @Test
  void completionKnowsValuesAndFilesOfModels() throws IOException, InterruptedException {
    for (String name : List.of("a.xml", "b.onnx", "c.jpg")) {
      Files.writeString(temp.resolve(name), "");
    }
    Files.createDirectory(temp.resolve("models"));
    assertThat(complete("infer", "--ir", "")).containsExactlyInAnyOrder("a.xml", "models/");
    assertThat(complete("infer", "")).containsExactlyInAnyOrder("a.xml", "b.onnx", "models/");
    assertThat(complete("convert", "")).containsExactlyInAnyOrder("b.onnx", "models/");
    assertThat(complete("infer", "--precision", ""))
        .containsExactlyInAnyOrder("f32", "bf16", "auto");
    assertThat(complete("convert", "--backend", "n")).containsExactly("native");
  }

  /** What bash offers for the last of some words. */
  private List<String> complete(String... words) throws IOException, InterruptedException {
    Path script = temp.resolve(".ovkit_completion");
    Files.writeString(script, Cli.run("generate-completion").done());
    String typed =
        Stream.concat(Stream.of("ovkit"), Arrays.stream(words))
            .map(word -> "'" + word + "'")
            .collect(Collectors.joining(" "));
    Process bash =
        new ProcessBuilder(
                "bash",
                "-c",
                ". \"$0\"; COMP_WORDS=(%s); COMP_CWORD=%d; _ovkit_files; printf '%%s\\n' \"${COMPREPLY[@]}\""
                    .formatted(typed, words.length),
                script.toString())
            .directory(temp.toFile())
            .start();
    String said = new String(bash.getInputStream().readAllBytes(), UTF_8);
    bash.waitFor();
    return said.lines().filter(line -> !line.isEmpty()).toList();
  }

  /** A command is loaded by its name, so that a start need not read all of them. */
  @ParameterizedTest
  @MethodSource("commands")
  void theClassOfACommandFollowsFromItsName(String name) {
    Class<?> type = Commands.named(name, Commands.Place.DESK).orElseThrow().type();
    assertThat(type.getAnnotation(Command.class).name()).isEqualTo(name);
  }

  @Test
  void aBoxHasOnlyItsOwnCommands() {
    assertThat(Commands.named("infer", Commands.Place.BOX)).isPresent();
    assertThat(Commands.named("convert", Commands.Place.BOX)).isEmpty();
    assertThat(Commands.named("frobnicate", Commands.Place.DESK)).isEmpty();
  }
}
