package dev.ovkit.serve;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;

/**
 * The page for people: a few files of the jar. They hold no secret and need no token; what they ask
 * the server for does.
 */
final class WebPage {

  private static final String INDEX = "index.html";

  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "svg", "image/svg+xml");

  private static final Map<String, PageFile> FILES =
      List.of(
              INDEX,
              "page.css",
              "icon.svg",
              "main.js",
              "answer.js",
              "api.js",
              "classes.js",
              "colours.js",
              "copy.js",
              "draw.js",
              "masks.js",
              "sources.js",
              "stage.js",
              "table.js",
              "tabs.js",
              "times.js",
              "webcam.js")
          .stream()
          .collect(Collectors.toUnmodifiableMap(Function.identity(), PageFile::read));

  /** A file with the tag that changes when it does. */
  private record PageFile(String type, byte[] bytes, String tag) {

    static PageFile read(String name) {
      try (InputStream in = WebPage.class.getResourceAsStream("page/" + name)) {
        if (in == null) {
          throw new IllegalStateException(name + " is missing in the jar");
        }
        byte[] bytes = in.readAllBytes();
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
        return new PageFile(
            Objects.requireNonNull(TYPES.get(name.substring(name.lastIndexOf('.') + 1))),
            bytes,
            '"' + HexFormat.of().formatHex(hash, 0, 16) + '"');
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every Java has SHA-256", e);
      }
    }
  }

  static void index(Exchange exchange) {
    answer(exchange, INDEX);
  }

  static void file(Exchange exchange) {
    answer(exchange, exchange.variable("file").filter(name -> !name.equals(INDEX)).orElse(""));
  }

  private static void answer(Exchange exchange, String name) {
    PageFile file =
        Optional.ofNullable(FILES.get(name))
            .orElseThrow(
                () -> new Refusal(HttpStatus.NOT_FOUND_404, "the page has no such file; see /"));
    SecurityHeaders.page().forEach(exchange::header);
    exchange.header(HttpHeader.ETAG.asString(), file.tag());
    boolean hasIt =
        exchange
            .header(HttpHeader.IF_NONE_MATCH.asString())
            .filter(tags -> Arrays.asList(tags.split("[ ,]|W/", -1)).contains(file.tag()))
            .isPresent();
    if (hasIt) {
      exchange.notModified();
    } else {
      exchange.answer(HttpStatus.OK_200, file.type(), file.bytes());
    }
  }

  private WebPage() {}
}
