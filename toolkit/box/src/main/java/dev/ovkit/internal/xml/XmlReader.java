package dev.ovkit.internal.xml;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Walks over the elements of an XML document that is in memory, from its first byte to its last.
 *
 * <p>The JDK's own reader would do, but loading it and warming it up takes longer than anything
 * else that Java does before the first boxes. This one knows no document types and no entities but
 * the five of XML, and it does not look for duplicate attributes.
 */
public final class XmlReader {

  /** What {@link #next} found. */
  public enum Event {
    /** An element begins: {@link #name} and {@link #attribute} describe it. */
    START,
    /** Text that is more than blanks: {@link #text} returns it. */
    TEXT,
    /** The innermost open element ends. */
    END,
    /** A document type, where this reader stops. */
    DOCUMENT_TYPE,
    /** The root has ended, and nothing else follows. */
    DONE
  }

  /** Where the document is not well-formed. */
  public static final class MalformedException extends Exception {
    private static final long serialVersionUID = 1;
    private final int line;

    MalformedException(int line) {
      super("line " + line);
      this.line = line;
    }

    public int line() {
      return line;
    }
  }

  private static final byte BLANK = 1;

  /** Letters, what may stand between them, and whatever is not ASCII. */
  private static final byte NAME = 2;

  /** What a name does not begin with. */
  private static final byte LATER_IN_NAME = 3;

  /** Of each byte; loops over bytes run before anything is compiled, so they call nothing. */
  private static final byte[] KINDS = kinds();

  private static final byte[] COMMENT = ascii("<!--");
  private static final byte[] COMMENT_END = ascii("-->");
  private static final byte[] CDATA = ascii("<![CDATA[");
  private static final byte[] CDATA_END = ascii("]]>");
  private static final byte[] INSTRUCTION_END = ascii("?>");
  private static final byte[] DOCUMENT_TYPE = ascii("<!DOCTYPE");
  private static final byte[] MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

  private final byte[] bytes;
  private int at;

  /** Begin and end of the names of the elements that are open. */
  private int[] open = new int[32];

  private int depth;
  private boolean rootSeen;
  private boolean emptyElement;

  /** Of each attribute of the current element: begin and end of its name and of its value. */
  private int[] attributes = new int[32];

  private int attributeEnds;

  private int textBegin;
  private int textEnd;
  private boolean textIsPlain;

  /**
   * Begins at the start of a document.
   *
   * @param bytes in UTF-8, not changed meanwhile
   */
  public XmlReader(byte[] bytes) {
    this.bytes = bytes;
    this.at = startsWith(MARK) ? MARK.length : 0;
  }

  /** Goes on to what comes next. */
  public Event next() throws MalformedException {
    if (emptyElement) {
      emptyElement = false;
      depth--;
      return Event.END;
    }
    while (at < bytes.length) {
      if (bytes[at] != '<') {
        if (passText()) {
          return Event.TEXT;
        }
        continue;
      }
      byte second = at + 1 < bytes.length ? bytes[at + 1] : 0;
      if (second == '/') {
        endTag();
        return Event.END;
      }
      if (second == '?') {
        skipBehind(INSTRUCTION_END);
      } else if (second != '!') {
        startTag();
        return Event.START;
      } else if (startsWith(COMMENT)) {
        at += COMMENT.length;
        skipBehind(COMMENT_END);
      } else if (startsWith(CDATA)) {
        require(depth > 0);
        textBegin = at + CDATA.length;
        skipBehind(CDATA_END);
        textEnd = at - CDATA_END.length;
        textIsPlain = true;
        return Event.TEXT;
      } else {
        require(startsWith(DOCUMENT_TYPE) && !rootSeen);
        return Event.DOCUMENT_TYPE;
      }
    }
    require(rootSeen && depth == 0);
    return Event.DONE;
  }

  /** Returns how many elements are open, the current one included. */
  public int depth() {
    return depth;
  }

  /** Returns whether the element that has just begun has this name. */
  public boolean is(String name) {
    return is(name, open[2 * depth - 2], open[2 * depth - 1]);
  }

  /** Returns the name of the element that has just begun. */
  public String name() throws MalformedException {
    return utf8(open[2 * depth - 2], open[2 * depth - 1]);
  }

  /** Returns the value of an attribute of the element that has just begun, null without it. */
  public @Nullable String attribute(String name) throws MalformedException {
    for (int i = 0; i < attributeEnds; i += 4) {
      if (is(name, attributes[i], attributes[i + 1])) {
        return resolved(attributes[i + 2], attributes[i + 3]);
      }
    }
    return null;
  }

  /** Returns the text just found. */
  public String text() throws MalformedException {
    return textIsPlain ? utf8(textBegin, textEnd) : resolved(textBegin, textEnd);
  }

  /** Passes over text; returns whether it is more than blanks. */
  private boolean passText() throws MalformedException {
    textBegin = at;
    textIsPlain = false;
    passBlanks();
    if (at == bytes.length || bytes[at] == '<') {
      return false;
    }
    require(depth > 0);
    int i = at;
    while (i < bytes.length && bytes[i] != '<') {
      i++;
    }
    at = i;
    textEnd = i;
    return true;
  }

  private void startTag() throws MalformedException {
    require(depth > 0 || !rootSeen);
    rootSeen = true;
    at++;
    int begin = at;
    passName();
    push(begin, at);
    attributeEnds = 0;
    while (true) {
      boolean blank = passBlanks();
      byte c = current();
      if (c == '>') {
        at++;
        return;
      }
      if (c == '/') {
        at++;
        require(current() == '>');
        at++;
        emptyElement = true;
        return;
      }
      require(blank);
      passAttribute();
    }
  }

