package dev.ovkit.bundle;

import dev.ovkit.OutputException;
import dev.ovkit.OvkitException;
import dev.ovkit.bundle.InstallState.Release;
import dev.ovkit.internal.files.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Installs bundles on a box and goes back to older ones.
 *
 * <p>A bundle is used only after a trusted key vouched for it, every file was compared with its
 * manifest, and its self-test passed in a process of its own. One rename switches to it; until then
 * the release in use stays in use. Power may fail at any moment.
 *
 * <p>One process at a time works on a root; another is refused. Instances hold nothing open.
 */
public final class Installer {

  /** Room for names and for {@code state.json}, besides the files. */
  private static final long SPARE_BYTES = 1 << 20;

  /** What a file takes beyond its size, on file systems that count in blocks. */
  private static final long BLOCK = 4096;

  private final Path root;
  private final InstallOptions options;

  /**
   * Installs into a root.
   *
   * @param root the folder of releases; made when it is needed
   */
  public Installer(Path root, InstallOptions options) {
    this.root = root.toAbsolutePath().normalize();
    this.options = options;
  }

  /**
   * Installs a bundle and lets {@code current} point to it.
   *
   * @param bundle a folder or a {@code .tar.xz}
   * @throws BundleException if no trusted key vouches for it, it is damaged or too old, this
   *     machine lacks what it needs, or its self-test fails; the release in use stays
   * @throws OutputException if it cannot be written; the release in use stays
   */
  public Installed install(Path bundle) {
    try (ReleaseRoot releases = ReleaseRoot.open(root);
        BundleSource source = BundleSource.open(bundle)) {
      return install(releases, source);
    } catch (BundleException e) {
      throw BundleCheck.named(bundle, e);
    } catch (IOException e) {
      throw OutputException.of(root, e);
    }
  }

  private Installed install(ReleaseRoot releases, BundleSource source) throws IOException {
    TrustedKeys trusted = TrustedKeys.read(root);
    TrustedKeys.Vouched vouched =
        trusted.vouch(source.manifest(), source.signature(), options.allowUnsigned());
    Manifest manifest = Manifest.parse(source.manifest());
    String hash = Sha256.of(source.manifest());
    requireSameApplication(releases.state(), manifest);
    vouched.keyId().ifPresent(key -> releases.state().requireNotBack(key, manifest, hash));
    requireSuitable(manifest);

    Optional<String> current = releases.current();
    Optional<Release> there = whole(releases, manifest.releaseId(hash), hash);
    SelfTestReport report;
    Release release;
    if (there.isPresent()) {
      release = there.get();
      if (current.equals(Optional.of(release.id()))) {
        return result(
            release, current, List.of(), new SelfTestReport(manifest.folder(), List.of()));
      }
      report = selfTest(releases.folder(release.id()));
    } else {
      release =
          new Release(
              free(releases, manifest.releaseId(hash)),
              manifest.name(),
              manifest.version(),
              hash,
              vouched.keyId().orElse(null),
              false);
      report = unpack(releases, source, manifest, release.id());
    }
    // From here on the version may not go back, even if power fails before the switch.
    releases.remember(releases.state().using(release));
    trusted.apply(vouched);
    releases.switchTo(release.id());
    return result(release, current, prune(releases, release.id()), report);
  }

  private static Installed result(
      Release release, Optional<String> current, List<String> removed, SelfTestReport report) {
    return new Installed(
        release.id(),
        release.version(),
        Optional.ofNullable(release.key()),
        current.filter(id -> !id.equals(release.id())),
        removed,
        report);
  }

  private void requireSameApplication(InstallState state, Manifest manifest) {
    for (Release release : state.releases()) {
      if (!release.name().equals(manifest.name())) {
        throw new BundleException(
            "it is '%s', but '%s' contains '%s'; give it its own root"
                .formatted(manifest.name(), root, release.name()));
      }
    }
  }

  private static void requireSuitable(Manifest manifest) {
    Host host = Host.here();
    for (Optional<String> complaint :
        List.of(host.cpuComplaint(manifest.requires()), host.glibcComplaint(manifest.requires()))) {
      if (complaint.isPresent()) {
        throw new BundleException(complaint.get());
      }
    }
  }

  /** The same bundle, installed before and still whole. */
  private static Optional<Release> whole(ReleaseRoot releases, String id, String hash) {
    return releases.state().releases().stream()
        .filter(release -> release.manifest().equals(hash) && release.id().startsWith(id))
        .filter(release -> isWhole(releases.folder(release.id()), hash))
        .findFirst();
  }

  private static boolean isWhole(Path folder, String hash) {
    try {
      requireWhole(folder, hash);
      return true;
    } catch (BundleException e) {
      return false; // it is installed again, beside
    }
  }

