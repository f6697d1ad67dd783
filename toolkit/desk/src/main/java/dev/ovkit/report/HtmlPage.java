package dev.ovkit.report;

import dev.ovkit.OutputException;
import dev.ovkit.internal.files.Temporary;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.List;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;
import org.jspecify.annotations.Nullable;

/**
 * One HTML page being written: well-formed, everything escaped, nothing loaded from elsewhere (a
 * page asks the browser to refuse it).
 */
final class HtmlPage {

  private static final String STYLE =
      """
      body { font: 15px/1.5 system-ui, sans-serif; color: #1c1e21; margin: 2em auto; max-width: 76em; padding: 0 1em; }
      h1 { font-size: 1.5em; } h2 { font-size: 1.15em; margin-top: 2em; }
      table { border-collapse: collapse; } th, td { padding: .25em .9em .25em 0; text-align: left; border-bottom: 1px solid #dde; }
      td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
      .good { color: #17692f; font-weight: 600; } .bad { color: #a8071a; font-weight: 600; }
      .pair { display: grid; grid-template-columns: 1fr 1fr; gap: 1.5em; } .pair img { width: 100%; }
      figure { margin: 0 0 1.5em; } figcaption { color: #556; } h3 { font-size: 1em; overflow-wrap: anywhere; }
      .matrix { overflow-x: auto; font-size: .8em; }
      .canvases { display: grid; grid-template-columns: repeat(auto-fit, minmax(28em, 1fr)); gap: 1.5em; } .wide { grid-column: 1 / -1; } .canvas { position: relative; height: 19em; }
      img { max-width: 100%; height: auto; } code { font-size: .95em; }
      """;

  private final StringWriter text = new StringWriter();
  private final XMLStreamWriter xml;

  HtmlPage(String title) {
    this(title, "");
  }

  /** A page whose own scripts run; they too can load nothing. */
  static HtmlPage withScripts(String title) {
    return new HtmlPage(title, "; script-src 'unsafe-inline'");
  }

  private HtmlPage(String title, String allowed) {
    try {
      xml = XMLOutputFactory.newDefaultFactory().createXMLStreamWriter(text);
      xml.writeDTD("<!DOCTYPE html>");
    } catch (XMLStreamException e) {
      throw new IllegalStateException("memory can always be written", e);
    }
    open("html", "lang", "en");
    open("head");
    empty("meta", "charset", "utf-8");
    empty(
        "meta",
        "http-equiv",
        "Content-Security-Policy",
        "content",
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'" + allowed);
    empty("meta", "name", "viewport", "content", "width=device-width, initial-scale=1");
    element("title", title);
    element("style", STYLE);
    close();
    open("body");
    element("h1", title);
  }

  /** Opens an element with attributes given as name, value, name, value. */
  HtmlPage open(String element, String... attributes) {
    write(
        () -> {
          xml.writeStartElement(element);
          attributes(attributes);
        });
    return this;
  }

  /** Closes the element opened last. */
  HtmlPage close() {
    write(xml::writeEndElement);
    return this;
  }

  /** Writes text. */
  HtmlPage text(String characters) {
    write(() -> xml.writeCharacters(legal(characters)));
    return this;
  }

  /** Writes an element that holds text. */
  HtmlPage element(String element, String characters, String... attributes) {
    return open(element, attributes).text(characters).close();
  }

  /** Writes an element that holds nothing. */
  HtmlPage empty(String element, String... attributes) {
    write(
        () -> {
          xml.writeEmptyElement(element);
          attributes(attributes);
        });
    return this;
  }

  /** Writes a picture into the page itself, with what is under it. */
  HtmlPage drawing(byte[] jpeg, String caption) {
    open("figure");
    empty(
        "img",
        "src",
        "data:image/jpeg;base64," + Base64.getEncoder().encodeToString(jpeg),
        "alt",
        caption);
    return element("figcaption", caption).close();
  }

  /**
   * Writes a script. HTML takes its text unchanged and XML does not; a CDATA section that is a
   * comment of the script serves both.
   */
  HtmlPage script(String code) {
    if (code.matches("(?is).*(</script|<!--|]]>).*")) {
      throw new IllegalArgumentException("this script would end before its end");
    }
    open("script").text("//");
    write(() -> xml.writeCData("\n" + code.strip() + "\n//"));
    return close();
  }

  /** Writes the room that a chart is drawn into. */
  HtmlPage canvas(String id, String style, String caption, String size) {
    open("figure", "class", style).open("div", "class", "canvas", "style", size);
    element("canvas", "", "id", id, "role", "img", "aria-label", caption);
    return close().element("figcaption", caption).close();
  }

  /** Writes the library that draws charts. */
  HtmlPage chartLibrary() {
    // The map that its last line names is not here, so no browser should look for it.
    return script(resource("chart.umd.min.js").replaceFirst("(?m)^//# sourceMappingURL=.*$", ""));
  }

  static String resource(String name) {
    try (@Nullable InputStream in = HtmlPage.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException(
            name + " is not on the class path, where the build puts it");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException("a jar can always be read", e);
    }
  }

  /** Writes an object for scripts, in such a spelling that nothing in it is markup. */
  HtmlPage json(String id, String json) {
    return element(
        "script",
        json.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"),
        "type",
        "application/json",
        "id",
        id);
  }

  /** Writes the headings of columns: some of text, and then those of numbers. */
  HtmlPage heading(int ofText, List<String> names) {
    open("tr");
    for (int i = 0; i < names.size(); i++) {
      element("th", names.get(i), "class", i < ofText ? "text" : "number");
    }
    return close();
  }

  /** Writes one row of a table; numbers are aligned to the right. */
  HtmlPage row(String cell, List<String> values) {
    open("tr");
    for (String value : values) {
      boolean number = value.matches("[-+]?\\d[\\d.,]*([eE][-+]?\\d+)?%?");
      if (number) {
        element(cell, value, "class", "number");
      } else {
        element(cell, value);
      }
    }
    return close();
  }

  /** Writes the page; the file appears whole or not at all. */
  void write(Path file) {
    write(xml::writeEndDocument);
    write(xml::flush);
    Path temporary = null;
    try {
      temporary = Temporary.file(file.toAbsolutePath().getParent(), ".ovkit-", ".tmp");
      Files.writeString(temporary, text.toString());
      Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rw-r--r--"));
      Files.move(
          temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw OutputException.of(file, e);
    } finally {
      if (temporary != null) {
        Temporary.delete(temporary);
      }
    }
  }

  private interface Write {
    void run() throws XMLStreamException;
  }

  private void write(Write what) {
    try {
      what.run();
    } catch (XMLStreamException e) {
      throw new IllegalStateException("memory can always be written", e);
    }
  }

  private void attributes(String... attributes) throws XMLStreamException {
    for (int i = 0; i < attributes.length; i += 2) {
      xml.writeAttribute(attributes[i], legal(attributes[i + 1]));
    }
  }

  /** A file name can hold characters that no page can. */
  private static String legal(String characters) {
    return characters.replaceAll("[^\\t\\n\\r\\x20-\\uFFFD\\x{10000}-\\x{10FFFF}]", "\uFFFD");
  }
}