  private void passAttribute() throws MalformedException {
    if (attributeEnds == attributes.length) {
      attributes = Arrays.copyOf(attributes, 2 * attributeEnds);
    }
    attributes[attributeEnds++] = at;
    passName();
    attributes[attributeEnds++] = at;
    passBlanks();
    require(current() == '=');
    at++;
    passBlanks();
    byte quote = current();
    require(quote == '"' || quote == '\'');
    at++;
    attributes[attributeEnds++] = at;
    int i = at;
    while (i < bytes.length && bytes[i] != quote && bytes[i] != '<') {
      i++;
    }
    at = i;
    require(current() == quote);
    attributes[attributeEnds++] = at;
    at++;
  }

  private void endTag() throws MalformedException {
    require(depth > 0);
    at += 2;
    int begin = at;
    passName();
    depth--;
    require(Arrays.equals(bytes, begin, at, bytes, open[2 * depth], open[2 * depth + 1]));
    passBlanks();
    require(current() == '>');
    at++;
  }

  private void push(int begin, int end) {
    if (2 * depth == open.length) {
      open = Arrays.copyOf(open, 2 * open.length);
    }
    open[2 * depth] = begin;
    open[2 * depth + 1] = end;
    depth++;
  }

  private void passName() throws MalformedException {
    int i = at;
    while (i < bytes.length && KINDS[bytes[i] & 0xff] >= NAME) {
      i++;
    }
    require(i > at && KINDS[bytes[at] & 0xff] == NAME);
    at = i;
  }

  private boolean passBlanks() {
    int i = at;
    while (i < bytes.length && KINDS[bytes[i] & 0xff] == BLANK) {
      i++;
    }
    boolean some = i > at;
    at = i;
    return some;
  }

  private void skipBehind(byte[] end) throws MalformedException {
    while (!startsWith(end)) {
      require(at < bytes.length);
      at++;
    }
    at += end.length;
  }

  private byte current() throws MalformedException {
    require(at < bytes.length);
    return bytes[at];
  }

  private void require(boolean wellFormed) throws MalformedException {
    if (!wellFormed) {
      throw malformed(at);
    }
  }

  private MalformedException malformed(int place) {
    int line = 1;
    for (int i = 0; i < Math.min(place, bytes.length); i++) {
      line += bytes[i] == '\n' ? 1 : 0;
    }
    return new MalformedException(line);
  }

  private boolean startsWith(byte[] prefix) {
    return bytes.length - at >= prefix.length
        && Arrays.equals(bytes, at, at + prefix.length, prefix, 0, prefix.length);
  }

  private boolean is(String name, int begin, int end) {
    if (name.length() != end - begin) {
      return false;
    }
    for (int i = 0; i < name.length(); i++) {
      if (name.charAt(i) != bytes[begin + i]) {
        return false;
      }
    }
    return true;
  }

  /** Puts characters in place of the references to them. */
  private String resolved(int begin, int end) throws MalformedException {
    String raw = utf8(begin, end);
    int from = raw.indexOf('&');
    if (from < 0) {
      return raw;
    }
    StringBuilder value = new StringBuilder(raw.length());
    int done = 0;
    for (; from >= 0; from = raw.indexOf('&', done)) {
      int to = raw.indexOf(';', from);
      if (to < 0) {
        throw malformed(begin);
      }
      value.append(raw, done, from).appendCodePoint(character(raw.substring(from + 1, to), begin));
      done = to + 1;
    }
    return value.append(raw, done, raw.length()).toString();
  }

  private int character(String reference, int place) throws MalformedException {
    return switch (reference) {
      case "lt" -> '<';
      case "gt" -> '>';
      case "amp" -> '&';
      case "quot" -> '"';
      case "apos" -> '\'';
      default -> numbered(reference, place);
    };
  }

  private int numbered(String reference, int place) throws MalformedException {
    try {
      if (reference.startsWith("#")) {
        int code =
            reference.startsWith("#x")
                ? Integer.parseUnsignedInt(reference.substring(2), 16)
                : Integer.parseUnsignedInt(reference.substring(1));
        if (Character.isValidCodePoint(code)) {
          return code;
        }
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw malformed(place);
  }

  /** Anything that is not UTF-8 is refused, even in parts that are skipped. */
  private String utf8(int begin, int end) throws MalformedException {
    String text = new String(bytes, begin, end - begin, StandardCharsets.UTF_8);
    if (text.indexOf('\ufffd') >= 0
        && text.getBytes(StandardCharsets.UTF_8).length != end - begin) {
      throw malformed(begin);
    }
    return text;
  }

  private static byte[] kinds() {
    byte[] kinds = new byte[256];
    Arrays.fill(kinds, 128, 256, NAME);
    Arrays.fill(kinds, 'a', 'z' + 1, NAME);
    Arrays.fill(kinds, 'A', 'Z' + 1, NAME);
    kinds['_'] = NAME;
    kinds[':'] = NAME;
    Arrays.fill(kinds, '0', '9' + 1, LATER_IN_NAME);
    kinds['-'] = LATER_IN_NAME;
    kinds['.'] = LATER_IN_NAME;
    kinds[' '] = BLANK;
    kinds['\n'] = BLANK;
    kinds['\t'] = BLANK;
    kinds['\r'] = BLANK;
    return kinds;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
