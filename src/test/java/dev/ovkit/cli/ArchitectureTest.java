package dev.ovkit.cli;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.INTERFACES;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleName;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.Architectures.LayeredArchitecture;
import dev.ovkit.family.DetectorFamily;
import dev.ovkit.family.FoundDetector;
import java.util.LinkedHashMap;
import java.util.Map;

/** The arrows between the packages. */
@AnalyzeClasses(packages = "dev.ovkit", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

  /**
   * What each package may use, lowest first; all may use the exceptions of {@code dev.ovkit}. A
   * package that is not listed here fails {@link #EVERY_PACKAGE_HAS_A_RULE}.
   */
  private static final Map<String, String> MAY_USE = new LinkedHashMap<>();

  static {
    MAY_USE.put("", "");
    MAY_USE.put("nativelib", "machine");
    MAY_USE.put("machine", "");
    MAY_USE.put("internal.text", "");
    MAY_USE.put("internal.files", "internal.text");
    MAY_USE.put("internal.xml", "");
    MAY_USE.put("internal.tls", "");
    MAY_USE.put("internal.process", "nativelib machine internal.files");
    MAY_USE.put("runtime", "nativelib machine");
    MAY_USE.put("ir", "runtime internal.files internal.xml");
    MAY_USE.put("head", "");
    MAY_USE.put("model", "ir head internal.text");
    MAY_USE.put("internal.json", "model");
    MAY_USE.put("metadata", "model ir head");
    MAY_USE.put("layout", "model ir head metadata");
    MAY_USE.put("picture", "nativelib model internal.files");
    MAY_USE.put("network", "runtime head model picture");
    MAY_USE.put(
        "vision", "machine runtime ir model metadata layout picture network internal.files");
    MAY_USE.put("track", "model");
    MAY_USE.put("compare", "model");
    MAY_USE.put(
        "bench", "network machine runtime ir model metadata layout picture vision internal.files");
    MAY_USE.put("tune", "machine head model picture vision compare bench internal.files");
    MAY_USE.put("bundle", "nativelib machine model picture vision compare internal.files");
    MAY_USE.put("watch", "nativelib model picture vision internal.files internal.json");
    MAY_USE.put("python", "nativelib internal.files");
    MAY_USE.put("onnx", "runtime internal.files internal.text");
    MAY_USE.put("onnx.rewrite", "runtime onnx");
    MAY_USE.put("family", "head ir runtime model layout onnx");
    MAY_USE.put("surgery", "nativelib runtime internal.files");
    MAY_USE.put(
        "convert",
        "nativelib ir head metadata machine runtime model layout bench onnx onnx.rewrite family surgery python internal.files internal.process internal.text");
    MAY_USE.put("subject", "network ir metadata runtime model layout picture vision onnx convert");
    MAY_USE.put("evaluate", "model picture internal.files");
    MAY_USE.put(
        "verify",
        "ir head metadata runtime model layout picture vision compare onnx family convert subject");
    MAY_USE.put("bisect", "ir runtime model picture onnx surgery subject verify internal.files");
    MAY_USE.put(
        "diagnose",
        "network ir head metadata runtime model layout picture vision compare convert subject internal.files internal.text");
    MAY_USE.put(
        "quantize",
        "network ir metadata runtime model layout picture vision bench convert surgery subject evaluate verify internal.files internal.text");
    MAY_USE.put(
        "report",
        "model picture compare bench subject verify evaluate diagnose quantize internal.files");
    MAY_USE.put("load", "bench internal.text internal.tls");
    MAY_USE.put("pack", "ir nativelib machine model picture vision bundle internal.files");
    MAY_USE.put("cli", "*");
  }

  @ArchTest static final ArchRule PACKAGES_USE_ONLY_WHAT_LIES_BELOW = layers();

  private static LayeredArchitecture layers() {
    LayeredArchitecture layers =
        layeredArchitecture().consideringOnlyDependenciesInAnyPackage("dev.ovkit..");
    for (String name : MAY_USE.keySet()) {
      layers = layers.layer(layer(name)).definedBy(packages(name));
    }
    for (Map.Entry<String, String> rule : MAY_USE.entrySet()) {
      if (!rule.getValue().equals("*")) {
        String[] below = ("errors " + rule.getValue()).strip().split(" ", -1);
        layers = layers.whereLayer(layer(rule.getKey())).mayOnlyAccessLayers(below);
      }
    }
    return layers;
  }

  private static String layer(String name) {
    return name.isEmpty() ? "errors" : name;
  }

  private static String packages(String name) {
    return switch (name) {
      case "" -> "dev.ovkit";
      case "nativelib", "cli" -> "dev.ovkit." + name + "..";
      default -> "dev.ovkit." + name;
    };
  }

  @ArchTest
  static final ArchRule NO_PACKAGES_USE_EACH_OTHER =
      slices().matching("dev.ovkit.(**)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule EVERY_PACKAGE_HAS_A_RULE =
      classes()
          .should()
          .resideInAnyPackage(
              MAY_USE.keySet().stream().map(ArchitectureTest::packages).toArray(String[]::new));

  /** Whoever wants to know what a layout is asks its methods. */
  @ArchTest
  static final ArchRule NOTHING_OUTSIDE_TAKES_A_LAYOUT_APART =
      noClasses()
          .that()
          .resideOutsideOfPackages("dev.ovkit.layout", "dev.ovkit.family")
          .should()
          .dependOnClassesThat(
              resideInAPackage("dev.ovkit.layout")
                  .and(not(simpleName("Layouts")))
                  .and(not(simpleName("YoloAnchors"))));

  @ArchTest
  static final ArchRule NOBODY_KNOWS_A_FAMILY_BY_NAME =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.ovkit.family")
          .should()
          .dependOnClassesThat(
              assignableTo(DetectorFamily.class)
                  .or(assignableTo(FoundDetector.class))
                  .and(not(INTERFACES))
                  .as("are one family's"));

  @ArchTest
  static final ArchRule NATIVE_TYPES_STAY_IN_RUNTIME_AND_THE_PICTURE_MEMORY =
      noClasses()
          .that()
          .resideOutsideOfPackages(
              "dev.ovkit.nativelib..", "dev.ovkit.runtime", "dev.ovkit.surgery")
          .and()
          .haveNameNotMatching(
              "dev\\.ovkit\\.(picture\\.PictureMemory|watch\\.ServiceManager)(\\$.*)?")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "org.bytedeco..",
              "dev.ovkit.nativelib.global",
              "dev.ovkit.nativelib.openvino",
              "dev.ovkit.nativelib.pictures",
              "dev.ovkit.nativelib.convert..");

  @ArchTest
  static final ArchRule A_BUNDLE_IS_CHECKED_WITHOUT_NATIVE_CODE =
      noClasses()
          .that()
          .resideInAPackage("dev.ovkit.bundle")
          .and()
          .haveNameNotMatching("dev\\.ovkit\\.bundle\\.(SelfTest|SelfTestPart|Golden)(\\$.*)?")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "dev.ovkit.nativelib..",
              "dev.ovkit.runtime",
              "dev.ovkit.picture",
              "dev.ovkit.vision",
              "org.bytedeco..");

  @ArchTest
  static final ArchRule THE_LIBRARY_NEITHER_PRINTS_NOR_EXITS =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.ovkit.cli..")
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
          .resideOutsideOfPackage("dev.ovkit.cli..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("picocli..");

  @ArchTest
  static final ArchRule CLASSES_ARE_FINAL_OR_ABSTRACT =
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
