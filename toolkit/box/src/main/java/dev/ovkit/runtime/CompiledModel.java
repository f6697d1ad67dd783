package dev.ovkit.runtime;

import dev.ovkit.nativelib.global.OpenVino;
import dev.ovkit.nativelib.openvino.ov_compiled_model_t;
import dev.ovkit.nativelib.openvino.ov_infer_request_t;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;

/** A model made ready for a device; shared by any number of infer requests. */
public final class CompiledModel extends NativeHandle {

  private final ov_compiled_model_t pointer;
  private final List<Port> inputs;
  private final List<Port> outputs;

  CompiledModel(ov_compiled_model_t pointer) {
    super(pointer, OpenVino::ov_compiled_model_free);
    this.pointer = pointer;
    this.inputs =
        Ports.list(
            size -> OpenVino.ov_compiled_model_inputs_size(pointer, size),
            (i, port) -> OpenVino.ov_compiled_model_input_by_index(pointer, i, port),
            "input");
    this.outputs =
        Ports.list(
            size -> OpenVino.ov_compiled_model_outputs_size(pointer, size),
            (i, port) -> OpenVino.ov_compiled_model_output_by_index(pointer, i, port),
            "output");
  }

  public List<Port> inputs() {
    return inputs;
  }

  public List<Port> outputs() {
    return outputs;
  }

  /** Returns the value that is in force, as in {@code NUM_STREAMS}. */
  public String property(String key) {
    enter();
    try {
      BytePointer value = new BytePointer();
      Status.check(
          OpenVino.ov_compiled_model_get_property(pointer, key, value), "read property " + key);
      return Status.take(value);
    } finally {
      leave();
    }
  }

  /** Makes a request with tensors of its own, for one thread or stream. */
  public InferRequest createRequest() {
    enter();
    try {
      ov_infer_request_t request = new ov_infer_request_t();
      Status.check(
          OpenVino.ov_compiled_model_create_infer_request(pointer, request),
          "create an infer request");
      return new InferRequest(this, request);
    } finally {
      leave();
    }
  }
}
