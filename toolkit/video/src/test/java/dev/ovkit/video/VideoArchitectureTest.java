package dev.ovkit.video;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/**
 * The arrows between the packages of this module; the command's ArchitectureTest has the others.
 */
@AnalyzeClasses(packages = "dev.ovkit.video", importOptions = ImportOption.DoNotIncludeTests.class)
class VideoArchitectureTest {

  @ArchTest
  static final ArchRule PACKAGES_USE_ONLY_WHAT_LIES_BELOW =
      layeredArchitecture()
          .consideringOnlyDependenciesInAnyPackage("dev.ovkit.video..")
          .layer("decode")
          .definedBy("dev.ovkit.video.decode")
          .layer("engine")
          .definedBy("dev.ovkit.video.engine")
          .layer("http")
          .definedBy("dev.ovkit.video.http")
          .layer("delivery")
          .definedBy("dev.ovkit.video.delivery")
          .layer("sink")
          .definedBy("dev.ovkit.video.sink")
          .whereLayer("decode")
          .mayNotAccessAnyLayer()
          .whereLayer("engine")
          .mayOnlyAccessLayers("decode")
          .whereLayer("http")
          .mayNotAccessAnyLayer()
          .whereLayer("delivery")
          .mayNotAccessAnyLayer()
          .whereLayer("sink")
          .mayOnlyAccessLayers("decode", "delivery", "engine", "http");

  @ArchTest
  static final ArchRule EVERY_PACKAGE_HAS_A_RULE =
      classes()
          .should()
          .resideInAnyPackage(
              "dev.ovkit.video.decode",
              "dev.ovkit.video.delivery",
              "dev.ovkit.video.engine",
              "dev.ovkit.video.http",
              "dev.ovkit.video.sink");

  @ArchTest
  static final ArchRule OF_THE_BOX_ONLY_WHAT_A_PROGRAM_SEES =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "dev.ovkit.runtime",
              "dev.ovkit.network",
              "dev.ovkit.head",
              "dev.ovkit.ir",
              "dev.ovkit.layout",
              "dev.ovkit.metadata",
              "dev.ovkit.nativelib.global..",
              "dev.ovkit.nativelib.openvino..",
              "dev.ovkit.nativelib.pictures..");

  @ArchTest
  static final ArchRule FFMPEG_STAYS_IN_DECODING =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.ovkit.video.decode")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.bytedeco..");

  @ArchTest
  static final ArchRule METRICS_STAY_IN_THE_SINKS =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.ovkit.video.sink")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.prometheus..");

  @ArchTest
  static final ArchRule THE_LIBRARY_NEITHER_PRINTS_NOR_EXITS =
      noClasses()
          .should()
          .accessField(System.class, "out")
          .orShould()
          .accessField(System.class, "err")
          .orShould()
          .callMethod(System.class, "exit", int.class);

  @ArchTest
  static final ArchRule CLASSES_ARE_FINAL_OR_ABSTRACT =
      classes()
          .that()
          .areNotInterfaces()
          .and()
          .doNotHaveModifier(JavaModifier.ABSTRACT)
          .and()
          .areNotEnums()
          .and()
          .areTopLevelClasses()
          .and()
          .doNotHaveSimpleName("package-info")
          .should()
          .haveModifier(JavaModifier.FINAL);
}
