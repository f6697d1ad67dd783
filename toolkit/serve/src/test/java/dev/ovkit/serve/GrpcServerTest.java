package dev.ovkit.serve;

import static dev.ovkit.serve.GrpcClient.MODEL;
import static dev.ovkit.serve.GrpcClient.message;
import static dev.ovkit.serve.GrpcClient.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import com.google.protobuf.ByteString;
import com.google.protobuf.DynamicMessage;
import dev.ovkit.OptionException;
import dev.ovkit.serve.access.TlsFiles;
import dev.ovkit.serve.model.ServedModel;
import dev.ovkit.serve.model.WorkQueue;
import io.grpc.CallOptions;
import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who may call, how much, for how long, and what becomes of calls at the end. */
@Timeout(120)
class GrpcServerTest {

  private static final String INFER = GrpcClient.SERVICE + "ModelInfer";
  private static final String TOKEN = "0123456789abcdef";
  private static final Metadata NONE = new Metadata();

  @TempDir private Path temp;

  private static ServedDemo serve(ServerOptions options) {
    return new ServedDemo(options.withGrpcPort(0));
  }

  private static GrpcClient client(ServedDemo demo) {
    return new GrpcClient(demo.server.grpcPort().orElseThrow());
  }

  private static Metadata header(String name, String value) {
    Metadata headers = new Metadata();
    headers.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), value);
    return headers;
  }

  /** Asks for so many pictures, all the same. */
  private static byte[] pictures(int count, String more) {
    DynamicMessage.Builder contents = message("InferTensorContents", "");
    for (int i = 0; i < count; i++) {
      contents.addRepeatedField(
          contents.getDescriptorForType().findFieldByName("bytes_contents"),
          ByteString.copyFrom(ServedDemo.picture(0)));
    }
    DynamicMessage.Builder request =
        message(
            "ModelInferRequest",
            MODEL
                + "inputs { name: 'images' datatype: 'BYTES' shape: %d } ".formatted(count)
                + more);
    var inputs = request.getDescriptorForType().findFieldByName("inputs");
    DynamicMessage input = (DynamicMessage) request.getRepeatedField(inputs, 0);
    return request
        .setRepeatedField(
            inputs,
            0,
            input.toBuilder()
                .setField(inputs.getMessageType().findFieldByName("contents"), contents.build())
                .build())
        .build()
        .toByteArray();
  }

  private static byte[] infer(GrpcClient client) {
    return client.call(INFER, CallOptions.DEFAULT, pictures(1, ""));
  }

  // ---- access

  @Test
  void aTokenLetsIn() throws Exception {
    Path file = Files.writeString(temp.resolve("tokens.txt"), "camera=" + TOKEN + "\n");
    try (ServedDemo demo = serve(ServerOptions.defaults().withTokens(file))) {
      int port = demo.server.grpcPort().orElseThrow();
      ChannelCredentials cleartext = InsecureChannelCredentials.create();
      for (Metadata headers :
          List.of(NONE, header("authorization", "Bearer x"), header("authorization", TOKEN))) {
        try (GrpcClient stranger = new GrpcClient(port, cleartext, headers)) {
          assertThat(refused(Status.Code.UNAUTHENTICATED, () -> infer(stranger)))
              .isEqualTo("a token is needed: send it as 'Authorization: Bearer TOKEN'");
          stranger.call("ServerLive", "");
          stranger.call("ServerReady", "");
        }
      }
      Metadata known = header("authorization", "Bearer " + TOKEN);
      known.merge(header("x-request-id", "known"));
      try (GrpcClient client = new GrpcClient(port, cleartext, known)) {
        infer(client);
      }
      AnsweredRequest logged = Logged.byId(demo, "known");
      assertThat(logged.client()).contains("camera");
      assertThat(logged.path()).isEqualTo("/" + INFER);
      assertThat(logged.status()).isEqualTo(200);
      assertThat(logged.model()).contains(ServedDemo.MODEL);
      assertThat(logged.pictures()).isEqualTo(1);
      assertThat(demo.answered.toString()).doesNotContain(TOKEN);
    }
  }

  @Test
  void otherNamesThanThisMachinesAreRefused() {
    try (ServedDemo demo = serve(ServerOptions.defaults());
        GrpcClient client = client(demo)) {
      assertThat(
              refused(
                  Status.Code.PERMISSION_DENIED,
                  () ->
                      client.call(
                          INFER,
                          CallOptions.DEFAULT.withAuthority("pictures.example"),
                          pictures(1, ""))))
          .contains("only requests to 127.0.0.1, localhost or [::1] are answered");
    }
  }

  private static ChannelCredentials trusting(TestCertificate server, Optional<TlsFiles> own)
      throws Exception {
    TlsChannelCredentials.Builder credentials =
        TlsChannelCredentials.newBuilder()
            .trustManager(server.files(Optional.empty()).certificate().toFile());
    if (own.isPresent()) {
      credentials.keyManager(own.get().certificate().toFile(), own.get().key().toFile());
    }
    return credentials.build();
  }

  private static byte[] infer(ServedDemo demo, ChannelCredentials credentials) {
    try (GrpcClient client =
        new GrpcClient(demo.server.grpcPort().orElseThrow(), credentials, NONE)) {
      return infer(client);
    }
  }

  /** What the client says of it is its own. */
  private static void isNotLetIn(ServedDemo demo, ChannelCredentials credentials) {
    assertThatExceptionOfType(StatusRuntimeException.class)
        .isThrownBy(() -> infer(demo, credentials))
        .satisfies(
            e ->
                assertThat(e.getStatus().getCode())
                    .isIn(Status.Code.UNAVAILABLE, Status.Code.INTERNAL));
    assertThat(demo.answered).allMatch(one -> one.status() == 200);
  }

  @Test
  void tlsIsThatOfHttpAndItsCertificateChangesWhileTheServerRuns() throws Exception {
    TestCertificate first = TestCertificate.make(temp, "EC", "first");
    TlsFiles files = first.files(Optional.empty());
    try (ServedDemo demo = serve(ServerOptions.defaults().withTls(files))) {
      ChannelCredentials trustsFirst = trusting(first, Optional.empty());
      infer(demo, trustsFirst);
      isNotLetIn(demo, InsecureChannelCredentials.create());
      TestCertificate second = TestCertificate.make(temp, "EC", "second");
      ChannelCredentials trustsSecond = trusting(second, Optional.empty());
      Files.setLastModifiedTime(
          files.certificate(), FileTime.from(Instant.now().plusSeconds(3600)));
      demo.server.checkCertificates();
      assertThat(demo.notices).contains("the certificate was read again");
      infer(demo, trustsSecond);
      isNotLetIn(demo, trustsFirst);
    }
  }

  @Test
  void aClientNeedsACertificateWhereItsRootIsGiven() throws Exception {
    TestCertificate server = TestCertificate.make(temp.resolve("server"), "EC", "server");
    TestCertificate known = TestCertificate.make(temp.resolve("known"), "EC", "known");
    TestCertificate stranger = TestCertificate.make(temp.resolve("stranger"), "EC", "stranger");
    TlsFiles files = server.files(Optional.of(known));
    try (ServedDemo demo = serve(ServerOptions.defaults().withTls(files))) {
      infer(demo, trusting(server, Optional.of(known.files(Optional.empty()))));
      for (Optional<TlsFiles> other :
          List.of(Optional.<TlsFiles>empty(), Optional.of(stranger.files(Optional.empty())))) {
        ChannelCredentials credentials = trusting(server, other);
        isNotLetIn(demo, credentials);
      }
    }
  }

  // ---- ports

  @Test
  void aPortThatIsTakenIsRefusedByItsOption() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThatExceptionOfType(OptionException.class)
          .isThrownBy(
              () ->
                  DetectionServer.start(
                      ServerOptions.defaults().withPort(0).withGrpcPort(taken.getLocalPort()),
                      ServedModel.of(ServedDemo.IR)))
          .withMessageContaining("port %d of 127.0.0.1".formatted(taken.getLocalPort()))
          .withMessageContaining("give another one with --grpc-port");
    }
  }

  @Test
  void thePortOfGrpcSpeaksNoOlderHttp() {
    try (ServedDemo demo = serve(ServerOptions.defaults())) {
      HttpRequest request =
          HttpRequest.newBuilder(
                  URI.create(
                      "http://127.0.0.1:%d/v2".formatted(demo.server.grpcPort().orElseThrow())))
              .build();
      HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
      assertThatIOException()
          .isThrownBy(() -> client.send(request, HttpResponse.BodyHandlers.discarding()));
    }
  }

  // ---- limits

  @Test
  void moreThanTheServerTakesIsRefused() {
    ServerLimits usual = ServerLimits.defaults();
    for (List<Object> one :
        List.of(
            List.<Object>of(usual.withBody(4_000), "takes at most 4000 bytes"),
            List.<Object>of(usual.withBodies(100_000), "as much as it has memory for"),
            List.<Object>of(usual.withPixels(4_000), "takes at most 4000"),
            List.<Object>of(usual.withQueue(1), "its queue is full"))) {
      ServerOptions options = ServerOptions.defaults().withLimits((ServerLimits) one.get(0));
      try (ServedDemo demo = serve(options);
          GrpcClient client = client(demo)) {
        byte[] request = pictures(2, "");
        assertThat(
                refused(
                    Status.Code.RESOURCE_EXHAUSTED,
                    () -> client.call(INFER, CallOptions.DEFAULT, request)))
            .contains((String) one.get(1));
        client.call("ServerLive", ""); // the connection is as good as before
      }
    }
  }

  /** Not after it, which the client would notice itself. */
  @Test
  void whatCannotBeAnsweredBeforeTheDeadlineIsRefusedAtOnce() {
    try (ServedDemo demo = serve(ServerOptions.defaults())) {
      int port = demo.server.grpcPort().orElseThrow();
      ChannelCredentials cleartext = InsecureChannelCredentials.create();
      try (GrpcClient hasty = new GrpcClient(port, cleartext, header("grpc-timeout", "1n"))) {
        assertThat(refused(Status.Code.DEADLINE_EXCEEDED, () -> infer(hasty)))
            .contains("the server is busy: the answer would take");
      }
      try (GrpcClient odd = new GrpcClient(port, cleartext, header("grpc-timeout", "soon"))) {
        assertThat(refused(Status.Code.INVALID_ARGUMENT, () -> infer(odd)))
            .contains("grpc-timeout: expected up to 8 digits");
      }
      try (GrpcClient client = client(demo)) {
        byte[] request = pictures(1, "parameters { key: 'timeout' value { int64_param: 1 } }");
        refused(
            Status.Code.DEADLINE_EXCEEDED, () -> client.call(INFER, CallOptions.DEFAULT, request));
        client.call(
            INFER, CallOptions.DEFAULT.withDeadlineAfter(1, TimeUnit.HOURS), pictures(1, ""));
        client.call(
            INFER, CallOptions.DEFAULT.withDeadlineAfter(100_000, TimeUnit.DAYS), pictures(1, ""));
      }
    }
  }

  // ---- waiting, and the end

  /** Keeps the one worker busy until it is let go. */
  private static CountDownLatch busy(ServedDemo demo) {
    CountDownLatch done = new CountDownLatch(1);
    demo.server
        .queue()
        .add(
            List.of(
                new WorkQueue.Task(
                    "other",
                    1,
                    Duration.ZERO,
                    () -> {
                      try {
                        done.await();
                      } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                      }
                    },
                    () -> {})),
            Long.MAX_VALUE);
    return done;
  }

  private static void awaitMetric(ServedDemo demo, String line) throws Exception {
    while (ServedDemo.text(demo.get("/metrics")).lines().noneMatch(line::equals)) {
      Thread.sleep(5); // the test's own time limit ends this
    }
  }

  @Test
  void aCallThatIsCancelledWhileItWaitsIsNotComputed() throws Exception {
    try (ServedDemo demo = serve(ServerOptions.defaults().withWorkers(1));
        GrpcClient client =
            new GrpcClient(
                demo.server.grpcPort().orElseThrow(),
                InsecureChannelCredentials.create(),
                header("x-request-id", "cancelled"))) {
      CountDownLatch done = busy(demo);
      Future<byte[]> call = client.begin(INFER, CallOptions.DEFAULT, pictures(3, ""));
      awaitMetric(demo, "ovkit_queue_length 3.0");
      call.cancel(true);
      AnsweredRequest logged = Logged.byId(demo, "cancelled");
      assertThat(logged.status()).isEqualTo(499);
      assertThat(ServedDemo.text(demo.get("/metrics"))).contains("ovkit_bodies_bytes 0.0");
      done.countDown();
      awaitMetric(demo, "ovkit_queue_length 0.0");
      awaitMetric(demo, "ovkit_workers_busy 0.0");
      assertThat(ServedDemo.text(demo.get("/metrics"))).doesNotContain("ovkit_pictures_total{");
      assertThat(demo.failures).isEmpty();
    }
  }

  @Test
  void acceptedCallsAreAnsweredBeforeTheEnd() throws Exception {
    ServedDemo demo =
        serve(ServerOptions.defaults().withWorkers(1).withGrace(Duration.ofSeconds(60)));
    try (GrpcClient client = client(demo)) {
      CountDownLatch done = busy(demo);
      List<Future<byte[]>> calls = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        calls.add(client.begin(INFER, CallOptions.DEFAULT, pictures(2, "")));
      }
      awaitMetric(demo, "ovkit_queue_length 6.0");
      Thread end = new Thread(demo::close);
      end.start();
      while (demo.server.isReady()) {
        Thread.sleep(5);
      }
      refused(Status.Code.UNAVAILABLE, () -> infer(client));
      done.countDown();
      byte[] first = calls.get(0).get();
      assertThat(first).isNotEmpty();
      for (Future<byte[]> one : calls) {
        assertThat(one.get()).isEqualTo(first);
      }
      end.join();
    }
    assertThat(demo.notices).noneMatch(one -> one.contains("grace"));
    assertThat(demo.failures).isEmpty();
  }

  @Test
  void callsAreCountedByTheirOutcome() throws Exception {
    try (ServedDemo demo = serve(ServerOptions.defaults());
        GrpcClient client = client(demo)) {
      infer(client);
      refused(Status.Code.NOT_FOUND, () -> client.call("ModelReady", "name: 'nothing'"));
      refused(
          Status.Code.UNIMPLEMENTED,
          () -> client.call("somewhere/Else", CallOptions.DEFAULT, new byte[0]));
      String counted =
          "ovkit_requests_total{code=\"%s\",model=\"%s\",route=\"%s\",version=\"%s\"} 1.0";
      awaitMetric(demo, counted.formatted("200", ServedDemo.MODEL, "grpc_infer", "1"));
      awaitMetric(demo, counted.formatted("404", "", "grpc_model_ready", ""));
      awaitMetric(demo, counted.formatted("405", "", "none", ""));
    }
  }
}
