package dev.ovkit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The command in a bundle lives without the desk. */
class BoxMainTest {

  /** Asks first whether the desk is there, and says so where it is not. */
  private static final Set<String> ASKS_FIRST =
      Set.of(
          "dev.ovkit.cli.print.BenchHtml",
          "dev.ovkit.cli.option.OnnxCache",
          "dev.ovkit.cli.UrlBench");

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.ovkit");

  @Test
  void whatTheBoxsCommandReachesNeedsNothingOfTheDesk() {
    Map<String, String> reached = new LinkedHashMap<>(reachedFrom(BoxMain.class));
    // Commands are loaded by name.
    Commands.on(Commands.Place.BOX).forEach(one -> reached.putAll(reachedFrom(one.type())));

    assertThat(reached).containsKeys(InferCommand.class.getName(), DoctorCommand.class.getName());
    assertThat(deskWays(reached)).isEmpty();
  }

  @Test
  void theDesksCommandReachesTheDeskSoTheSearchCanFail() {
    assertThat(deskWays(reachedFrom(ConvertCommand.class))).isNotEmpty();
  }

  @Test
  void aBoxHasNoConverter() {
    assertThat(Cli.box("convert", "x.onnx").err()).contains("'convert' is not a command");
    assertThat(Cli.box("--help").done()).contains("infer", "self-test").doesNotContain("convert");
  }

  @Test
  void aBoxWithoutVideoSaysHowToGetIt() {
    assertThat(Cli.box("stream", "m.xml", "film.mp4").err())
        .contains("this ovkit has no video; ", "pack the bundle with --with video");
  }

  @Test
  void aBoxWithoutAServerSaysHowToGetIt() {
    assertThat(Cli.box("serve", "m.xml").err())
        .contains("this ovkit has no server; ", "pack the bundle with --with serve");
  }

  @Test
  void outsideOfABundleTheModelMustBeGiven() {
    Cli.box("infer", "--image", "x.jpg")
        .isWrongUsage(
            "no model was given; expected MODEL.xml as the first argument, or --ir MODEL.xml",
            "ovkit infer");
  }

  /** Each class that is reached, with the one that leads to it. */
  private static Map<String, String> reachedFrom(Class<?> start) {
    Map<String, String> from = new LinkedHashMap<>();
    Deque<JavaClass> open = new ArrayDeque<>();
    from.put(start.getName(), "");
    open.add(CLASSES.get(start));
    while (!open.isEmpty()) {
      for (Dependency dependency : open.remove().getDirectDependenciesFromSelf()) {
        JavaClass target = dependency.getTargetClass().getBaseComponentType();
        if (target.getPackageName().startsWith("dev.ovkit")
            && !ASKS_FIRST.contains(target.getName())
            && from.putIfAbsent(target.getName(), dependency.getOriginClass().getName()) == null) {
          open.add(target);
        }
      }
    }
    return from;
  }

  private static Set<String> deskWays(Map<String, String> reached) {
    Set<String> ways = new TreeSet<>();
    reached.forEach(
        (name, from) -> {
          String place = CLASSES.get(name).getSource().orElseThrow().getUri().toString();
          if (place.contains("/toolkit/desk/") || place.contains("ovkit-desk")) {
            ways.add(from + " -> " + name);
          }
        });
    return ways;
  }
}