  private static void requireWhole(Path folder, String hash) {
    BundleCheck.check(folder);
    if (!Sha256.of(Manifest.bytes(folder)).equals(hash)) {
      throw new BundleException(
          "release '%s' has a different %s than when it was installed"
              .formatted(folder, Manifest.FILE));
    }
  }

  private static String free(ReleaseRoot releases, String id) {
    String free = id;
    for (int n = 2; Files.exists(releases.folder(free)); n++) {
      free = id + "." + n;
    }
    return free;
  }

  private SelfTestReport unpack(
      ReleaseRoot releases, BundleSource source, Manifest manifest, String id) throws IOException {
    requireRoom(manifest);
    try {
      Path staged = releases.stage(id);
      Unpacking unpacking = new Unpacking(staged, manifest);
      ArrivingFiles.receive(source, manifest, unpacking);
      unpacking.write(Manifest.FILE, source.manifest());
      byte[] signature = source.signature();
      if (signature != null) {
        unpacking.write(Signature.FILE, signature);
      }
      unpacking.finish();
      SelfTestReport report = selfTest(staged);
      releases.publish(staged, id);
      return report;
    } catch (IOException | OvkitException e) {
      sweepQuietly(releases);
      throw e;
    }
  }

  private static void sweepQuietly(ReleaseRoot releases) {
    try {
      releases.sweep();
    } catch (IOException e) {
      // the next installation sweeps again; the first failure matters more
    }
  }

  private void requireRoom(Manifest manifest) throws IOException {
    long needed = manifest.size() + SPARE_BYTES + BLOCK * manifest.files().size();
    long free = Files.getFileStore(root).getUsableSpace();
    if (free < needed) {
      throw new OutputException(
          "the disk of '%s' is too full: %,d bytes are free, the bundle needs %,d; make room, or keep fewer old releases"
              .formatted(root, free, needed));
    }
  }

  private SelfTestReport selfTest(Path folder) {
    SelfTestReport report = SelfTestProcess.run(folder, options.selfTestLimit());
    if (!report.holds()) {
      throw new BundleException("its self-test failed: " + report.complaint());
    }
    return report;
  }

  /** Withdrawn releases go first, then those that were in use longest ago. */
  private List<String> prune(ReleaseRoot releases, String current) throws IOException {
    List<Release> others =
        new ArrayList<>(
            releases.state().releases().stream().filter(r -> !r.id().equals(current)).toList());
    others.sort(Comparator.comparing(release -> !release.withdrawn()));
    List<Release> gone = others.subList(0, Math.max(0, others.size() - options.keep()));
    if (gone.isEmpty()) {
      return List.of();
    }
    releases.remember(releases.state().without(gone));
    for (Release release : gone) {
      releases.discard(release.id());
    }
    return gone.stream().map(Release::id).toList();
  }

  /**
   * Goes back to the release that was in use before and was not left by a rollback.
   *
   * @throws BundleException if there is none, or it does not hold any more; the release in use
   *     stays
   */
  public Installed rollback() {
    return rollback(Optional.empty());
  }

  /**
   * Goes back to a release that is still there: verified when it was installed, and again now.
   *
   * @throws BundleException if there is none, or it does not hold any more; the release in use
   *     stays
   */
  public Installed rollback(String id) {
    return rollback(Optional.of(id));
  }

  private Installed rollback(Optional<String> id) {
    requireRoot();
    try (ReleaseRoot releases = ReleaseRoot.open(root)) {
      String current =
          releases
              .current()
              .orElseThrow(
                  () -> new BundleException("'%s' has no release to go back from".formatted(root)));
      Release target = target(releases.state(), current, id);
      requireWhole(releases.folder(target.id()), target.manifest());
      SelfTestReport report = selfTest(releases.folder(target.id()));
      releases.remember(releases.state().goingBack(current, target.id()));
      releases.switchTo(target.id());
      return result(target, Optional.of(current), List.of(), report);
    } catch (IOException e) {
      throw OutputException.of(root, e);
    }
  }

  private void requireRoot() {
    if (!InstallState.isIn(root)) {
      throw new BundleException("'%s' has no release: nothing is installed there".formatted(root));
    }
  }

  private Release target(InstallState state, String current, Optional<String> id) {
    String installed = String.join(", ", state.releases().stream().map(Release::id).toList());
    if (id.isEmpty()) {
      return state
          .before(current)
          .orElseThrow(
              () ->
                  new BundleException(
                      "'%s' has no release before '%s' to go back to; it has: %s"
                          .formatted(root, current, installed)));
    }
    if (id.get().equals(current)) {
      throw new BundleException("release '%s' is already in use".formatted(current));
    }
    return state
        .release(id.get())
        .orElseThrow(
            () ->
                new BundleException(
                    "release '%s' was never installed in '%s', or it was removed; it has: %s"
                        .formatted(ManifestFile.printable(id.get()), root, installed)));
  }
}
