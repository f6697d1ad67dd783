package dev.ovkit.serve;

import dev.ovkit.OptionException;
import dev.ovkit.PictureException;
import dev.ovkit.model.DetectOptions;
import dev.ovkit.model.Detections;
import dev.ovkit.picture.Frame;
import dev.ovkit.serve.model.LoadedModel;
import dev.ovkit.serve.protocol.Datatype;
import dev.ovkit.serve.protocol.DeclaredTensor;
import dev.ovkit.serve.protocol.DetectionTensors;
import dev.ovkit.serve.protocol.InferenceAnswer;
import dev.ovkit.serve.protocol.InferenceRequest;
import dev.ovkit.serve.protocol.ProtocolException;
import dev.ovkit.serve.protocol.RawTensors;
import dev.ovkit.serve.protocol.TensorInput;
import dev.ovkit.serve.protocol.TensorOutput;
import dev.ovkit.vision.Detector.RawOutput;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;

/** Inference by the Open Inference Protocol, in its REST form; {@link GrpcCalls} has the other. */
final class ProtocolInference {

  private static final String IMAGES = "images";
  private static final String PIXELS = "pixels";
  private static final int CHANNELS = 3;
  private static final int OPEN = -1;

  /** The inputs, of which a request has one: encoded pictures, or pixels. */
  static final List<DeclaredTensor> INPUTS =
      List.of(
          new DeclaredTensor(IMAGES, Datatype.BYTES, List.of(OPEN)),
          new DeclaredTensor(PIXELS, Datatype.UINT8, List.of(OPEN, OPEN, OPEN, CHANNELS)));

  private static final String JSON_LENGTH = "Inference-Header-Content-Length";
  private static final String BINARY_TYPE = "application/octet-stream";

  private static final Set<String> PARAMETERS = Set.of("conf", "iou", "classes", "max_det");
  private static final String TIMEOUT = "timeout";
  private static final int LONGEST_TIMEOUT = 2_000_000_000;
  private static final int MICROSECOND = 1000;

  static void answer(Exchange exchange) {
    LoadedModel model = Descriptions.loaded(exchange);
    if (!exchange
        .header(HttpHeader.CONTENT_ENCODING.asString())
        .orElse("identity")
        .equalsIgnoreCase("identity")) {
      throw new Refusal(
          HttpStatus.UNSUPPORTED_MEDIA_TYPE_415, "expected a body without Content-Encoding");
    }
    Optional<Integer> jsonLength = exchange.header(JSON_LENGTH).map(ProtocolInference::length);
    exchange.withBody(
        body -> {
          InferenceRequest request =
              InferenceRequest.read(body, jsonLength.orElse(body.length), bounds(exchange));
          run(exchange, model, request, outputs -> write(exchange, model, request, outputs));
        });
  }

  /** Returns what a request may hold. */
  static InferenceRequest.Bounds bounds(Exchange exchange) {
    ServerLimits limits = exchange.context().limits();
    return new InferenceRequest.Bounds(limits.pictures(), limits.pixels());
  }

  /** Returns the outputs of a model for a request that does not want the network's own. */
  static List<DeclaredTensor> outputs(LoadedModel model) {
    return DetectionTensors.described(model.spec().task());
  }

  /**
   * Adds the work of a request to the queue.
   *
   * @param done gets all outputs
   */
  static void run(
      Exchange exchange,
      LoadedModel model,
      InferenceRequest request,
      Consumer<List<TensorOutput>> done) {
    RequestOptions options = options(model, request.parameters());
    long deadline = exchange.deadline(options.timeout());
    if (wantsHeads(model, request)) {
      List<Supplier<List<RawOutput>>> work =
          work(exchange, request, model::outputs, model::outputs);
      exchange.asks(model.served(), work.size());
      PictureTasks.run(exchange, model, work, deadline, all -> done.accept(RawTensors.of(all)));
    } else {
      DetectOptions wanted = options.detect();
      List<Supplier<Detections>> work =
          work(
              exchange,
              request,
              picture -> model.detect(picture, wanted),
              frame -> model.detect(frame, wanted));
      exchange.asks(model.served(), work.size());
      PictureTasks.run(
          exchange,
          model,
          work,
          deadline,
          all -> done.accept(DetectionTensors.of(model.spec().task(), all)));
    }
  }

