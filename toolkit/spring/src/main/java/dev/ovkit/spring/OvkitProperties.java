package dev.ovkit.spring;

import dev.ovkit.CompileOptions;
import dev.ovkit.CompileOptions.Hint;
import dev.ovkit.model.DetectOptions;
import dev.ovkit.vision.DetectorOptions;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.handler.NoUnboundElementsBindHandler;
import org.springframework.boot.context.properties.source.UnboundElementsSourceFilter;
import org.springframework.core.env.Environment;

/**
 * The part of an application's configuration under {@code ovkit}.
 *
 * @param models by the names of their beans
 */
record OvkitProperties(Map<String, ModelProperties> models) {

  private static final OvkitProperties NONE = new OvkitProperties(Map.of());

  OvkitProperties {
    models = Map.copyOf(Objects.requireNonNullElse(models, Map.of()));
  }

  /**
   * Reads it. An unknown key is an error, so that a misspelled one is not ignored.
   *
   * @throws org.springframework.boot.context.properties.bind.BindException for an unknown key, or a
   *     value that is not understood
   */
  static OvkitProperties of(Environment environment) {
    // System properties and the environment have more of this name, such as ovkit.native.dir.
    BindHandler strict =
        new NoUnboundElementsBindHandler(BindHandler.DEFAULT, new UnboundElementsSourceFilter());
    return Binder.get(environment)
        .bind("ovkit", Bindable.of(OvkitProperties.class), strict)
        .orElse(NONE);
  }

  /**
   * A model.
   *
   * @param ir the .xml of an IR: a path, {@code file:…}, or {@code classpath:…} for one in a jar
   * @param hint what the model is opened for. Default: latency, one picture at a time with all
   *     threads
   * @param threads of the CPU. Default: all
   * @param requests pictures at once. Default: as many as suit the hint
   * @param confidence lowest score. Default: the IR's
   * @param iou overlap above which the weaker of two boxes is dropped. Default: the IR's
   * @param maxDetections most objects per picture
   */
  record ModelProperties(
      @Nullable String ir,
      @Nullable Hint hint,
      @Nullable Integer threads,
      @Nullable Integer requests,
      @Nullable Float confidence,
      @Nullable Float iou,
      @Nullable Integer maxDetections) {

    Hint target() {
      return Objects.requireNonNullElse(hint, Hint.LATENCY);
    }

    /** Returns these options with what is configured in place of them. */
    DetectorOptions over(DetectorOptions usual) {
      CompileOptions compile = usual.compile();
      DetectorOptions options =
          usual
              .withCompile(threads == null ? compile : compile.withThreads(threads))
              .withDetect(over(usual.detect()));
      return requests == null ? options : options.withRequests(requests);
    }

    private DetectOptions over(DetectOptions usual) {
      DetectOptions options = usual;
      if (confidence != null) {
        options = options.withConfidence(confidence);
      }
      if (iou != null) {
        options = options.withIou(iou);
      }
      return maxDetections == null ? options : options.withMaxDetections(maxDetections);
    }
  }
}
