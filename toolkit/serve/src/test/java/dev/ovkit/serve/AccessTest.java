package dev.ovkit.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.ovkit.OptionException;
import dev.ovkit.serve.access.AccessTokens;
import dev.ovkit.serve.model.ServedModel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AccessTest {

  private static final String FIRST = "0123456789abcdef";
  private static final String SECOND = "fedcba9876543210-._~+/=";

  @TempDir private Path temp;

  private Path tokens(String text) throws IOException {
    return Files.writeString(temp.resolve("tokens.txt"), text);
  }

  @Test
  void aTokenLetsIn() throws Exception {
    Path file = tokens("# who may ask\n\nfirst=%s\n second=%s \n".formatted(FIRST, SECOND));
    try (ServedDemo demo = new ServedDemo(ServerOptions.defaults().withTokens(file))) {
      for (String header :
          new String[] {
            "",
            "Bearer",
            "Bearer ",
            "Bearer " + FIRST + "0",
            "Bearer first",
            "Basic " + FIRST,
            FIRST
          }) {
        for (String path : new String[] {"/v2", "/v1/models", "/metrics", "/openapi.json"}) {
          HttpResponse<byte[]> response =
              demo.send(demo.request(path).header("Authorization", header));
          assertThat(ServedDemo.error(response, 401))
              .isEqualTo("a token is needed: send it as 'Authorization: Bearer TOKEN'");
          assertThat(response.headers().firstValue("WWW-Authenticate")).contains("Bearer");
        }
      }
      ServedDemo.error(demo.post(ServedDemo.DETECT, "image/jpeg", ServedDemo.picture(0)), 401);
      ServedDemo.ok(demo.get("/v2/health/live"));
      ServedDemo.ok(demo.get("/v2/health/ready"));
      for (String token : new String[] {"Bearer " + FIRST, "bearer  " + SECOND}) {
        ServedDemo.ok(
            demo.send(
                demo.request("/v2")
                    .header("Authorization", token)
                    .header("X-Request-Id", "by" + token.length())));
      }
      assertThat(Logged.byId(demo, "by23").client()).contains("first");
      assertThat(Logged.byId(demo, "by31").client()).contains("second");
      assertThat(demo.answered.toString()).doesNotContain(FIRST, SECOND);
    }
  }

  @Test
  void aClientThatAsksTooOftenIsRefusedForNow() throws Exception {
    Path file = tokens("first=%s\nsecond=%s\n".formatted(FIRST, SECOND));
    ServerLimits limits = ServerLimits.defaults().withRate(1);
    try (ServedDemo demo =
        new ServedDemo(ServerOptions.defaults().withTokens(file).withLimits(limits))) {
      assertThat(detect(demo, FIRST).statusCode()).isEqualTo(200);
      HttpResponse<byte[]> refused = detect(demo, FIRST);
      while (refused.statusCode() == 200) { // more than a second has gone by
        refused = detect(demo, FIRST);
      }
      assertThat(ServedDemo.error(refused, 429))
          .isEqualTo("this client asks too often: the limit is 1 a second");
      assertThat(refused.headers().firstValue("Retry-After")).contains("1");
      assertThat(detect(demo, SECOND).statusCode()).isEqualTo(200);
      ServedDemo.ok(demo.send(demo.request("/v2").header("Authorization", "Bearer " + FIRST)));
    }
    try (ServedDemo demo = new ServedDemo(ServerOptions.defaults().withLimits(limits))) {
      HttpResponse<byte[]> response = detect(demo, FIRST);
      while (response.statusCode() == 200) { // all come from one address
        response = detect(demo, SECOND);
      }
      ServedDemo.error(response, 429);
      try (GrpcClient client = new GrpcClient(demo.server.port())) {
        while (true) { // until it is the address's turn no more
          try {
            client.call("ModelReady", "name: 'conveyor-parts'");
          } catch (StatusRuntimeException e) {
            assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
            break;
          }
        }
      }
    }
  }

  private static HttpResponse<byte[]> detect(ServedDemo demo, String token) throws Exception {
    return demo.send(
        demo.request(ServedDemo.DETECT)
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", "image/jpeg")
            .POST(HttpRequest.BodyPublishers.ofByteArray(ServedDemo.picture(0))));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "# none\n",
        "first",
        "first=short",
        "=0123456789abcdef",
        "a b=0123456789abcdef",
        "a=0123456789abcdef\na=0123456789abcdeg",
        "a=0123456789 abcdef"
      })
  void aFileThatHasNoTokensIsRefusedAndNeverQuoted(String text) throws Exception {
    Path file = tokens(text);
    assertThatExceptionOfType(OptionException.class)
        .isThrownBy(() -> AccessTokens.read(file))
        .satisfies(e -> assertThat(e.getMessage()).contains("tokens.txt").doesNotContain("0123"));
    assertThatExceptionOfType(OptionException.class)
        .isThrownBy(() -> AccessTokens.read(temp.resolve("missing")))
        .withMessageContaining("give a file of lines NAME=TOKEN");
  }

  private static ServerOptions everywhere() {
    return ServerOptions.defaults().withAddress(new InetSocketAddress("0.0.0.0", 0));
  }

  @Test
  void otherMachinesAreNotServedUnasked() {
    assertThatExceptionOfType(OptionException.class)
        .isThrownBy(() -> DetectionServer.start(everywhere(), ServedModel.of(ServedDemo.IR)))
        .withMessage(
            "0.0.0.0: other machines could use this server without being known; give --token-file"
                + " FILE, or --cert and --key, or --insecure if something else keeps them out");
  }

  @Test
  void otherMachinesAreServedWithATokenOrIfItIsSaid() throws Exception {
    try (ServedDemo demo = new ServedDemo(everywhere().withInsecure(true))) {
      ServedDemo.ok(demo.get("/v2"));
    }
    try (ServedDemo demo =
        new ServedDemo(everywhere().withTokens(tokens("first=" + FIRST + "\n")))) {
      ServedDemo.error(demo.get("/v2"), 401);
    }
  }

  @Test
  void anAddressThatIsTakenOrUnknownIsRefused() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
      assertThatExceptionOfType(OptionException.class)
          .isThrownBy(
              () ->
                  DetectionServer.start(
                      ServerOptions.defaults().withPort(taken.getLocalPort()),
                      ServedModel.of(ServedDemo.IR)))
          .withMessageContaining("cannot be used")
          .withMessageContaining("give another one with --port");
    }
    assertThatExceptionOfType(OptionException.class)
        .isThrownBy(
            () ->
                DetectionServer.start(
                    ServerOptions.defaults()
                        .withAddress(InetSocketAddress.createUnresolved("nowhere.invalid", 0)),
                    ServedModel.of(ServedDemo.IR)))
        .withMessage("nowhere.invalid: there is no such host");
  }
}
