package dev.ovkit.convert;

import java.util.ArrayList;
import java.util.List;

/**
 * One option of Model Optimizer, of 2021 to 2024.
 *
 * @param name without dashes
 * @param letters its short forms
 * @param value whether a value follows
 * @param fate what becomes of it here
 */
record MoFlag(String name, List<String> letters, Value value, Fate fate) {

  enum Value {
    NEEDED,
    POSSIBLE,
    NONE
  }

  enum Fate {
    /** The pinned mo knows it. */
    PASSED,
    /** It is said in other words to the pinned mo. */
    TRANSLATED,
    /** It chose how the graph was optimised, which the pinned mo always does; results are equal. */
    DROPPED,
    /** It is about another framework. */
    NOT_ONNX,
    /** It asks for a part of mo that is not there. */
    GONE
  }

  static final List<MoFlag> ALL = all();

  private static List<MoFlag> all() {
    List<MoFlag> all = new ArrayList<>();
    add(all, Fate.PASSED, Value.NEEDED, "input_model w m", "model_name n", "output_dir o");
    add(all, Fate.PASSED, Value.NEEDED, "framework", "input", "output", "input_shape", "batch b");
    add(all, Fate.PASSED, Value.NEEDED, "mean_values", "scale_values", "scale s");
    add(all, Fate.PASSED, Value.NEEDED, "source_layout", "target_layout", "layout");
    add(all, Fate.PASSED, Value.NEEDED, "extensions", "transform");
    add(all, Fate.PASSED, Value.NEEDED, "freeze_placeholder_with_value", "log_level");
    add(all, Fate.PASSED, Value.POSSIBLE, "reverse_input_channels", "compress_to_fp16", "silent");
    add(all, Fate.PASSED, Value.POSSIBLE, "progress", "stream_output", "share_weights");
    add(all, Fate.PASSED, Value.NONE, "static_shape", "use_new_frontend");
    add(all, Fate.TRANSLATED, Value.NEEDED, "data_type");
    add(all, Fate.DROPPED, Value.NONE, "disable_fusing", "disable_gfusing");
    add(all, Fate.DROPPED, Value.NONE, "disable_resnet_optimization", "keep_shape_ops");
    add(all, Fate.DROPPED, Value.NONE, "enable_concat_optimization", "move_to_preprocess");
    add(all, Fate.DROPPED, Value.NONE, "enable_flattening_nested_params");
    add(all, Fate.DROPPED, Value.NEEDED, "finegrain_fusing");
    add(all, Fate.GONE, Value.NONE, "use_legacy_frontend", "generate_deprecated_IR_V7");
    add(all, Fate.GONE, Value.NEEDED, "transformations_config");
    add(all, Fate.NOT_ONNX, Value.NONE, "input_model_is_text", "disable_nhwc_to_nchw");
    add(all, Fate.NOT_ONNX, Value.NONE, "disable_omitting_optional", "save_params_from_nd");
    add(all, Fate.NOT_ONNX, Value.NONE, "remove_output_softmax", "remove_memory");
    add(all, Fate.NOT_ONNX, Value.NONE, "legacy_mxnet_model", "enable_ssd_gluoncv");
    add(all, Fate.NOT_ONNX, Value.NEEDED, "input_checkpoint", "input_meta_graph", "example_input");
    add(all, Fate.NOT_ONNX, Value.NEEDED, "saved_model_dir", "saved_model_tags", "input_proto d");
    add(all, Fate.NOT_ONNX, Value.NEEDED, "tensorflow_custom_operations_config_update");
    add(all, Fate.NOT_ONNX, Value.NEEDED, "tensorflow_use_custom_operations_config");
    add(all, Fate.NOT_ONNX, Value.NEEDED, "tensorflow_object_detection_api_pipeline_config");
    add(all, Fate.NOT_ONNX, Value.NEEDED, "tensorboard_logdir", "caffe_parser_path", "k");
    add(all, Fate.NOT_ONNX, Value.NEEDED, "tensorflow_custom_layer_libraries", "mean_file");
    add(all, Fate.NOT_ONNX, Value.NEEDED, "mean_file_offsets", "counts", "input_symbol");
    add(all, Fate.NOT_ONNX, Value.NEEDED, "nd_prefix_name", "pretrained_model_name");
    return List.copyOf(all);
  }

  /** Each is a name and its letters, with blanks between. */
  private static void add(List<MoFlag> all, Fate fate, Value value, String... flags) {
    for (String flag : flags) {
      List<String> words = List.of(flag.split(" "));
      all.add(new MoFlag(words.get(0), words.subList(1, words.size()), value, fate));
    }
  }
}
