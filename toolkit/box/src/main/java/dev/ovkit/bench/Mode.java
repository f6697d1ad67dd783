package dev.ovkit.bench;

import java.util.List;

/** What is measured. */
public enum Mode {
  /** One picture at a time, from file to boxes: what an application waits for. */
  LATENCY,
  /** As many pictures at once as there are infer requests: what an application gets done. */
  THROUGHPUT,
  /** The network alone, its input filled once: what OpenVINO's benchmark_app prints. */
  INFERENCE_ONLY;

  /** Returns the stages that this measures, in their order. */
  public List<Stage> stages() {
    return this == INFERENCE_ONLY ? List.of(Stage.INFER) : List.of(Stage.values());
  }

  /** Returns the stages that are reported for each picture and compared with a baseline. */
  public List<Stage> main() {
    return this == INFERENCE_ONLY ? List.of(Stage.INFER) : List.of(Stage.INFER, Stage.END_TO_END);
  }

  /** Returns the stage that models are compared by. */
  public Stage decisive() {
    return this == INFERENCE_ONLY ? Stage.INFER : Stage.END_TO_END;
  }
}
