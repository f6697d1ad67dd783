package dev.ovkit.cli.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/** What a version of the demo's model may be like. */
enum PartsVersion {
  AS_IT_IS(true),
  /** Other labels, and another threshold. */
  CAPITALS(true),
  TRUNCATED(false),
  INVALID(false),
  /** By its notes ovkit's own; a remainder by zero ends the process that compiles it. */
  CRASHING(false);

  private static final Path HOME = Path.of(System.getProperty("ovkit.home"));
  static final Path IR = HOME.resolve("ir-models/conveyor-parts.xml");

  private static final List<String> LABELS =
      List.of("bolt", "nut", "washer", "gear", "bracket", "bearing");

  /** The output of the first convolution, by its layer and port. */
  private static final String FIRST = "from-layer=\"4\" from-port=\"2\"";

  private final boolean good;

  PartsVersion(boolean good) {
    this.good = good;
  }

  boolean isGood() {
    return good;
  }

  /** Writes it as {@code model.xml} and {@code model.bin} into a folder that appears whole. */
  void write(Path folder) throws IOException {
    Path hidden =
        Files.createDirectories(folder.resolveSibling("." + folder.getFileName() + ".new"));
    String text = Files.readString(IR);
    byte[] bin = Files.readAllBytes(IR.resolveSibling("conveyor-parts.bin"));
    switch (this) {
      case AS_IT_IS -> {
        // nothing is changed
      }
      case CAPITALS -> text = capitals(text);
      case TRUNCATED -> bin = Arrays.copyOf(bin, bin.length / 2);
      case INVALID -> text = text.substring(0, text.length() / 2);
      case CRASHING -> {
        text = crashing(text, bin.length);
        bin =
            ByteBuffer.allocate(bin.length + 8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(bin)
                .putInt(7)
                .putInt(0)
                .array();
        text =
            text.replaceAll("bin_bytes value=\"\\d+\"", "bin_bytes value=\"" + bin.length + "\"")
                .replaceAll(
                    "bin_sha256 value=\"\\w+\"", "bin_sha256 value=\"" + sha256(bin) + "\"");
      }
    }
    Files.writeString(hidden.resolve("model.xml"), text);
    Files.write(hidden.resolve("model.bin"), bin);
    Files.move(hidden, folder, StandardCopyOption.ATOMIC_MOVE);
  }

  private static String capitals(String text) {
    int notes = text.lastIndexOf("<rt_info>");
    String metadata = text.substring(notes).replace("\"0.65\"", "\"0.3\"");
    for (String label : LABELS) {
      metadata = metadata.replaceAll("\\b" + label + "\\b", label.toUpperCase(Locale.ROOT));
    }
    return text.substring(0, notes) + metadata;
  }

  private static String crashing(String text, int at) {
    return text.replace(FIRST, "from-layer=\"90004\" from-port=\"2\"")
        .replace("</layers>", LAYERS.formatted(at, at + 4) + "</layers>")
        .replace("</edges>", EDGES + "</edges>");
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static final String LAYERS =
      """
      <layer id="90000" name="seven" type="Const" version="opset1">
        <data element_type="i32" shape="1" offset="%d" size="4"/>
        <output><port id="0" precision="I32"><dim>1</dim></port></output>
      </layer>
      <layer id="90001" name="zero" type="Const" version="opset1">
        <data element_type="i32" shape="1" offset="%d" size="4"/>
        <output><port id="0" precision="I32"><dim>1</dim></port></output>
      </layer>
      <layer id="90002" name="remainder" type="Mod" version="opset1">
        <data auto_broadcast="numpy"/>
        <input>
          <port id="0" precision="I32"><dim>1</dim></port>
          <port id="1" precision="I32"><dim>1</dim></port>
        </input>
        <output><port id="2" precision="I32"><dim>1</dim></port></output>
      </layer>
      <layer id="90003" name="converted" type="Convert" version="opset1">
        <data destination_type="f32"/>
        <input><port id="0" precision="I32"><dim>1</dim></port></input>
        <output><port id="1" precision="FP32"><dim>1</dim></port></output>
      </layer>
      <layer id="90004" name="added" type="Add" version="opset1">
        <data auto_broadcast="numpy"/>
        <input>
          <port id="0" precision="FP32"><dim>1</dim><dim>8</dim><dim>144</dim><dim>256</dim></port>
          <port id="1" precision="FP32"><dim>1</dim></port>
        </input>
        <output><port id="2" precision="FP32"><dim>1</dim><dim>8</dim><dim>144</dim><dim>256</dim></port></output>
      </layer>
      """;

  private static final String EDGES =
      """
      <edge from-layer="90000" from-port="0" to-layer="90002" to-port="0"/>
      <edge from-layer="90001" from-port="0" to-layer="90002" to-port="1"/>
      <edge from-layer="90002" from-port="2" to-layer="90003" to-port="0"/>
      <edge from-layer="90003" from-port="1" to-layer="90004" to-port="1"/>
      <edge from-layer="4" from-port="2" to-layer="90004" to-port="0"/>
      """;
}
