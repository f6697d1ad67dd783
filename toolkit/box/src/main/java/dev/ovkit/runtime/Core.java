package dev.ovkit.runtime;

import dev.ovkit.CompileOptions;
import dev.ovkit.machine.Processors;
import dev.ovkit.nativelib.NativeRuntime;
import dev.ovkit.nativelib.global.OpenVino;
import dev.ovkit.nativelib.openvino.ov_available_devices_t;
import dev.ovkit.nativelib.openvino.ov_compiled_model_t;
import dev.ovkit.nativelib.openvino.ov_core_t;
import dev.ovkit.nativelib.openvino.ov_model_t;
import dev.ovkit.nativelib.openvino.ov_property_t;
import dev.ovkit.nativelib.openvino.ov_shape_t;
import dev.ovkit.nativelib.openvino.ov_tensor_t;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/** OpenVINO itself: knows the devices, reads and compiles models. One per application is enough. */
public final class Core extends NativeHandle {

  private final ov_core_t pointer;

  private Core(ov_core_t pointer) {
    super(pointer, OpenVino::ov_core_free);
    this.pointer = pointer;
  }

  /**
   * Loads the runtime, if it is not loaded yet.
   *
   * @throws dev.ovkit.RuntimeUnavailableException if none works here
   */
  public static Core create() {
    Status.requireRuntime();
    ov_core_t pointer = new ov_core_t();
    Status.check(OpenVino.ov_core_create(pointer), "start OpenVINO");
    Core core = new Core(pointer);
    core.readFilesWhole();
    return core;
  }

  /**
   * Makes models independent of their files once they are read. OpenVINO would map the .bin: if it
   * is then truncated, the JVM dies, and if it is overwritten, the answers change.
   */
  private void readFilesWhole() {
    try (ov_property_t property = new ov_property_t();
        BytePointer key = Status.utf8("ENABLE_MMAP");
        BytePointer value = Status.utf8("NO")) {
      property.key(key).value(value);
      Status.check(
          OpenVino.ov_core_set_properties(pointer, (BytePointer) null, 1, property),
          "set up OpenVINO");
    }
  }

  /** Returns the version that ovkit runs. */
  public static String version() {
    return NativeRuntime.OPENVINO_VERSION;
  }

  /** Returns the names of the devices, as in {@code CPU}. */
  public List<String> devices() {
    enter();
    try (ov_available_devices_t devices = new ov_available_devices_t()) {
      Status.check(OpenVino.ov_core_get_available_devices(pointer, devices), "list the devices");
      List<String> names = new ArrayList<>();
      for (int i = 0; i < devices.size(); i++) {
        names.add(Status.text(devices.devices(i)));
      }
      OpenVino.ov_available_devices_free(devices);
      return List.copyOf(names);
    } finally {
      leave();
    }
  }

  /** Returns a property of a device, as text. */
  public String property(String device, String key) {
    enter();
    try {
      BytePointer value = new BytePointer();
      Status.check(
          OpenVino.ov_core_get_property(pointer, device, key, value),
          "read property " + key + " of " + device);
      return Status.take(value);
    } finally {
      leave();
    }
  }

  /** Reads an IR (its .xml) or an ONNX file. */
  public Model readModel(Path file) {
    enter();
    try (BytePointer path = Status.utf8(file.toString())) {
      ov_model_t model = new ov_model_t();
      Status.check(
          OpenVino.ov_core_read_model(pointer, path, new BytePointer(), model), "read " + file);
      return new Model(model);
    } finally {
      leave();
    }
  }

  /** Reads a model from the bytes of an ONNX file. */
  public Model readOnnx(byte[] onnx) {
    enter();
    try (BytePointer bytes = new BytePointer(onnx)) {
      ov_model_t model = new ov_model_t();
      Status.check(
          OpenVino.ov_core_read_model_from_memory_buffer(
              pointer, bytes, onnx.length, new ov_tensor_t(), model),
          "read the ONNX");
      return new Model(model);
    } finally {
      leave();
    }
  }

  /** Reads a model from the bytes of an IR's two files. */
  public Model readIr(byte[] xml, ByteBuffer weights) {
    enter();
    try (BytePointer text = new BytePointer(xml);
        ov_shape_t shape = new ov_shape_t();
        ov_tensor_t tensor = new ov_tensor_t()) {
      if (weights.hasRemaining()) {
        // OpenVINO's own memory: the model's constants stay in it as long as they are needed.
        Status.check(
            OpenVino.ov_shape_create(1, new long[] {weights.remaining()}, shape), "size the model");
        try {
          Status.check(OpenVino.ov_tensor_create(OpenVino.U8, shape, tensor), "hold the model");
        } finally {
          OpenVino.ov_shape_free(shape);
        }
        Pointer data = new Pointer();
        Status.check(OpenVino.ov_tensor_data(tensor, data), "hold the model");
        new BytePointer(data).capacity(weights.remaining()).asByteBuffer().put(weights.duplicate());
      }
      ov_model_t model = new ov_model_t();
      try {
        Status.check(
            OpenVino.ov_core_read_model_from_memory_buffer(
                pointer, text, xml.length, tensor, model),
            "read the IR");
      } finally {
        if (!tensor.isNull()) {
          OpenVino.ov_tensor_free(tensor);
        }
      }
      return new Model(model);
    } finally {
      leave();
    }
  }

  /** Compiles a model for a device; a large one takes seconds. */
  public CompiledModel compile(Model model, CompileOptions wanted) {
    CompileOptions options = within(wanted, Processors.here());
    enter();
    model.enter();
    List<BytePointer> strings = new ArrayList<>();
    try (ov_property_t properties = new ov_property_t(Math.max(1, options.properties().size()))) {
      int count = 0;
      for (Map.Entry<String, String> property : options.properties().entrySet()) {
        BytePointer key = Status.utf8(property.getKey());
        BytePointer value = Status.utf8(property.getValue());
        strings.add(key);
        strings.add(value);
        properties.getPointer(count++).key(key).value(value);
      }
      ov_compiled_model_t compiled = new ov_compiled_model_t();
      Status.check(
          OpenVino.ov_core_compile_model_props(
              pointer, model.pointer(), options.device(), count, properties, compiled),
          "compile the model for " + options.device());
      return new CompiledModel(compiled);
    } finally {
      strings.forEach(BytePointer::close);
      model.leave();
      leave();
    }
  }

  /** Fills in the threads for the CPU where none are set. */
  static CompileOptions within(CompileOptions options, Processors processors) {
    if (!options.device().equals("CPU")
        || options.properties().containsKey("INFERENCE_NUM_THREADS")) {
      return options;
    }
    boolean throughput =
        CompileOptions.Hint.THROUGHPUT.name().equals(options.properties().get("PERFORMANCE_HINT"));
    return options.withThreads(
        throughput ? processors.throughputThreads() : processors.latencyThreads());
  }
}
