package dev.ovkit.runtime;

import dev.ovkit.ModelException;
import dev.ovkit.nativelib.global.OpenVino;
import dev.ovkit.nativelib.openvino.ov_infer_request_t;
import dev.ovkit.nativelib.openvino.ov_profiling_info_list_t;
import dev.ovkit.nativelib.openvino.ov_profiling_info_t;
import dev.ovkit.nativelib.openvino.ov_shape_t;
import dev.ovkit.nativelib.openvino.ov_tensor_t;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntFunction;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/**
 * One inference at a time, with its own input and output tensors.
 *
 * <p>Fill {@link #input}, call {@link #infer}, read {@link #output}: the tensors stay the same from
 * inference to inference, and an inference allocates nothing in Java. Only an output whose size the
 * model leaves open is another tensor after each inference, a copy. For one thread at a time; a
 * call from a second thread while the first one's runs is refused.
 */
public final class InferRequest extends NativeHandle {

  /** Keeps the compiled model reachable while a request of it is. */
  private final CompiledModel parent;

  private final ov_infer_request_t pointer;
  private final List<Tensor> inputs;

  /** Empty where the model leaves the size open. */
  private final List<Optional<Tensor>> outputs;

  private final AtomicBoolean started = new AtomicBoolean();

  InferRequest(CompiledModel parent, ov_infer_request_t pointer) {
    this(parent, pointer, new ArrayList<>());
  }

  private InferRequest(
      CompiledModel parent, ov_infer_request_t pointer, List<TensorMemory> memory) {
    super(pointer, OpenVino::ov_infer_request_free, memory);
    this.parent = parent;
    this.pointer = pointer;
    this.inputs =
        parent.inputs().stream()
            .map(InferRequest::requireFixed)
            .map(p -> tensor(p, memory, OpenVino::ov_infer_request_set_input_tensor_by_index))
            .toList();
    this.outputs =
        parent.outputs().stream()
            .map(
                p ->
                    p.shape().isStatic()
                        ? Optional.of(
                            tensor(
                                p, memory, OpenVino::ov_infer_request_set_output_tensor_by_index))
                        : Optional.<Tensor>empty())
            .toList();
  }

  public CompiledModel compiledModel() {
    return parent;
  }

  public Tensor input(int index) {
    return inputs.get(index);
  }

  public Tensor output(int index) {
    Optional<Tensor> fixed = outputs.get(index); // no lambda: an inference allocates nothing
    return fixed.isPresent() ? fixed.get() : open(index);
  }

  /**
   * Returns the input of a tensor name; any of its names will do.
   *
   * @throws ModelException if there is none of that name
   */
  public Tensor input(String name) {
    return byName(name, inputs, parent.inputs(), inputs::get);
  }

  /**
   * Returns the output of a tensor name; any of its names will do.
   *
   * @throws ModelException if there is none of that name
   */
  public Tensor output(String name) {
    List<Tensor> fixed = outputs.stream().flatMap(Optional::stream).toList();
    return byName(name, fixed, parent.outputs(), this::output);
  }

  /** Runs the model on what the input tensors hold and returns when the outputs are there. */
  public void infer() {
    enterAlone();
    try {
      Status.check(OpenVino.ov_infer_request_infer(pointer), "run the model");
    } finally {
      leave();
    }
  }

  /** Starts an inference; the tensors are OpenVINO's until {@link #await} returns. */
  public void start() {
    enterAlone();
    boolean running = false;
    try {
      Status.check(OpenVino.ov_infer_request_start_async(pointer), "start the model");
      started.set(true);
      running = true;
    } finally {
      if (!running) {
        leave();
      }
    }
  }

  /**
   * Waits for the inference that {@link #start} began.
   *
   * @throws IllegalStateException if none was started
   */
  public void await() {
    if (!started.compareAndSet(true, false)) {
      throw new IllegalStateException("no inference was started on this InferRequest");
    }
    try {
      Status.check(OpenVino.ov_infer_request_wait(pointer), "run the model");
    } finally {
      leave();
    }
  }

  /**
   * Returns how the layers are computed, in the order of the work; for one that was fused into
   * another or folded away the kernel says nothing.
   *
   * @throws dev.ovkit.NativeCallException unless the model was compiled with {@code PERF_COUNT=YES}
   */
  public List<Execution> executions() {
    enterAlone();
    try (ov_profiling_info_list_t list = new ov_profiling_info_list_t()) {
      Status.check(
          OpenVino.ov_infer_request_get_profiling_info(pointer, list), "read the layers' kernels");
      List<Execution> executions = new ArrayList<>();
      for (int i = 0; i < list.size(); i++) {
        ov_profiling_info_t info = list.profiling_infos().getPointer(i);
        executions.add(
            new Execution(
                Status.text(info.node_name()),
                Status.text(info.node_type()),
                Status.text(info.exec_type()),
                info.real_time()));
      }
      OpenVino.ov_profiling_info_list_free(list);
      return List.copyOf(executions);
    } finally {
      leave();
    }
  }

