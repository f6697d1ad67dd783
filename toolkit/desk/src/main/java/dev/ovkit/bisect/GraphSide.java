package dev.ovkit.bisect;

import dev.ovkit.ir.WeightPrecision;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One of the two models, with every tensor in sight: an ONNX in ONNX Runtime, or an IR in OpenVINO,
 * both in f32. It holds one picture, prepared for it. For one thread.
 */
sealed interface GraphSide extends AutoCloseable permits OnnxSide, IrSide {

  Path file();

  /** Returns what runs it, with its version. */
  String engine();

  WeightPrecision precision();

  /** Returns the names of the floating-point tensors, in the order in which they are computed. */
  List<String> tensors();

  /** Returns which of the tensors are outputs of the model. */
  Set<String> outputs();

  /** Returns about how many bytes a tensor's numbers take. */
  long bytes(String tensor);

  /** Returns where the computation of a tensor begins, if the graph is cut at some tensors. */
  Set<String> sources(String tensor, Set<String> cuts);

  /** Returns whether the computation of a tensor also reads the picture. */
  boolean seesPicture(String tensor, Set<String> cuts);

  /**
   * Returns whether the computation of a tensor goes on from what was picked by the order of
   * scores: engines order equal scores in different ways.
   */
  boolean picksByOrder(String tensor, Set<String> cuts);

  /**
   * Computes tensors.
   *
   * @param given numbers that take the place of those which the model would compute: whatever reads
   *     such a tensor reads these
   * @throws dev.ovkit.OvkitException if the engine cannot compute them
   */
  Map<String, TensorValues> compute(Map<String, TensorValues> given, Collection<String> wanted);

  /** Returns what computes a tensor, if the graph is cut at some tensors. */
  NodeDescription describe(String tensor, Set<String> cuts);

  /**
   * Writes the part of the model that computes one tensor from others, as a model of its own.
   *
   * @param name of the file, without ending
   * @return the numbers that it reads, by the names of its inputs
   */
  Map<String, TensorValues> save(
      Map<String, TensorValues> given, String wanted, Path folder, String name) throws IOException;

  @Override
  void close();
}
