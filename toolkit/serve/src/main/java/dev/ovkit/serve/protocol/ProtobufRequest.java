package dev.ovkit.serve.protocol;

import static dev.ovkit.serve.protocol.ProtobufReader.block;
import static dev.ovkit.serve.protocol.ProtobufReader.number;
import static dev.ovkit.serve.protocol.ProtobufReader.real;
import static dev.ovkit.serve.protocol.ProtocolException.expect;
import static dev.ovkit.serve.protocol.ProtocolException.wrong;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A request of the protocol's gRPC form, {@code ModelInferRequest}; {@code
 * open_inference_grpc.proto} has the numbers of the fields.
 *
 * @param model whom it asks
 * @param request all the rest
 */
public record ProtobufRequest(ModelName model, InferenceRequest request) {

  /**
   * Reads one.
   *
   * @param body holds the message, to the end
   * @param from where it begins
   * @throws ProtocolException if it is not one
   */
  public static ProtobufRequest read(byte[] body, int from, InferenceRequest.Bounds bounds) {
    return ProtobufReader.parse(body, from, message -> new Fields(bounds).read(message, body));
  }

  /** The fields, until all are there: they may come in any order. */
  private static final class Fields {
    private static final int MOST_SIDES = 32;
    private static final int HIGHEST = 255;

    private final InferenceRequest.Bounds bounds;
    private final Map<String, Object> parameters = new LinkedHashMap<>();
    private final List<UnreadTensor> inputs = new ArrayList<>();
    private final List<InferenceRequest.WantedOutput> outputs = new ArrayList<>();
    private final List<UnreadTensor.Range> raw = new ArrayList<>();

    Fields(InferenceRequest.Bounds bounds) {
      this.bounds = bounds;
    }

    ProtobufRequest read(ProtobufReader message, byte[] body) throws IOException {
      String model = "";
      String version = "";
      String id = "";
      for (int tag = message.next(); tag != 0; tag = message.next()) {
        if (tag == block(1)) {
          model = message.text("model_name");
        } else if (tag == block(2)) {
          version = message.text("model_version");
        } else if (tag == block(3)) {
          id = message.text("id");
        } else if (tag == block(4)) {
          addParameter(message.inner(), parameters);
        } else if (tag == block(5)) {
          requireRoom("inputs", inputs.size());
          inputs.add(input(message.inner()));
        } else if (tag == block(6)) {
          requireRoom("outputs", outputs.size());
          outputs.add(output(message.inner()));
        } else if (tag == block(7)) {
          requireRoom("raw_input_contents", raw.size());
          raw.add(message.range());
        } else {
          message.skip(tag);
        }
      }
      giveRawContents();
      // A client that sends raw contents gets them, unless it says otherwise.
      parameters.putIfAbsent(InferenceRequest.BINARY_OUTPUT, !raw.isEmpty());
      return new ProtobufRequest(
          new ModelName(model, version),
          new InferenceRequest(
              Optional.of(id).filter(given -> !given.isEmpty()),
              parameters,
              new TensorReader(body, bounds).read(inputs, "raw_input_contents, or contents"),
              outputs));
    }

    private void giveRawContents() {
      expect(
          raw.isEmpty() || raw.size() == inputs.size(),
          "raw_input_contents",
          "%d, one for each input".formatted(inputs.size()));
      for (int i = 0; i < raw.size(); i++) {
        UnreadTensor input = inputs.get(i);
        expect(input.data == null, input.called(), "raw_input_contents or contents, not both");
        input.binary = raw.get(i);
      }
    }

    private static void requireRoom(String what, int size) {
      int most = InferenceRequest.MOST_ENTRIES;
      expect(size < most, what, "at most %d entries".formatted(most));
    }

    // ---- parameters and outputs

    /** An entry of a map: a name, and a message that holds one value of several types. */
    private static void addParameter(ProtobufReader entry, Map<String, Object> all)
        throws IOException {
      requireRoom("parameters", all.size());
      String name = "";
      Object value = "";
      for (int tag = entry.next(); tag != 0; tag = entry.next()) {
        if (tag == block(1)) {
          name = entry.text("the name of a parameter");
        } else if (tag == block(2)) {
          value = value(entry.inner());
        } else {
          entry.skip(tag);
        }
      }
      all.put(name, value);
    }

