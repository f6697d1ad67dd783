package dev.ovkit.video.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.Locale;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * A certificate of 127.0.0.1 that nobody but itself vouches for, made by the JDK's keytool.
 *
 * @param certificate PEM
 * @param key PEM
 * @param server the settings of a TLS server that has it
 */
record OwnCertificate(Path certificate, Path key, SSLContext server) {

  private static final String PASSWORD = "changeit";
  private static final String ALIAS = "one";

  static OwnCertificate make(Path folder) throws Exception {
    Path file = Files.createDirectories(folder).resolve("store.p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                ALIAS,
                "-keyalg",
                "EC",
                "-dname",
                "CN=ours",
                "-ext",
                "SAN=ip:127.0.0.1",
                "-ext",
                "BC=ca:true",
                "-validity",
                "2",
                "-keystore",
                file.toString(),
                "-storetype",
                "PKCS12",
                "-storepass",
                PASSWORD)
            .redirectErrorStream(true)
            .start();
    String said = new String(keytool.getInputStream().readAllBytes(), UTF_8);
    assertThat(keytool.waitFor()).as(said).isZero();
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      store.load(in, PASSWORD.toCharArray());
    }
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, PASSWORD.toCharArray());
    SSLContext server = SSLContext.getInstance("TLS");
    server.init(keys.getKeyManagers(), null, null);
    return new OwnCertificate(
        pem(folder, "CERTIFICATE", store.getCertificate(ALIAS).getEncoded()),
        pem(folder, "PRIVATE KEY", store.getKey(ALIAS, PASSWORD.toCharArray()).getEncoded()),
        server);
  }

  private static Path pem(Path folder, String type, byte[] der) throws Exception {
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    return Files.writeString(
        folder.resolve(type.toLowerCase(Locale.ROOT).replace(' ', '-') + ".pem"),
        "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(type, body, type));
  }
}
