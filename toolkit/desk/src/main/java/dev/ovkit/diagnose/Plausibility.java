package dev.ovkit.diagnose;

import dev.ovkit.compare.Comparison;
import dev.ovkit.compare.MatchedPair;
import dev.ovkit.model.Box;
import dev.ovkit.model.Detection;
import dev.ovkit.model.Resize;
import dev.ovkit.picture.Frame;
import dev.ovkit.picture.Letterbox;
import dev.ovkit.picture.Picture;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What can be said without knowing the right boxes: a detector that is read rightly finds the same
 * objects again, at the place where they went, when the picture is mirrored and when it is made
 * smaller, and is sure of them; and it finds none on plain grey.
 *
 * <p>Agreement is the mean agreement of a picture's boxes with those of its two variants, weighed
 * by how sure it is of what it found in both. It is weak evidence: whatever treats all pictures
 * alike, such as a wrong order of classes, cannot be seen in it.
 */
final class Plausibility implements Evidence, AutoCloseable {

  private static final float CONFIDENCE = 0.25f;

  /** Large enough that a detector still finds most, small enough that other heads find it. */
  private static final double SMALLER = 0.6;

  /** Detectors of this size find one or two sure objects on a picture; beyond it hardly matters. */
  private static final double SATISFYING = 1.5;

  private final List<Case> cases = new ArrayList<>();

  private record Case(
      PictureAnswers scene, PictureAnswers mirrored, PictureAnswers smaller, PictureAnswers grey) {}

  Plausibility(List<PictureAnswers> scenes) {
    for (PictureAnswers scene : scenes) {
      Picture picture = scene.picture();
      int width = picture.width();
      int height = picture.height();
      ByteBuffer pixels = ByteBuffer.allocateDirect(3 * width * height);
      picture.letterbox(
          Letterbox.of(width, height, width, height, Resize.Mode.STRETCH),
          new Resize(Resize.Mode.STRETCH, 114),
          pixels);
      cases.add(
          new Case(
              scene,
              scene(scene.file(), mirrored(pixels, width, height), width, height),
              scene(scene.file(), smaller(picture, width, height), width, height),
              scene(scene.file(), grey(width, height), width, height)));
    }
  }

  private static PictureAnswers scene(Path file, ByteBuffer pixels, int width, int height) {
    return new PictureAnswers(file, Picture.of(Frame.of(pixels, width, height, Frame.Format.BGR)));
  }

  private static ByteBuffer mirrored(ByteBuffer pixels, int width, int height) {
    ByteBuffer mirrored = ByteBuffer.allocateDirect(3 * width * height);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        for (int c = 0; c < 3; c++) {
          mirrored.put(3 * (y * width + width - 1 - x) + c, pixels.get(3 * (y * width + x) + c));
        }
      }
    }
    return mirrored;
  }

  private static ByteBuffer grey(int width, int height) {
    ByteBuffer grey = ByteBuffer.allocateDirect(3 * width * height);
    for (int i = 0; i < grey.capacity(); i++) {
      grey.put(i, (byte) 114);
    }
    return grey;
  }

  private static int offset(int size) {
    return (int) ((1 - SMALLER) * size / 3);
  }

  private static ByteBuffer smaller(Picture picture, int width, int height) {
    int w = Math.max(1, (int) (SMALLER * width));
    int h = Math.max(1, (int) (SMALLER * height));
    ByteBuffer small = ByteBuffer.allocateDirect(3 * w * h);
    picture.letterbox(
        Letterbox.of(width, height, w, h, Resize.Mode.STRETCH),
        new Resize(Resize.Mode.STRETCH, 114),
        small);
    ByteBuffer whole = grey(width, height);
    for (int y = 0; y < h; y++) {
      for (int i = 0; i < 3 * w; i++) {
        whole.put(3 * ((y + offset(height)) * width + offset(width)) + i, small.get(3 * y * w + i));
      }
    }
    return whole;
  }

  @Override
  public float confidence() {
    return CONFIDENCE;
  }

  @Override
  public Fit fit(Network network, Reading reading) {
    double agreement = 0;
    int found = 0;
    int matched = 0;
    double ious = 0;
    double largest = 0;
    for (Case one : cases) {
      int width = one.scene.picture().width();
      int height = one.scene.picture().height();
      List<Detection> fixed = read(network, reading, one.grey);
      List<Detection> here = without(read(network, reading, one.scene), fixed);
      List<Detection> mirrored = new ArrayList<>();
      for (Detection d : without(read(network, reading, one.mirrored), fixed)) {
        Box b = d.box();
        mirrored.add(moved(d, new Box(width - b.x() - b.width(), b.y(), b.width(), b.height())));
      }
      List<Detection> enlarged = new ArrayList<>();
      for (Detection d : without(read(network, reading, one.smaller), fixed)) {
        Box b = d.box();
        enlarged.add(
            moved(
                d,
                new Box(
                    (float) ((b.x() - offset(width)) / SMALLER),
                    (float) ((b.y() - offset(height)) / SMALLER),
                    (float) (b.width() / SMALLER),
                    (float) (b.height() / SMALLER))));
      }
      for (List<Detection> other : List.of(mirrored, enlarged)) {
        Fit.Sum sum = new Fit.Sum(CONFIDENCE);
        sum.add(here, other);
        Fit fit = sum.fit();
        double sure = 0;
        for (MatchedPair pair : Comparison.of(here, other, Fit.LOWEST_IOU).pairs()) {
          sure += Math.min(pair.first().score(), pair.second().score()) * pair.iou();
        }
        boolean nothing = here.isEmpty() && other.isEmpty();
        agreement +=
            nothing ? 0 : fit.agreement() * sure / (sure + SATISFYING) / (2 * cases.size());
        matched += fit.matched();
        ious += fit.meanIou() * fit.matched();
        largest = Math.max(largest, fit.largestScoreDifference());
      }
      found += here.size();
    }
    return new Fit(agreement, 0, found, matched, matched == 0 ? 0 : ious / matched, largest);
  }

  private static List<Detection> read(Network network, Reading reading, PictureAnswers scene) {
    return Decoder.read(
        scene.outputs(network, reading.input()),
        reading,
        network.letterbox(scene, reading.input()));
  }

  private static Detection moved(Detection d, Box box) {
    return new Detection(d.label(), d.classId(), d.score(), box);
  }

  /** What is found on plain grey too is no object. */
  private static List<Detection> without(List<Detection> boxes, List<Detection> fixed) {
    return fixed.isEmpty() ? boxes : Comparison.of(boxes, fixed, Fit.LOWEST_IOU).onlyFirst();
  }

  @Override
  public void close() {
    for (Case one : cases) {
      one.mirrored.close();
      one.smaller.close();
      one.grey.close();
    }
  }
}
