/**
 * Detection on an Intel CPU: what a Java program depends on. Start at {@link
 * dev.ovkit.vision.Detector}.
 */
@SuppressWarnings("module") // the modules that see the internal packages come later in the build
module dev.ovkit {
  requires transitive dev.ovkit.nativelib;
  requires com.fasterxml.jackson.core;
  requires com.fasterxml.jackson.jr.ob;
  requires org.apache.commons.compress;
  requires org.tukaani.xz;
  // Only for an IR with an Ultralytics metadata.yaml beside it.
  requires static org.yaml.snakeyaml;
  requires static transitive org.jspecify;

  uses dev.ovkit.bundle.SelfTestPart;

  exports dev.ovkit;
  exports dev.ovkit.bench;
  exports dev.ovkit.bundle;
  exports dev.ovkit.model;
  exports dev.ovkit.picture;
  exports dev.ovkit.track;
  exports dev.ovkit.tune;
  exports dev.ovkit.vision;
  exports dev.ovkit.watch;
  // What only ovkit's own programs need: it may change at any time.
  exports dev.ovkit.compare to
      dev.ovkit.cli,
      dev.ovkit.desk;
  exports dev.ovkit.head to
      dev.ovkit.cli,
      dev.ovkit.desk;
  exports dev.ovkit.ir to
      dev.ovkit.cli,
      dev.ovkit.desk;
  exports dev.ovkit.layout to
      dev.ovkit.cli,
      dev.ovkit.desk;
  exports dev.ovkit.metadata to
      dev.ovkit.cli,
      dev.ovkit.desk;
  exports dev.ovkit.network to
      dev.ovkit.cli,
      dev.ovkit.desk;
  exports dev.ovkit.runtime to
      dev.ovkit.cli,
      dev.ovkit.desk;
  exports dev.ovkit.internal.files to
      dev.ovkit.cli,
      dev.ovkit.desk;
  exports dev.ovkit.internal.json to
      dev.ovkit.cli,
      dev.ovkit.desk,
      dev.ovkit.serve,
      dev.ovkit.video;
  exports dev.ovkit.internal.process to
      dev.ovkit.cli,
      dev.ovkit.desk;
  exports dev.ovkit.internal.text to
      dev.ovkit.cli,
      dev.ovkit.desk,
      dev.ovkit.serve;
  exports dev.ovkit.internal.tls to
      dev.ovkit.cli,
      dev.ovkit.desk,
      dev.ovkit.video;
  exports dev.ovkit.internal.xml to
      dev.ovkit.cli,
      dev.ovkit.desk;
}
