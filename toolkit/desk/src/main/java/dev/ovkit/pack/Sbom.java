package dev.ovkit.pack;

import dev.ovkit.bundle.ManifestFile;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.cyclonedx.Version;
import org.cyclonedx.exception.GeneratorException;
import org.cyclonedx.generators.BomGeneratorFactory;
import org.cyclonedx.model.Bom;
import org.cyclonedx.model.Component;
import org.cyclonedx.model.Hash;
import org.cyclonedx.model.License;
import org.cyclonedx.model.LicenseChoice;
import org.cyclonedx.model.Metadata;
import org.cyclonedx.model.license.Expression;
import org.jspecify.annotations.Nullable;

/**
 * The software bill of materials of a bundle, in CycloneDX 1.6: each part with its licence, and in
 * it each of its files with its SHA-256. It has no time and no serial number, so that the same
 * bundle has the same one.
 */
final class Sbom {

  /** Its place in a bundle. */
  static final String FILE = "sbom.cdx.json";

  static byte[] bytes(PackageOptions options, Parts parts, List<ManifestFile> files) {
    Map<Part, List<Component>> byPart = new LinkedHashMap<>();
    for (ManifestFile file : files) {
      byPart.computeIfAbsent(parts.of(file.path()), part -> new ArrayList<>()).add(file(file));
    }
    Bom bom = new Bom();
    Metadata metadata = new Metadata();
    metadata.setTimestamp(null);
    Component bundle = new Component();
    bundle.setType(Component.Type.APPLICATION);
    bundle.setBomRef("bundle");
    bundle.setName(options.name());
    bundle.setVersion(options.version().text());
    metadata.setComponent(bundle);
    bom.setMetadata(metadata);
    byPart.forEach(
        (part, its) -> {
          Component component = component(part);
          component.setComponents(its);
          bom.addComponent(component);
        });
    try {
      return (BomGeneratorFactory.createJson(Version.VERSION_16, bom).toJsonString() + "\n")
          .getBytes(StandardCharsets.UTF_8);
    } catch (GeneratorException e) {
      throw new IllegalStateException("names, versions and hashes can always be written", e);
    }
  }

  private static Component component(Part part) {
    Component component = new Component();
    component.setType(part.type());
    component.setBomRef(part.name());
    component.setName(part.name());
    component.setVersion(part.version());
    component.setPurl(part.purl());
    component.setLicenses(licences(part.licence()));
    return component;
  }

  private static @Nullable LicenseChoice licences(@Nullable String spdx) {
    if (spdx == null) {
      return null;
    }
    LicenseChoice choice = new LicenseChoice();
    if (spdx.contains(" ")) {
      choice.setExpression(new Expression(spdx));
    } else {
      License licence = new License();
      licence.setId(spdx);
      choice.addLicense(licence);
    }
    return choice;
  }

  private static Component file(ManifestFile file) {
    Component component = new Component();
    component.setType(Component.Type.FILE);
    component.setBomRef(file.path());
    component.setName(file.path());
    component.setHashes(List.of(new Hash(Hash.Algorithm.SHA_256, file.sha256())));
    return component;
  }

  private Sbom() {}
}
