package dev.ovkit.cli.option;

import dev.ovkit.subject.PictureSource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The pictures that models are compared on. */
public final class Images {

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = {"-i", "--images", "--image"},
      arity = "1..*",
      paramLabel = "PATH",
      description =
          "Pictures to compare on: files, folders or globs. Default: a few generated pictures. They show no objects, so only the raw outputs are compared.")
  private @Nullable List<String> images;

  @Mixin private BitDepthOption bitDepth;

  /** Adds pictures that were typed without the option. */
  public Images and(List<String> typed) {
    if (!typed.isEmpty()) {
      List<String> all = new ArrayList<>(typed);
      if (images != null) {
        all.addAll(images);
      }
      images = all;
    }
    return this;
  }

  public boolean given() {
    return images != null;
  }

  /** Returns the pictures; says so where they are generated. */
  public List<PictureSource> sources() {
    if (images == null) {
      spec.commandLine()
          .getErr()
          .println(
              "ovkit: no --images: only raw outputs are compared, on generated pictures; give"
                  + " pictures with objects to compare boxes too");
      return PictureSource.generated();
    }
    return PictureSource.of(new PictureList(images).expand(), bitDepth.bits());
  }

  /** Returns the bits that values of 16-bit pictures use. */
  public int bitDepth() {
    return bitDepth.bits();
  }

  /** Returns the files; there must be some. */
  public List<Path> paths() {
    return new PictureList(Objects.requireNonNull(images)).expand();
  }
}
