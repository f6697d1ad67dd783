package dev.ovkit.quantize;

import dev.ovkit.CompileOptions;
import dev.ovkit.PictureException;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.network.InputPreparation;
import dev.ovkit.picture.Picture;
import dev.ovkit.runtime.CompiledModel;
import dev.ovkit.runtime.Core;
import dev.ovkit.runtime.InferRequest;
import dev.ovkit.runtime.Model;
import dev.ovkit.surgery.QuantizationEditor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What the tensors of the f32 model hold on pictures, decoded and letterboxed as a detector does.
 *
 * @param spreads by source
 * @param means by convolution, of each of its input channels
 * @param used the pictures that could be read
 * @param unreadable why others could not
 */
record TensorStatistics(
    List<Spread> spreads, List<float[]> means, List<Path> used, List<String> unreadable) {

  /**
   * Runs the model.
   *
   * @param xml as {@link QuantizationEditor#saveStatistics} wrote it
   * @throws PictureException when no picture can be read
   */
  static TensorStatistics gather(
      QuantizationEditor editor,
      Path xml,
      DetectorSpec spec,
      List<Path> pictures,
      int bitDepth,
      QuantizeListener listener) {
    try (Core core = Core.create();
        Model model = core.readModel(xml)) {
      InputPreparation.apply(model, spec);
      try (CompiledModel compiled = core.compile(model, CompileOptions.defaults());
          InferRequest request = compiled.createRequest()) {
        return gather(editor, request, spec, pictures, bitDepth, listener);
      }
    }
  }

  private static TensorStatistics gather(
      QuantizationEditor editor,
      InferRequest request,
      DetectorSpec spec,
      List<Path> pictures,
      int bitDepth,
      QuantizeListener listener) {
    List<Spread> spreads = new ArrayList<>();
    editor.sources().forEach(source -> spreads.add(new Spread(source.channels())));
    List<double[]> sums = new ArrayList<>();
    editor.convolutions().forEach(convolution -> sums.add(new double[convolution.inputs()]));
    List<Path> used = new ArrayList<>();
    List<String> unreadable = new ArrayList<>();
    listener.begins("calibration", pictures.size());
    for (Path file : pictures) {
      try (Picture picture = Picture.read(file, bitDepth)) {
        InputPreparation.fill(request.input(0).bytes(), picture, spec);
        request.infer();
        add(request, spreads, sums);
        used.add(file);
      } catch (PictureException e) {
        unreadable.add(e.getMessage());
      }
      listener.step();
    }
    if (used.isEmpty()) {
      throw new PictureException(
          "none of the %d calibration pictures can be read: %s"
              .formatted(pictures.size(), unreadable.get(0)));
    }
    return new TensorStatistics(
        spreads, sums.stream().map(sum -> means(sum, used.size())).toList(), used, unreadable);
  }

  private static void add(InferRequest request, List<Spread> spreads, List<double[]> sums) {
    for (int i = 0; i < spreads.size(); i++) {
      spreads.get(i).add(values(request, "ovkit_low_" + i), values(request, "ovkit_high_" + i));
    }
    for (int i = 0; i < sums.size(); i++) {
      float[] means = values(request, "ovkit_mean_" + i);
      for (int c = 0; c < means.length; c++) {
        sums.get(i)[c] += means[c];
      }
    }
  }

  private static float[] values(InferRequest request, String name) {
    float[] values = new float[request.output(name).floats().capacity()];
    request.output(name).floats().get(0, values);
    return values;
  }

  private static float[] means(double[] sums, int pictures) {
    float[] means = new float[sums.length];
    for (int c = 0; c < means.length; c++) {
      means[c] = (float) (sums[c] / pictures);
    }
    return means;
  }
}
