package dev.ovkit.runtime;

import dev.ovkit.ModelException;
import dev.ovkit.nativelib.global.OpenVino;
import dev.ovkit.nativelib.openvino.ov_output_const_port_t;
import dev.ovkit.nativelib.openvino.ov_partial_shape_t;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.SizeTPointer;

/** Reads the inputs and outputs of models and compiled models, which differ in the calls only. */
final class Ports {

  interface Count {
    int into(SizeTPointer size);
  }

  interface At {
    int into(long index, ov_output_const_port_t port);
  }

  static List<Port> list(Count count, At at, String what) {
    List<Port> ports = new ArrayList<>();
    try (SizeTPointer size = new SizeTPointer(1)) {
      Status.check(count.into(size), "count the " + what);
      for (int i = 0; i < size.get(); i++) {
        ov_output_const_port_t port = new ov_output_const_port_t();
        Status.check(at.into(i, port), "read " + what + " " + i);
        try {
          ports.add(new Port(i, name(port, i), shape(port), type(port, what, i)));
        } finally {
          OpenVino.ov_output_const_port_free(port);
        }
      }
    }
    return List.copyOf(ports);
  }

  private static String name(ov_output_const_port_t port, int index) {
    BytePointer name = new BytePointer();
    // A port without a name is an error to OpenVINO.
    return OpenVino.ov_port_get_any_name(port, name) == OpenVino.OK
        ? Status.take(name)
        : Port.unnamed(index);
  }

  private static Shape shape(ov_output_const_port_t port) {
    try (ov_partial_shape_t shape = new ov_partial_shape_t()) {
      Status.check(OpenVino.ov_port_get_partial_shape(port, shape), "read a shape");
      List<Long> dimensions = new ArrayList<>();
      for (int i = 0; i < shape.rank().max(); i++) {
        long min = shape.dims().getPointer(i).min();
        dimensions.add(min == shape.dims().getPointer(i).max() ? min : -1);
      }
      OpenVino.ov_partial_shape_free(shape);
      return new Shape(dimensions);
    }
  }

  private static ElementType type(ov_output_const_port_t port, String what, int index) {
    int[] code = new int[1];
    Status.check(OpenVino.ov_port_get_element_type(port, code), "read an element type");
    return ElementType.of(code[0])
        .orElseThrow(
            () ->
                new ModelException(
                    "number %d of the model's %s has an element type that no detector has (%d in OpenVINO's C API); expected one of %s; export it with an input and outputs of f32"
                        .formatted(
                            index + 1, what, code[0], Arrays.toString(ElementType.values()))));
  }

  private Ports() {}
}
