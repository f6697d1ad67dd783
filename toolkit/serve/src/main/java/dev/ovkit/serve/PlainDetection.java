package dev.ovkit.serve;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.ovkit.OptionException;
import dev.ovkit.PictureException;
import dev.ovkit.internal.json.CocoDataSet;
import dev.ovkit.internal.json.DetectionsCsv;
import dev.ovkit.internal.json.DetectionsJson;
import dev.ovkit.model.DetectOptions;
import dev.ovkit.model.Detections;
import dev.ovkit.picture.Picture;
import dev.ovkit.serve.PictureParts.Named;
import dev.ovkit.serve.model.LoadedModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Fields;

/** Pictures in as they are, detections out as {@code ovkit infer} prints them. */
final class PlainDetection {

  private static final Set<String> PARAMETERS =
      Set.of("conf", "iou", "classes", "max_det", "format", "timeout_ms");

  private static final String MULTIPART = "multipart/form-data";

  /** Curl's default. */
  private static final String FORM = "application/x-www-form-urlencoded";

  private static final Set<String> TYPES =
      Set.of("", "application/octet-stream", FORM, MULTIPART, PictureLines.TYPE);

  private static final String DEVICE = "CPU";
  private static final int LONGEST_TIMEOUT = 3_600_000;

  /** The forms of answers. */
  private enum Form {
    JSON,
    CSV,
    COCO,
    JPEG,
    /** A line of JSON for each line of the request. */
    LINES
  }

  /** A picture that was looked at, drawn if that is wanted. */
  private record Looked(Named picture, Detections found, byte[] drawn) {
    String file() {
      return picture.file();
    }
  }

  static void answer(Exchange exchange) {
    LoadedModel model = Descriptions.loaded(exchange);
    Map<String, String> query = query(exchange.request());
    String contentType = contentType(exchange);
    Form typed = form(query.getOrDefault("format", "json"));
    boolean lines = contentType.equals(PictureLines.TYPE);
    Form form = lines && typed == Form.JSON ? Form.LINES : typed;
    Optional<Duration> timeout =
        Optional.ofNullable(query.get("timeout_ms"))
            .map(text -> RequestOptions.count("timeout_ms", text, LONGEST_TIMEOUT))
            .map(Duration::ofMillis);
    RequestOptions options = RequestOptions.of(model, query, timeout);
    exchange.withBody(
        body -> {
          List<Named> pictures = pictures(exchange, contentType, body);
          if (form == Form.JPEG && pictures.size() > 1) {
            throw new OptionException("format=jpeg: expected one picture");
          }
          exchange.asks(model.served(), pictures.size());
          List<Supplier<Looked>> work = new ArrayList<>();
          for (Named picture : pictures) {
            work.add(
                () ->
                    look(
                        exchange,
                        model,
                        picture,
                        options.detect(),
                        form,
                        pictures.size() > 1,
                        contentType.equals(FORM)));
          }
          PictureTasks.run(
              exchange,
              model,
              work,
              exchange.deadline(options.timeout()),
              all -> write(exchange, model, form, all));
        });
  }

  private static List<Named> pictures(Exchange exchange, String contentType, byte[] body) {
    ServerLimits limits = exchange.context().limits();
    return switch (contentType) {
      case MULTIPART ->
          PictureParts.of(
              body, exchange.header(HttpHeader.CONTENT_TYPE.asString()).orElse(""), limits);
      case PictureLines.TYPE -> PictureLines.of(body, limits);
      default -> List.of(new Named("picture", body));
    };
  }

  private static Map<String, String> query(Request request) {
    Fields fields;
    try {
      fields = Request.extractQueryParameters(request);
    } catch (RuntimeException e) {
      throw new OptionException("the query cannot be read; expected NAME=VALUE&NAME=VALUE", e);
    }
    Map<String, String> query = new HashMap<>();
    for (Fields.Field field : fields) {
      if (!PARAMETERS.contains(field.getName()) || field.getValues().size() != 1) {
        throw new OptionException(
            "the query has an unknown parameter, or one twice; there are conf, iou, classes,"
                + " max_det, format and timeout_ms");
      }
      query.put(field.getName(), field.getValue());
    }
    return query;
  }

