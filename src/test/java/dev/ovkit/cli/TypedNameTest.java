package dev.ovkit.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Commands in messages begin as the user called the program, so that they can be pasted. */
class TypedNameTest {

  @AfterEach
  void forget() {
    System.clearProperty("ovkit.program");
  }

  @Test
  void aCommandIsNamedAsItWasTyped() {
    assertThat(TypedName.in("make one with 'ovkit convert m.onnx'", "./ovkit"))
        .isEqualTo("make one with './ovkit convert m.onnx'");
    assertThat(TypedName.in("ovkit infer --ir m.xml", "../a box/ovkit"))
        .isEqualTo("'../a box/ovkit' infer --ir m.xml");
    assertThat(TypedName.in("Try 'ovkit help infer'.", "./ovkit"))
        .isEqualTo("Try './ovkit help infer'.");
  }

  @Test
  void otherWordsStay() {
    for (String text :
        new String[] {
          "ovkit: infer: no such file",
          "this ovkit has no converter",
          "bin/ovkit infer --json",
          "ovkit converts ONNX",
          "my-ovkit infer"
        }) {
      assertThat(TypedName.in(text, "./ovkit")).isEqualTo(text);
    }
  }

  @Test
  void messagesAreWrittenSo() {
    System.setProperty("ovkit.program", "./ovkit");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintWriter err = TypedName.messages(bytes);
    err.printf("ovkit: %s; check with: ovkit diagnose --ir '%s'%n", "assumed", "m.xml");
    err.println("or run 'ovkit verify'");
    assertThat(bytes.toString(UTF_8).lines())
        .containsExactly(
            "ovkit: assumed; check with: ./ovkit diagnose --ir 'm.xml'", "or run './ovkit verify'");
  }

  @Test
  void examplesOfTheHelpCanBePasted() {
    System.setProperty("ovkit.program", "./ovkit");
    assertThat(Cli.run("convert", "--help").out()).contains("  ./ovkit convert yolov5s.onnx");
    System.clearProperty("ovkit.program");
    assertThat(Cli.run("convert", "--help").out()).contains("  ovkit convert yolov5s.onnx");
  }
}
