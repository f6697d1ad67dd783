package dev.ovkit.verify;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Copies of an IR with something wrong in them. */
final class IrEdits {

  private static final Pattern HALVES =
      Pattern.compile("element_type=\"f16\"[^>]*? offset=\"(\\d+)\" size=\"(\\d+)\"");

  /** An IR as a stranger would have made it: no word on what it is. */
  static Path foreign(Path xml, String name) throws IOException {
    String text = Files.readString(xml);
    int from = text.lastIndexOf("<rt_info>");
    int to = text.lastIndexOf("</rt_info>");
    return copy(xml, name, text.substring(0, from + "<rt_info>".length()) + text.substring(to));
  }

  /** An IR that says something else of itself, wherever it says it; the graph stays. */
  static Path saying(Path xml, String name, String key, String value) throws IOException {
    String text = Files.readString(xml);
    String changed =
        text.replaceAll(
            "<" + key + " value=\"[^\"]*\"",
            Matcher.quoteReplacement("<" + key + " value=\"" + value + "\""));
    if (changed.equals(text)) {
      throw new IOException(xml + " does not say " + key);
    }
    return copy(xml, name, changed);
  }

  /** An IR one of whose f16 weights has become infinite. */
  static Path overflown(Path xml, String name) throws IOException {
    String text = Files.readString(xml);
    Path copy = copy(xml, name, text);
    Matcher halves = HALVES.matcher(text);
    if (!halves.find()) {
      throw new IOException(xml + " has no f16 constant");
    }
    Path bin = bin(copy);
    byte[] bytes = Files.readAllBytes(bin);
    ByteBuffer.wrap(bytes)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putShort(Integer.parseInt(halves.group(1)), (short) 0x7C00);
    Files.write(bin, bytes);
    return copy;
  }

  private static Path copy(Path xml, String name, String text) throws IOException {
    Path copy = xml.resolveSibling(name + ".xml");
    Files.writeString(copy, text);
    Files.write(bin(copy), Files.readAllBytes(bin(xml)));
    return copy;
  }

  private static Path bin(Path xml) {
    return xml.resolveSibling(xml.getFileName().toString().replace(".xml", ".bin"));
  }

  private IrEdits() {}
}