  private static Form form(String typed) {
    return switch (typed) {
      case "json" -> Form.JSON;
      case "csv" -> Form.CSV;
      case "coco" -> Form.COCO;
      case "jpeg" -> Form.JPEG;
      default -> throw new OptionException("format: expected json, csv, coco or jpeg");
    };
  }

  /** Returns the type without its parameters. */
  private static String contentType(Exchange exchange) {
    String encoding = exchange.header(HttpHeader.CONTENT_ENCODING.asString()).orElse("identity");
    String type =
        exchange
            .header(HttpHeader.CONTENT_TYPE.asString())
            .orElse("")
            .replaceFirst(";.*", "")
            .strip()
            .toLowerCase(Locale.ROOT);
    boolean known = TYPES.contains(type) || type.startsWith("image/");
    if (!known || !encoding.equalsIgnoreCase("identity")) {
      throw new Refusal(
          HttpStatus.UNSUPPORTED_MEDIA_TYPE_415,
          "the body is not a picture by its headers; expected image/jpeg or another picture,"
              + " multipart/form-data, application/x-ndjson, or application/octet-stream, and no"
              + " Content-Encoding");
    }
    return type;
  }

  private static Looked look(
      Exchange exchange,
      LoadedModel model,
      Named picture,
      DetectOptions wanted,
      Form form,
      boolean several,
      boolean sentAsForm) {
    try {
      PictureTasks.requireSize(picture.encoded(), exchange.context().limits());
      if (form != Form.JPEG) {
        return new Looked(picture, model.detect(picture.encoded(), wanted), new byte[0]);
      }
      try (Picture decoded = Picture.decode(picture.encoded())) {
        Detections found = model.detect(decoded, wanted);
        decoded.draw(found);
        return new Looked(picture, found, decoded.toJpeg());
      }
    } catch (PictureException e) {
      String which = several ? picture.file() + ": " : "";
      String hint = sentAsForm ? "; with curl, send it by --data-binary @FILE" : "";
      throw new PictureException(which + e.getMessage() + hint, e);
    }
  }

  private static void write(Exchange exchange, LoadedModel model, Form form, List<Looked> all) {
    switch (form) {
      case JSON -> {
        List<Map<String, Object>> pictures =
            all.stream()
                .map(one -> DetectionsJson.picture(Path.of(one.file()), one.found()))
                .toList();
        Map<String, Object> object = DetectionsJson.of(Path.of(model.name()), DEVICE, pictures);
        object.put("model_version", model.version());
        exchange.json(HttpStatus.OK_200, object);
      }
      case CSV -> {
        StringBuilder text = new StringBuilder();
        text.append(DetectionsCsv.header(model.spec().task(), false)).append('\n');
        all.forEach(
            one ->
                DetectionsCsv.lines(one.file(), one.found(), false)
                    .forEach(line -> text.append(line).append('\n')));
        exchange.answer(HttpStatus.OK_200, "text/csv; charset=utf-8", utf8(text.toString()));
      }
      case COCO -> {
        CocoDataSet set = new CocoDataSet(model.spec().labels());
        all.forEach(one -> set.add(one.file(), one.found()));
        exchange.json(HttpStatus.OK_200, set.json());
      }
      case LINES -> {
        StringBuilder text = new StringBuilder();
        all.forEach(one -> text.append(line(one)).append('\n'));
        exchange.answer(HttpStatus.OK_200, PictureLines.TYPE, utf8(text.toString()));
      }
      case JPEG -> exchange.answer(HttpStatus.OK_200, "image/jpeg", all.get(0).drawn());
    }
  }

  private static String line(Looked one) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("id", one.picture().id());
    line.putAll(DetectionsJson.picture(Path.of("picture"), one.found()));
    line.remove("file"); // the id is its name
    try {
      return JSON.std.asString(line);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // maps, lists, numbers and texts can always be written
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private PlainDetection() {}
}
