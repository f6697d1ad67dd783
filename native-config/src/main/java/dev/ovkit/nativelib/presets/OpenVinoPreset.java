package dev.ovkit.nativelib.presets;

import org.bytedeco.javacpp.annotation.Platform;
import org.bytedeco.javacpp.annotation.Properties;
import org.bytedeco.javacpp.tools.Info;
import org.bytedeco.javacpp.tools.InfoMap;
import org.bytedeco.javacpp.tools.InfoMapper;

/**
 * Says which part of OpenVINO's C API becomes Java: all of it but the variadic functions, which
 * neither Java nor a stable ABI can express and which have array forms since 2026.4.
 */
@Properties(
    value =
        @Platform(
            value = "linux-x86_64",
            include = {
              "openvino/c/ov_common.h",
              "openvino/c/ov_shape.h",
              "openvino/c/ov_rank.h",
              "openvino/c/ov_dimension.h",
              "openvino/c/ov_layout.h",
              "openvino/c/ov_partial_shape.h",
              "openvino/c/ov_node.h",
              "openvino/c/ov_tensor.h",
              "openvino/c/ov_property.h",
              "openvino/c/ov_remote_context.h",
              "openvino/c/ov_model.h",
              "openvino/c/ov_infer_request.h",
              "openvino/c/ov_compiled_model.h",
              "openvino/c/ov_prepostprocess.h",
              "openvino/c/ov_core.h",
              "ovkit_keep.h"
            },
            library = "jniovkit_openvino"),
    target = "dev.ovkit.nativelib.openvino",
    global = "dev.ovkit.nativelib.global.OpenVino")
public class OpenVinoPreset implements InfoMapper {

  /** Loads the library; the generated classes call it. */
  public static void load() {
    InPlace.load("libjniovkit_openvino.so");
  }

  @Override
  public void map(InfoMap infoMap) {
    infoMap
        .put(new Info("OPENVINO_C_API").cppText("#define OPENVINO_C_API(...) __VA_ARGS__"))
        .put(new Info("OPENVINO_C_VAR").cppText("#define OPENVINO_C_VAR(...) __VA_ARGS__"))
        .put(new Info("OPENVINO_C_API_EXTERN", "OPENVINO_C_API_CALLBACK").cppText("").annotations())
        .put(new Info("OPENVINO_ENABLE_UNICODE_PATH_SUPPORT").define(false))
        // Compiled with the bindings; nothing in it is for Java.
        .put(new Info("ovkit_keep.h").skip())
        .put(
            new Info(
                    "ov_core_compile_model",
                    "ov_core_compile_model_from_file",
                    "ov_core_set_property",
                    "ov_core_create_context",
                    "ov_core_compile_model_with_context",
                    "ov_compiled_model_set_property",
                    "ov_remote_context_create_tensor",
                    "ov_preprocess_input_tensor_info_set_color_format_with_subname")
                .skip());
  }
}
