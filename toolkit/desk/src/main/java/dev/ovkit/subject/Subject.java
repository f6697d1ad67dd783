package dev.ovkit.subject;

import dev.ovkit.model.Detection;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.picture.Picture;
import java.nio.file.Path;
import java.util.List;

/**
 * A detector that answers for a picture with raw outputs and boxes: an ONNX in ONNX Runtime, or an
 * IR in OpenVINO, both in f32.
 *
 * <p>Everything around the network is the same code for both, so that what differs is the network
 * and what was baked into it. For one thread at a time.
 */
public sealed interface Subject extends AutoCloseable permits IrSubject, OnnxSubject {

  /** Returns the file, as it was given. */
  Path file();

  /** Returns what runs it, with its version. */
  String engine();

  /** Returns what is done before the network and after it. */
  DetectorSpec spec();

  /**
   * Runs the network on one picture.
   *
   * @throws dev.ovkit.ModelException when its outputs do not fit its spec
   */
  Answer answer(Picture picture);

  /** Returns every box of the picture answered last, those that suppression dropped too. */
  List<Detection> candidates();

  @Override
  void close();
}