  private interface SetTensor {
    int at(ov_infer_request_t request, long index, ov_tensor_t tensor);
  }

  private static Port requireFixed(Port input) {
    if (!input.shape().isStatic()) {
      throw new ModelException(
          "'%s' has the shape %s, which is unknown before inference; convert the model with a static --input-shape"
              .formatted(input.name(), input.shape().bracketed()));
    }
    return input;
  }

  private Tensor tensor(Port port, List<TensorMemory> memory, SetTensor set) {
    TensorMemory taken = TensorMemory.take(Tensor.bytes(port.shape(), port.type()));
    memory.add(taken);
    Tensor tensor = new Tensor(port.shape(), port.type(), taken);
    give(tensor, port, set);
    return tensor;
  }

  /** Copies what the last inference made of an output whose size is open. */
  private Tensor open(int index) {
    enter();
    try {
      ov_tensor_t found = new ov_tensor_t();
      Status.check(
          OpenVino.ov_infer_request_get_output_tensor_by_index(pointer, index, found),
          "read output " + index);
      return copyAndFree(found);
    } finally {
      leave();
    }
  }

  private static Tensor copyAndFree(ov_tensor_t found) {
    try (ov_shape_t sides = new ov_shape_t()) {
      Status.check(OpenVino.ov_tensor_get_shape(found, sides), "read the shape of an output");
      long[] dimensions = new long[Math.toIntExact(sides.rank())];
      for (int i = 0; i < dimensions.length; i++) {
        dimensions[i] = sides.dims().get(i);
      }
      OpenVino.ov_shape_free(sides);
      int[] code = new int[1];
      Status.check(OpenVino.ov_tensor_get_element_type(found, code), "read the type of an output");
      ElementType type =
          ElementType.of(code[0])
              .orElseThrow(
                  () -> new ModelException("an output has an element type that no detector has"));
      Shape shape = Shape.of(dimensions);
      ByteBuffer copy = ByteBuffer.allocate(Tensor.bytes(shape, type));
      if (copy.capacity() > 0) {
        BytePointer data = new BytePointer();
        Status.check(OpenVino.ov_tensor_data(found, data), "read an output");
        data.capacity(copy.capacity()).get(copy.array());
      }
      return new Tensor(shape, type, new TensorMemory(copy));
    } finally {
      OpenVino.ov_tensor_free(found);
    }
  }

  private void give(Tensor tensor, Port port, SetTensor set) {
    try (ov_shape_t shape = new ov_shape_t();
        Pointer memory = new Pointer(tensor.bytes())) {
      Status.check(
          OpenVino.ov_shape_create(tensor.shape().rank(), tensor.shape().toArray(), shape),
          "make a shape");
      ov_tensor_t view = new ov_tensor_t();
      int status =
          OpenVino.ov_tensor_create_from_host_ptr(tensor.type().code(), shape, memory, view);
      OpenVino.ov_shape_free(shape);
      Status.check(status, "make a tensor");
      status = set.at(pointer, port.index(), view);
      OpenVino.ov_tensor_free(view);
      Status.check(status, "give the request its tensor '" + port.name() + "'");
    }
  }

  /**
   * The C API finds a tensor by any of its names, and a tensor of ours is known by its address.
   *
   * @param fixed those whose memory is ours
   */
  private Tensor byName(
      String name, List<Tensor> fixed, List<Port> ports, IntFunction<Tensor> byPlace) {
    enter();
    try (BytePointer utf8 = Status.utf8(name)) {
      ov_tensor_t found = new ov_tensor_t();
      if (OpenVino.ov_infer_request_get_tensor(pointer, utf8, found) == OpenVino.OK) {
        Pointer data = new Pointer();
        int status = OpenVino.ov_tensor_data(found, data);
        for (Tensor tensor : fixed) {
          try (Pointer memory = new Pointer(tensor.bytes())) {
            if (status == OpenVino.OK && memory.address() == data.address()) {
              OpenVino.ov_tensor_free(found);
              return tensor;
            }
          }
        }
        if (fixed.size() < ports.size()) {
          return copyAndFree(found);
        }
        OpenVino.ov_tensor_free(found);
        Status.check(status, "read tensor '" + name + "'");
      }
      for (Port port : ports) {
        if (name.equals(port.name()) && name.equals(Port.unnamed(port.index()))) {
          return byPlace.apply(port.index());
        }
      }
      throw new ModelException(
          "the model has no tensor '%s' there; it has %s"
              .formatted(name, ports.stream().map(Port::name).toList()));
    } finally {
      leave();
    }
  }
}
