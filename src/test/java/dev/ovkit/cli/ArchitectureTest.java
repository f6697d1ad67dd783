package dev.ovkit.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The arrows between the packages: lowest first, each may be used only by those named. */
@AnalyzeClasses(packages = "dev.ovkit", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

  @ArchTest
  static final ArchRule PACKAGES_USE_ONLY_WHAT_LIES_BELOW =
      layeredArchitecture()
          .consideringOnlyDependenciesInAnyPackage("dev.ovkit..")
          .layer("errors")
          .definedBy("dev.ovkit")
          .layer("nativelib")
          .definedBy("dev.ovkit.nativelib..")
          .layer("files")
          .definedBy("dev.ovkit.files")
          .layer("runtime")
          .definedBy("dev.ovkit.runtime")
          .layer("model")
          .definedBy("dev.ovkit.model")
          .layer("vision")
          .definedBy("dev.ovkit.vision")
          .layer("match")
          .definedBy("dev.ovkit.match")
          .optionalLayer("python")
          .definedBy("dev.ovkit.python")
          .layer("onnx")
          .definedBy("dev.ovkit.onnx")
          .layer("convert")
          .definedBy("dev.ovkit.convert")
          .layer("verify")
          .definedBy("dev.ovkit.verify..")
          .optionalLayer("bench")
          .definedBy("dev.ovkit.bench")
          .optionalLayer("bundle")
          .definedBy("dev.ovkit.bundle")
          .optionalLayer("watch")
          .definedBy("dev.ovkit.watch")
          .optionalLayer("pack")
          .definedBy("dev.ovkit.pack")
          .optionalLayer("quantize")
          .definedBy("dev.ovkit.quantize")
          .optionalLayer("report")
          .definedBy("dev.ovkit.report")
          .layer("cli")
          .definedBy("dev.ovkit.cli")
          .whereLayer("nativelib")
          .mayOnlyBeAccessedByLayers(
              "runtime", "vision", "python", "bench", "bundle", "watch", "pack", "cli")
          .whereLayer("runtime")
          .mayOnlyBeAccessedByLayers(
              "vision", "convert", "verify", "bench", "bundle", "watch", "pack", "quantize", "cli")
          .whereLayer("model")
          .mayOnlyBeAccessedByLayers(
              "vision",
              "match",
              "onnx",
              "convert",
              "verify",
              "bench",
              "bundle",
              "watch",
              "pack",
              "quantize",
              "report",
              "cli")
          .whereLayer("vision")
          .mayOnlyBeAccessedByLayers(
              "verify", "bench", "bundle", "watch", "pack", "quantize", "report", "cli")
          .whereLayer("match")
          .mayOnlyBeAccessedByLayers(
              "verify", "bench", "bundle", "watch", "pack", "quantize", "report", "cli")
          .whereLayer("python")
          .mayOnlyBeAccessedByLayers("convert", "verify", "cli")
          .whereLayer("onnx")
          .mayOnlyBeAccessedByLayers("convert", "verify", "cli")
          .whereLayer("convert")
          .mayOnlyBeAccessedByLayers("verify", "quantize", "report", "cli")
          .whereLayer("verify")
          .mayOnlyBeAccessedByLayers("quantize", "report", "cli")
          .whereLayer("bench")
          .mayOnlyBeAccessedByLayers(
              "convert", "bundle", "watch", "pack", "quantize", "report", "cli")
          .whereLayer("quantize")
          .mayOnlyBeAccessedByLayers("bundle", "watch", "pack", "quantize", "report", "cli")
          .whereLayer("report")
          .mayOnlyBeAccessedByLayers("cli")
          .whereLayer("cli")
          .mayNotBeAccessedByAnyLayer();

  @ArchTest
  static final ArchRule NATIVE_TYPES_STAY_IN_RUNTIME_AND_THE_PICTURE_MEMORY =
      noClasses()
          .that()
          .resideOutsideOfPackages("dev.ovkit.nativelib..", "dev.ovkit.runtime")
          .and()
          .haveNameNotMatching("dev\\.ovkit\\.vision\\.PictureMemory(\\$.*)?")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "org.bytedeco..",
              "dev.ovkit.nativelib.global",
              "dev.ovkit.nativelib.openvino",
              "dev.ovkit.nativelib.pictures",
              "dev.ovkit.nativelib.convert");

  @ArchTest
  static final ArchRule A_BUNDLE_IS_CHECKED_WITHOUT_NATIVE_CODE =
      noClasses()
          .that()
          .resideInAPackage("dev.ovkit.bundle")
          .and()
          .haveNameNotMatching("dev\\.ovkit\\.bundle\\.(SelfTest|Golden)(\\$.*)?")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "dev.ovkit.nativelib..", "dev.ovkit.runtime", "dev.ovkit.vision", "org.bytedeco..");

  @ArchTest
  static final ArchRule THE_LIBRARY_NEITHER_PRINTS_NOR_EXITS =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.ovkit.cli")
          .should()
          .accessField(System.class, "out")
          .orShould()
          .accessField(System.class, "err")
          .orShould()
          .callMethod(System.class, "exit", int.class);

  @ArchTest
  static final ArchRule NO_WINDOWS_ON_AN_EDGE_BOX =
      noClasses().should().dependOnClassesThat().resideInAnyPackage("java.awt..", "javax.swing..");

  @ArchTest
  static final ArchRule PICOCLI_STAYS_IN_THE_COMMAND =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.ovkit.cli")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("picocli..");

  @ArchTest
  static final ArchRule CLASSES_ARE_FINAL_OR_SEALED =
      classes()
          .that()
          .resideOutsideOfPackage("dev.ovkit.nativelib..")
          .and()
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
