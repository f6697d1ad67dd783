package dev.ovkit.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.ovkit.OptionException;
import dev.ovkit.serve.access.TlsFiles;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class TlsTest {

  @TempDir private Path temp;

  private static HttpResponse<byte[]> detect(
      ServedDemo demo, SSLContext context, HttpClient.Version version) throws Exception {
    HttpClient client = HttpClient.newBuilder().sslContext(context).version(version).build();
    return client.send(
        HttpRequest.newBuilder(URI.create(demo.server.url() + ServedDemo.DETECT))
            .header("Content-Type", "image/jpeg")
            .POST(HttpRequest.BodyPublishers.ofByteArray(ServedDemo.picture(0)))
            .build(),
        HttpResponse.BodyHandlers.ofByteArray());
  }

  @ParameterizedTest
  @EnumSource(HttpClient.Version.class)
  void bothVersionsOfHttpAreSpokenOverTls(HttpClient.Version version) throws Exception {
    TestCertificate server = TestCertificate.make(temp, "EC", "server");
    try (ServedDemo demo =
        new ServedDemo(ServerOptions.defaults().withTls(server.files(Optional.empty())))) {
      assertThat(demo.server.url()).startsWith("https://127.0.0.1:");
      HttpResponse<byte[]> response = detect(demo, server.client(Optional.empty()), version);
      ServedDemo.ok(response);
      assertThat(response.version()).isEqualTo(version);
    }
  }

  @Test
  void bothVersionsOfHttpAreSpokenInCleartext() throws Exception {
    try (ServedDemo demo = new ServedDemo()) {
      for (HttpClient.Version version : HttpClient.Version.values()) {
        HttpResponse<byte[]> response = detect(demo, SSLContext.getDefault(), version);
        ServedDemo.ok(response);
        if (version == HttpClient.Version.HTTP_2) { // a POST does not ask for it
          HttpClient client = HttpClient.newBuilder().version(version).build();
          response =
              client.send(demo.request("/v2").build(), HttpResponse.BodyHandlers.ofByteArray());
        }
        assertThat(response.version()).isEqualTo(version);
      }
    }
  }

  @Test
  void aNewCertificateIsTakenWhileTheServerRuns() throws Exception {
    TestCertificate first = TestCertificate.make(temp, "EC", "first");
    TlsFiles files = first.files(Optional.empty());
    try (ServedDemo demo = new ServedDemo(ServerOptions.defaults().withTls(files))) {
      ServedDemo.ok(detect(demo, first.client(Optional.empty()), HttpClient.Version.HTTP_1_1));
      Files.writeString(files.certificate(), "no certificate");
      touch(files.certificate(), 1);
      demo.server.checkCertificates();
      assertThat(demo.notices).anyMatch(one -> one.contains("the old one stays"));
      ServedDemo.ok(detect(demo, first.client(Optional.empty()), HttpClient.Version.HTTP_1_1));
      TestCertificate second = TestCertificate.make(temp, "EC", "second");
      second.files(Optional.empty());
      touch(files.certificate(), 2);
      demo.server.checkCertificates();
      assertThat(demo.notices).contains("the certificate was read again");
      ServedDemo.ok(detect(demo, second.client(Optional.empty()), HttpClient.Version.HTTP_1_1));
      assertThatIOException()
          .isThrownBy(
              () -> detect(demo, first.client(Optional.empty()), HttpClient.Version.HTTP_1_1));
    }
  }

  private static void touch(Path file, int hours) throws Exception {
    Files.setLastModifiedTime(file, FileTime.from(Instant.now().plusSeconds(3600L * hours)));
  }

  @Test
  void aClientNeedsACertificateWhereItsRootIsGiven() throws Exception {
    TestCertificate server = TestCertificate.make(temp.resolve("server"), "RSA", "server");
    TestCertificate known = TestCertificate.make(temp.resolve("known"), "EC", "known");
    TestCertificate stranger = TestCertificate.make(temp.resolve("stranger"), "EC", "stranger");
    try (ServedDemo demo =
        new ServedDemo(ServerOptions.defaults().withTls(server.files(Optional.of(known))))) {
      ServedDemo.ok(detect(demo, server.client(Optional.of(known)), HttpClient.Version.HTTP_1_1));
      for (Optional<TestCertificate> other :
          java.util.List.of(Optional.<TestCertificate>empty(), Optional.of(stranger))) {
        assertThatIOException()
            .isThrownBy(() -> detect(demo, server.client(other), HttpClient.Version.HTTP_1_1));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "missing | cannot be read",
        "empty | has no private key",
        "RSA PRIVATE KEY | openssl pkcs8 -topk8 -nocrypt",
        "ENCRYPTED PRIVATE KEY | openssl pkcs8 -topk8 -nocrypt",
        "PRIVATE KEY | the private key is damaged"
      })
  void aKeyThatCannotBeUsedIsRefused(String line) throws Exception {
    String[] parts = line.split(" \\| ");
    TlsFiles files = TestCertificate.make(temp, "EC", "a").files(Optional.empty());
    switch (parts[0]) {
      case "missing" -> Files.delete(files.key());
      case "empty" -> Files.writeString(files.key(), "");
      default -> Files.writeString(files.key(), TestCertificate.pem(parts[0], new byte[50]));
    }
    assertThatExceptionOfType(OptionException.class)
        .isThrownBy(files::identity)
        .withMessageContaining(parts[1]);
  }

  @Test
  void theKeyOfAnotherCertificateIsRefused() throws Exception {
    TlsFiles one = TestCertificate.make(temp.resolve("a"), "EC", "a").files(Optional.empty());
    TlsFiles other = TestCertificate.make(temp.resolve("b"), "RSA", "b").files(Optional.empty());
    assertThatExceptionOfType(OptionException.class)
        .isThrownBy(new TlsFiles(one.certificate(), other.key(), Optional.empty())::identity)
        .withMessageContaining("is not the key of");
  }
}
