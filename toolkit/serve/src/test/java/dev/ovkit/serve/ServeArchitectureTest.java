package dev.ovkit.serve;

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
@AnalyzeClasses(packages = "dev.ovkit.serve", importOptions = ImportOption.DoNotIncludeTests.class)
class ServeArchitectureTest {

  @ArchTest
  static final ArchRule PACKAGES_USE_ONLY_WHAT_LIES_BELOW =
      layeredArchitecture()
          .consideringOnlyDependenciesInAnyPackage("dev.ovkit.serve..")
          .layer("access")
          .definedBy("dev.ovkit.serve.access")
          .layer("metrics")
          .definedBy("dev.ovkit.serve.metrics")
          .layer("protocol")
          .definedBy("dev.ovkit.serve.protocol")
          .layer("model")
          .definedBy("dev.ovkit.serve.model")
          .layer("server")
          .definedBy("dev.ovkit.serve")
          .whereLayer("access")
          .mayNotAccessAnyLayer()
          .whereLayer("metrics")
          .mayNotAccessAnyLayer()
          .whereLayer("protocol")
          .mayNotAccessAnyLayer()
          .whereLayer("model")
          .mayOnlyAccessLayers("metrics")
          .whereLayer("server")
          .mayOnlyAccessLayers("access", "metrics", "protocol", "model");

  @ArchTest
  static final ArchRule EVERY_PACKAGE_HAS_A_RULE =
      classes()
          .should()
          .resideInAnyPackage(
              "dev.ovkit.serve",
              "dev.ovkit.serve.access",
              "dev.ovkit.serve.metrics",
              "dev.ovkit.serve.model",
              "dev.ovkit.serve.protocol");

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
              "dev.ovkit.nativelib..",
              "org.bytedeco..");

  @ArchTest
  static final ArchRule HTTP_STAYS_IN_THE_SERVER =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.ovkit.serve")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.eclipse.jetty..");

  @ArchTest
  static final ArchRule METRICS_STAY_IN_THEIR_PACKAGE =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.ovkit.serve.metrics")
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
