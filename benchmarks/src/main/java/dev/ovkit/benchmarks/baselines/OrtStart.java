package dev.ovkit.benchmarks.baselines;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.File;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;

/**
 * The first boxes of a YOLOv5 with three raw heads, as a Java program without ovkit gets them: the
 * JDK decodes and scales the picture, ONNX Runtime runs the network, the rest is written by hand.
 *
 * <p>usage: {@code OrtStart MODEL.onnx PICTURE}. Prints one line with the number of boxes.
 */
final class OrtStart {

  private static final int[] STRIDES = {8, 16, 32};
  private static final float[][] ANCHORS = {
    {10, 13, 16, 30, 33, 23}, {30, 61, 62, 45, 59, 119}, {116, 90, 156, 198, 373, 326}
  };
  private static final float CONFIDENCE = 0.25f;
  private static final float IOU = 0.45f;

  private record Found(float left, float top, float right, float bottom, float score, int label) {
    float iou(Found other) {
      float width = Math.min(right, other.right) - Math.max(left, other.left);
      float height = Math.min(bottom, other.bottom) - Math.max(top, other.top);
      float common = Math.max(0, width) * Math.max(0, height);
      return common / (area() + other.area() - common);
    }

    private float area() {
      return (right - left) * (bottom - top);
    }
  }

  public static void main(String[] arguments) throws Exception {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession session = environment.createSession(arguments[0])) {
      String name = session.getInputNames().iterator().next();
      long[] shape =
          ((TensorInfo) session.getInputInfo().values().iterator().next().getInfo()).getShape();
      int height = (int) shape[2];
      int width = (int) shape[3];
      BufferedImage picture = ImageIO.read(new File(arguments[1]));
      float ratio =
          Math.min((float) width / picture.getWidth(), (float) height / picture.getHeight());
      int newWidth = Math.round(picture.getWidth() * ratio);
      int newHeight = Math.round(picture.getHeight() * ratio);
      int left = (width - newWidth) / 2;
      int top = (height - newHeight) / 2;
      BufferedImage canvas = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
      Graphics2D graphics = canvas.createGraphics();
      graphics.setColor(new Color(114, 114, 114));
      graphics.fillRect(0, 0, width, height);
      graphics.setRenderingHint(
          RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
      graphics.drawImage(picture, left, top, newWidth, newHeight, null);
      graphics.dispose();
      try (OnnxTensor input = OnnxTensor.createTensor(environment, planes(canvas), shape);
          OrtSession.Result result = session.run(Map.of(name, input))) {
        List<Found> candidates = new ArrayList<>();
        for (int head = 0; head < STRIDES.length; head++) {
          decode((OnnxTensor) result.get(head), head, candidates);
        }
        List<Found> kept = suppress(candidates);
        System.out.printf("%d boxes%n", kept.size());
        for (Found found : kept) {
          System.out.printf(
              "%d %.3f %.1f %.1f %.1f %.1f%n",
              found.label(),
              found.score(),
              (found.left() - left) / ratio,
              (found.top() - top) / ratio,
              (found.right() - found.left()) / ratio,
              (found.bottom() - found.top()) / ratio);
        }
      }
    }
  }

  /** RGB in rows of pixels to planes of 0..1. */
  private static FloatBuffer planes(BufferedImage canvas) {
    int plane = canvas.getWidth() * canvas.getHeight();
    int[] pixels =
        canvas.getRGB(0, 0, canvas.getWidth(), canvas.getHeight(), null, 0, canvas.getWidth());
    FloatBuffer planes =
        ByteBuffer.allocateDirect(3 * plane * Float.BYTES)
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
    for (int i = 0; i < plane; i++) {
      planes.put(i, (pixels[i] >> 16 & 0xff) / 255f);
      planes.put(plane + i, (pixels[i] >> 8 & 0xff) / 255f);
      planes.put(2 * plane + i, (pixels[i] & 0xff) / 255f);
    }
    return planes;
  }

  /** A head of shape [1, anchors, rows, columns, 5 + classes]. */
  private static void decode(OnnxTensor head, int level, List<Found> candidates) {
    long[] shape = head.getInfo().getShape();
    FloatBuffer values = head.getFloatBuffer();
    int size = (int) shape[4];
    int stride = STRIDES[level];
    int at = 0;
    for (int anchor = 0; anchor < shape[1]; anchor++) {
      for (int row = 0; row < shape[2]; row++) {
        for (int column = 0; column < shape[3]; column++, at += size) {
          float objectness = sigmoid(values.get(at + 4));
          int label = 0;
          for (int i = 1; i < size - 5; i++) {
            if (values.get(at + 5 + i) > values.get(at + 5 + label)) {
              label = i;
            }
          }
          float score = objectness * sigmoid(values.get(at + 5 + label));
          if (score < CONFIDENCE) {
            continue;
          }
          float x = (sigmoid(values.get(at)) * 2 - 0.5f + column) * stride;
          float y = (sigmoid(values.get(at + 1)) * 2 - 0.5f + row) * stride;
          float w = sigmoid(values.get(at + 2)) * 2;
          float h = sigmoid(values.get(at + 3)) * 2;
          w *= w * ANCHORS[level][2 * anchor];
          h *= h * ANCHORS[level][2 * anchor + 1];
          candidates.add(new Found(x - w / 2, y - h / 2, x + w / 2, y + h / 2, score, label));
        }
      }
    }
  }

  private static List<Found> suppress(List<Found> candidates) {
    candidates.sort(Comparator.comparingDouble(Found::score).reversed());
    List<Found> kept = new ArrayList<>();
    for (Found found : candidates) {
      if (kept.stream()
          .noneMatch(other -> other.label() == found.label() && other.iou(found) > IOU)) {
        kept.add(found);
      }
    }
    return kept;
  }

  private static float sigmoid(float x) {
    return (float) (1 / (1 + Math.exp(-x)));
  }

  private OrtStart() {}
}
