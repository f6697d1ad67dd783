package dev.ovkit.runtime;

import dev.ovkit.nativelib.global.OpenVino;
import dev.ovkit.nativelib.openvino.ov_layout_t;
import dev.ovkit.nativelib.openvino.ov_model_t;
import dev.ovkit.nativelib.openvino.ov_partial_shape_t;
import dev.ovkit.nativelib.openvino.ov_preprocess_input_info_t;
import dev.ovkit.nativelib.openvino.ov_preprocess_input_model_info_t;
import dev.ovkit.nativelib.openvino.ov_preprocess_input_tensor_info_t;
import dev.ovkit.nativelib.openvino.ov_preprocess_prepostprocessor_t;
import dev.ovkit.nativelib.openvino.ov_preprocess_preprocess_steps_t;
import java.util.List;

/** A graph that was read and not yet compiled. */
public final class Model extends NativeHandle {

  private final ov_model_t pointer;

  Model(ov_model_t pointer) {
    super(pointer, OpenVino::ov_model_free);
    this.pointer = pointer;
  }

  ov_model_t pointer() {
    return pointer;
  }

  public List<Port> inputs() {
    enter();
    try {
      return Ports.list(
          size -> OpenVino.ov_model_inputs_size(pointer, size),
          (i, port) -> OpenVino.ov_model_const_input_by_index(pointer, i, port),
          "input");
    } finally {
      leave();
    }
  }

  public List<Port> outputs() {
    enter();
    try {
      return Ports.list(
          size -> OpenVino.ov_model_outputs_size(pointer, size),
          (i, port) -> OpenVino.ov_model_const_output_by_index(pointer, i, port),
          "output");
    } finally {
      leave();
    }
  }

  /** Gives the only input a static shape. */
  public void reshape(Shape shape) {
    enterAlone();
    try (ov_partial_shape_t partial = new ov_partial_shape_t()) {
      Status.check(
          OpenVino.ov_partial_shape_create_static(shape.rank(), shape.toArray(), partial),
          "make shape " + shape);
      int status = OpenVino.ov_model_reshape_single_input(pointer, partial);
      OpenVino.ov_partial_shape_free(partial);
      Status.check(status, "give the input the shape " + shape);
    } finally {
      leave();
    }
  }

  /** Puts steps between what the caller will write into input 0 and the model. */
  public void prepare(InputSteps steps) {
    enterAlone();
    ov_preprocess_prepostprocessor_t processor = new ov_preprocess_prepostprocessor_t();
    ov_preprocess_input_info_t input = new ov_preprocess_input_info_t();
    ov_preprocess_input_tensor_info_t tensor = new ov_preprocess_input_tensor_info_t();
    ov_preprocess_input_model_info_t model = new ov_preprocess_input_model_info_t();
    ov_preprocess_preprocess_steps_t chain = new ov_preprocess_preprocess_steps_t();
    ov_layout_t given = new ov_layout_t();
    ov_layout_t wanted = new ov_layout_t();
    try {
      check(OpenVino.ov_preprocess_prepostprocessor_create(pointer, processor));
      check(OpenVino.ov_preprocess_prepostprocessor_get_input_info_by_index(processor, 0, input));
      check(OpenVino.ov_preprocess_input_info_get_tensor_info(input, tensor));
      check(OpenVino.ov_preprocess_input_tensor_info_set_element_type(tensor, steps.type().code()));
      check(OpenVino.ov_layout_create(steps.nhwc() ? "NHWC" : "NCHW", given));
      check(OpenVino.ov_preprocess_input_tensor_info_set_layout(tensor, given));
      check(OpenVino.ov_preprocess_input_info_get_model_info(input, model));
      check(OpenVino.ov_layout_create("NCHW", wanted));
      check(OpenVino.ov_preprocess_input_model_info_set_layout(model, wanted));
      check(OpenVino.ov_preprocess_input_info_get_preprocess_steps(input, chain));
      add(steps, chain);
      // The model is changed in place; what is returned is a second handle on it.
      ov_model_t same = new ov_model_t();
      check(OpenVino.ov_preprocess_prepostprocessor_build(processor, same));
      OpenVino.ov_model_free(same);
    } finally {
      // Last first: each is a view into the one before. What was not made yet is null, and stays.
      OpenVino.ov_layout_free(wanted);
      OpenVino.ov_layout_free(given);
      OpenVino.ov_preprocess_preprocess_steps_free(chain);
      OpenVino.ov_preprocess_input_model_info_free(model);
      OpenVino.ov_preprocess_input_tensor_info_free(tensor);
      OpenVino.ov_preprocess_input_info_free(input);
      OpenVino.ov_preprocess_prepostprocessor_free(processor);
      leave();
    }
  }

  private static void add(InputSteps steps, ov_preprocess_preprocess_steps_t chain) {
    check(OpenVino.ov_preprocess_preprocess_steps_convert_element_type(chain, OpenVino.F32));
    if (steps.reverseChannels()) {
      check(OpenVino.ov_preprocess_preprocess_steps_reverse_channels(chain));
    }
    if (!steps.mean().isEmpty()) {
      float[] mean = floats(steps.mean());
      check(
          mean.length == 1
              ? OpenVino.ov_preprocess_preprocess_steps_mean(chain, mean[0])
              : OpenVino.ov_preprocess_preprocess_steps_mean_multi_channels(
                  chain, mean, mean.length));
    }
    if (!steps.scale().isEmpty()) {
      float[] scale = floats(steps.scale());
      check(
          scale.length == 1
              ? OpenVino.ov_preprocess_preprocess_steps_scale(chain, scale[0])
              : OpenVino.ov_preprocess_preprocess_steps_scale_multi_channels(
                  chain, scale, scale.length));
    }
  }

  private static float[] floats(List<Float> values) {
    float[] array = new float[values.size()];
    for (int i = 0; i < array.length; i++) {
      array[i] = values.get(i);
    }
    return array;
  }

  private static void check(int status) {
    Status.check(status, "put preprocessing before the model");
  }
}