  /**
   * Returns whether a request wants the network's outputs as they are.
   *
   * @throws ProtocolException if it wants outputs that there are not, or of both kinds
   */
  private static boolean wantsHeads(LoadedModel model, InferenceRequest request) {
    List<String> usual = outputs(model).stream().map(DeclaredTensor::name).toList();
    List<String> heads = model.spec().layout().outputs();
    boolean wanted =
        request.outputs().stream()
            .anyMatch(one -> heads.contains(one.name()) && !usual.contains(one.name()));
    InferenceAnswer.requireOutputs(request, wanted ? heads : usual);
    return wanted;
  }

  private static int length(String text) {
    if (!text.matches("\\d{1,9}")) {
      throw new ProtocolException(JSON_LENGTH + ": expected the bytes of the JSON");
    }
    return Integer.parseInt(text);
  }

  private static RequestOptions options(LoadedModel model, Map<String, Object> parameters) {
    Map<String, String> given = new HashMap<>();
    Optional<Duration> timeout = Optional.empty();
    for (Map.Entry<String, Object> one : parameters.entrySet()) {
      String name = one.getKey();
      String value = String.valueOf(one.getValue());
      if (PARAMETERS.contains(name)) {
        given.put(name, value);
      } else if (name.equals(TIMEOUT)) {
        long micros = RequestOptions.count(TIMEOUT, value, LONGEST_TIMEOUT);
        timeout = Optional.of(Duration.ofNanos(micros * MICROSECOND));
      } else if (!name.equals("binary_data_output") || !(one.getValue() instanceof Boolean)) {
        throw new OptionException(
            "the request has an unknown parameter; there are conf, iou, classes, max_det, timeout"
                + " (in microseconds) and binary_data_output (true or false)");
      }
    }
    return RequestOptions.of(model, given, timeout);
  }

  /** Returns what is to be done for each picture. */
  private static <T> List<Supplier<T>> work(
      Exchange exchange,
      InferenceRequest request,
      Function<byte[], T> onPicture,
      Function<Frame, T> onFrame) {
    if (request.inputs().size() != 1) {
      throw new ProtocolException(
          "there are %d inputs; expected one, %s or %s"
              .formatted(request.inputs().size(), IMAGES, PIXELS));
    }
    List<Supplier<T>> work = new ArrayList<>();
    TensorInput input = request.inputs().get(0);
    if (input instanceof TensorInput.Encoded encoded && input.name().equals(IMAGES)) {
      List<byte[]> pictures = encoded.pictures();
      for (int i = 0; i < pictures.size(); i++) {
        int number = i;
        work.add(() -> look(exchange, pictures.get(number), number, onPicture));
      }
    } else if (input instanceof TensorInput.Pixels pixels && input.name().equals(PIXELS)) {
      int size = CHANNELS * pixels.width() * pixels.height();
      for (int i = 0; i < pixels.count(); i++) {
        int at = pixels.offset() + i * size;
        work.add(
            () ->
                onFrame.apply(
                    Frame.of(
                        ByteBuffer.wrap(pixels.data(), at, size).slice(),
                        pixels.width(),
                        pixels.height(),
                        Frame.Format.RGB)));
      }
    } else {
      throw new ProtocolException(
          "the input '%s' is unknown; expected %s with datatype BYTES, or %s with UINT8"
              .formatted(input.name(), IMAGES, PIXELS));
    }
    return work;
  }

  private static <T> T look(
      Exchange exchange, byte[] picture, int number, Function<byte[], T> onPicture) {
    try {
      PictureTasks.requireSize(picture, exchange.context().limits());
      return onPicture.apply(picture);
    } catch (PictureException e) {
      throw new PictureException("picture %d: %s".formatted(number, e.getMessage()), e);
    }
  }

  private static void write(
      Exchange exchange, LoadedModel model, InferenceRequest request, List<TensorOutput> all) {
    InferenceAnswer answer = InferenceAnswer.of(model.name(), model.version(), request, all);
    answer.jsonLength().ifPresent(length -> exchange.header(JSON_LENGTH, Integer.toString(length)));
    exchange.answer(
        HttpStatus.OK_200,
        answer.jsonLength().isPresent() ? BINARY_TYPE : Exchange.JSON_TYPE,
        answer.body());
  }

  private ProtocolInference() {}
}
