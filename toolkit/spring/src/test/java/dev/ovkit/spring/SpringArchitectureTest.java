package dev.ovkit.spring;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** What this module uses; the command's ArchitectureTest has the rules of the others. */
@AnalyzeClasses(packages = "dev.ovkit.spring", importOptions = ImportOption.DoNotIncludeTests.class)
class SpringArchitectureTest {

  @ArchTest
  static final ArchRule EVERY_PACKAGE_HAS_A_RULE =
      classes().should().resideInAPackage("dev.ovkit.spring");

  @ArchTest
  static final ArchRule OF_THE_BOX_ONLY_WHAT_A_PROGRAM_SEES =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "dev.ovkit.internal..", "dev.ovkit.network..", "dev.ovkit.nativelib..");

  @ArchTest
  static final ArchRule ONLY_HEALTH_AND_METRICS_USE_THEIR_LIBRARIES =
      noClasses()
          .that()
          .haveSimpleNameNotContaining("Health")
          .and()
          .haveSimpleNameNotContaining("Metrics")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.springframework.boot.health..", "io.micrometer..");
}