    private static Object value(ProtobufReader choice) throws IOException {
      Object value = "";
      for (int tag = choice.next(); tag != 0; tag = choice.next()) {
        if (tag == number(1)) {
          value = choice.truth();
        } else if (tag == number(2) || tag == number(5)) {
          value = choice.number();
        } else if (tag == block(3)) {
          value = choice.text("a parameter");
        } else if (tag == real(4)) {
          value = choice.real();
        } else {
          choice.skip(tag);
        }
      }
      return value;
    }

    private static InferenceRequest.WantedOutput output(ProtobufReader message) throws IOException {
      String name = "";
      Map<String, Object> given = new LinkedHashMap<>();
      for (int tag = message.next(); tag != 0; tag = message.next()) {
        if (tag == block(1)) {
          name = message.text("the name of an output");
        } else if (tag == block(2)) {
          addParameter(message.inner(), given);
        } else {
          message.skip(tag);
        }
      }
      expect(!name.isEmpty(), "an output", "a name");
      requireNone(given, "an output");
      return new InferenceRequest.WantedOutput(name, Optional.empty());
    }

    private static void requireNone(Map<String, Object> parameters, String what) {
      for (String key : parameters.keySet()) {
        throw wrong("the parameter %s of %s".formatted(key, what), "none");
      }
    }

    // ---- inputs

    private UnreadTensor input(ProtobufReader message) throws IOException {
      UnreadTensor tensor = new UnreadTensor();
      List<Long> shape = new ArrayList<>();
      Map<String, Object> given = new LinkedHashMap<>();
      for (int tag = message.next(); tag != 0; tag = message.next()) {
        if (tag == block(1)) {
          tensor.name = message.text("the name of an input");
        } else if (tag == block(2)) {
          tensor.type = message.text("the datatype of an input");
        } else if (tag == block(3)) {
          ProtobufReader packed = message.inner();
          while (!packed.atEnd()) {
            addSide(packed.number(), shape);
          }
        } else if (tag == number(3)) {
          addSide(message.number(), shape);
        } else if (tag == block(4)) {
          addParameter(message.inner(), given);
        } else if (tag == block(5)) {
          UnreadTensor.Elements before = tensor.data;
          tensor.data = before == null ? new UnreadTensor.Elements() : before;
          addContents(message.inner(), tensor.data);
        } else {
          message.skip(tag);
        }
      }
      tensor.shape = shape;
      requireNone(given, tensor.called());
      return tensor;
    }

    private static void addSide(long side, List<Long> shape) {
      expect(
          side >= 0 && side <= Integer.MAX_VALUE,
          "a shape",
          "whole numbers from 0 to " + Integer.MAX_VALUE);
      expect(shape.size() < MOST_SIDES, "a shape", "at most %d numbers".formatted(MOST_SIDES));
      shape.add(side);
    }

    private void addContents(ProtobufReader message, UnreadTensor.Elements data)
        throws IOException {
      for (int tag = message.next(); tag != 0; tag = message.next()) {
        if (tag == block(4)) {
          ProtobufReader packed = message.inner();
          while (!packed.atEnd()) {
            addNumber(packed.number(), data);
          }
        } else if (tag == number(4)) {
          addNumber(message.number(), data);
        } else if (tag == block(8)) {
          expect(
              data.pictures.size() < bounds.pictures(),
              "bytes_contents",
              "at most %d pictures".formatted(bounds.pictures()));
          data.pictures.add(message.copy());
        } else {
          throw wrong(
              "the contents of an input",
              "bytes_contents for encoded pictures, uint_contents for pixels, or"
                  + " raw_input_contents");
        }
      }
    }

    private static void addNumber(long value, UnreadTensor.Elements data) {
      expect(value >= 0 && value <= HIGHEST, "uint_contents", "numbers from 0 to 255");
      data.numbers.write((int) value);
    }
  }
}
