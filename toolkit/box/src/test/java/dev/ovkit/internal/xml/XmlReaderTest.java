package dev.ovkit.internal.xml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The JDK's reader says what is right. */
class XmlReaderTest {

  private static final String[] ATTRIBUTES = {"id", "name", "value", "version"};

  private static final String DOCUMENT =
      """
      <?xml version="1.0"?>
      <!-- before <net> -->
      <net name='a "quoted" name' version = "11">
      \t<layers>
      \t\t<layer id="0" name="caf&#233; &lt;&amp;&gt;&quot;&apos;&#x1f600;">
      \t\t\t<data element_type="f16" shape="1,3"/>
      \t\t\t<dim>640</dim><dim> 1&#48; </dim><empty></empty>
      \t\t\t<!-- <dim>7</dim> --><ü-ñ.é_1 value="ü > ñ"/><raw><![CDATA[<&x;>]]></raw>
      \t\t</layer>
      \t</layers>
      </net>
      <!-- after -->
      """;

  /** What a document holds, one line each; text whole and without the blanks around it. */
  private static final class Seen {
    final List<String> lines = new ArrayList<>();
    private final StringBuilder text = new StringBuilder();

    void text(String part) {
      text.append(part);
    }

    void line(String line) {
      String before = text.toString().strip();
      if (!before.isEmpty()) {
        lines.add(before);
      }
      text.setLength(0);
      lines.add(line);
    }
  }

  private static List<String> ours(String document) throws XmlReader.MalformedException {
    XmlReader in = new XmlReader(document.getBytes(StandardCharsets.UTF_8));
    Seen seen = new Seen();
    for (XmlReader.Event event = in.next(); ; event = in.next()) {
      switch (event) {
        case START -> {
          StringBuilder line = new StringBuilder("<").append(in.name());
          for (String name : ATTRIBUTES) {
            line.append('|').append(in.attribute(name));
          }
          seen.line(line.toString());
        }
        case TEXT -> seen.text(in.text());
        case END -> seen.line(">");
        case DOCUMENT_TYPE -> {
          return List.of("document type");
        }
        case DONE -> {
          return seen.lines;
        }
      }
    }
  }

  private static List<String> theJdks(String document) throws XMLStreamException {
    XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.IS_NAMESPACE_AWARE, false);
    factory.setProperty(XMLInputFactory.IS_COALESCING, true);
    XMLStreamReader in = factory.createXMLStreamReader(new StringReader(document));
    Seen seen = new Seen();
    while (in.hasNext()) {
      switch (in.next()) {
        case XMLStreamConstants.START_ELEMENT -> {
          StringBuilder line = new StringBuilder("<").append(in.getLocalName());
          for (String name : ATTRIBUTES) {
            line.append('|').append(in.getAttributeValue(null, name));
          }
          seen.line(line.toString());
        }
        case XMLStreamConstants.CHARACTERS -> seen.text(in.getText());
        case XMLStreamConstants.END_ELEMENT -> seen.line(">");
        case XMLStreamConstants.DTD -> {
          return List.of("document type");
        }
        default -> {}
      }
    }
    return seen.lines;
  }

  @Test
  void elementsAttributesAndTextAreTheJdks() throws Exception {
    assertThat(ours(DOCUMENT))
        .contains(
            "<layer|0|café <&>\"'😀|null|null",
            "640",
            "10",
            "<ü-ñ.é_1|null|null|ü > ñ|null",
            "<&x;>")
        .isEqualTo(theJdks(DOCUMENT));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "text",
        "<a>",
        "<a></b>",
        "<a></a></a>",
        "<a/><b/>",
        "<a/>text",
        "<a b></a>",
        "<a b=1/>",
        "<a b='1' c='2/>",
        "<a b='<'/>",
        "<a b='1'c='2'/>",
        "<1/>",
        "< a/>",
        "<a / >",
        "<a>&b;</a>",
        "<a>&#x110000;</a>",
        "<a>&#1",
        "<a>&amp</a>",
        "<a><!-- </a>",
        "<a><![CDATA[ </a>",
        "<![CDATA[x]]><a/>",
        "<a/><!DOCTYPE a>",
        "<?xml <a/>"
      })
  void whatIsNotWellFormedIsRefused(String document) {
    assertThatThrownBy(() -> theJdks(document)).isInstanceOf(XMLStreamException.class);
    assertThatThrownBy(() -> ours(document))
        .isInstanceOf(XmlReader.MalformedException.class)
        .hasMessage("line 1");
  }

  @Test
  void theLineOfAFaultIsTold() {
    assertThatThrownBy(() -> ours("<a>\n<b>\n</c>\n</a>"))
        .isInstanceOfSatisfying(
            XmlReader.MalformedException.class, e -> assertThat(e.line()).isEqualTo(3));
  }

  @Test
  void aMarkOfTheEncodingIsPassedOver() throws Exception {
    assertThat(ours("\ufeff<a/>")).isEqualTo(List.of("<a|null|null|null|null", ">"));
  }

  /** What both accept, both read alike, and what the JDK accepts is accepted. */
  @Test
  void changedDocumentsReadAlike() throws Exception {
    Random random = new Random(11);
    String letters = "<>/=\"'& ;!-?[]ax1\n";
    int both = 0;
    for (int i = 0; i < 3000; i++) {
      StringBuilder changed = new StringBuilder(DOCUMENT);
      for (int k = 0; k < 1 + random.nextInt(3); k++) {
        char letter = letters.charAt(random.nextInt(letters.length()));
        int place = random.nextInt(changed.length());
        if (random.nextBoolean()) {
          changed.setCharAt(place, letter);
        } else {
          changed.insert(place, letter);
        }
      }
      String document = changed.toString();
      List<String> expected;
      try {
        expected = theJdks(document);
      } catch (XMLStreamException e) {
        continue;
      }
      both++;
      // An attribute's line breaks are blanks to the JDK, which no IR has.
      assertThat(ours(document).stream().map(line -> line.replace('\n', ' ')))
          .as(document)
          .isEqualTo(expected.stream().map(line -> line.replace('\n', ' ')).toList());
    }
    assertThat(both).isGreaterThan(500);
  }
}
