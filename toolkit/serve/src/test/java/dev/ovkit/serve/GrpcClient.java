package dev.ovkit.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.DescriptorProtos;
import com.google.protobuf.Descriptors;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.TextFormat;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ChannelCredentials;
import io.grpc.ClientInterceptors;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.concurrent.Future;

/**
 * gRPC's own client, with messages by the names that the published .proto has for them: what protoc
 * makes of it is the only thing that the server and its tests share.
 */
final class GrpcClient implements AutoCloseable {

  static final String SERVICE = "inference.GRPCInferenceService/";
  static final String MODEL = "model_name: 'conveyor-parts' ";

  private static final int MOST_BYTES = 64 << 20;
  private static final Descriptors.FileDescriptor PROTOCOL = protocol();

  private final ManagedChannel channel;
  private final Channel calls;

  GrpcClient(int port) {
    this(port, InsecureChannelCredentials.create(), new Metadata());
  }

  GrpcClient(int port, ChannelCredentials credentials, Metadata headers) {
    channel =
        Grpc.newChannelBuilder("127.0.0.1:" + port, credentials)
            .maxInboundMessageSize(MOST_BYTES)
            .build();
    calls =
        ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  private static Descriptors.FileDescriptor protocol() {
    try (InputStream file =
        Objects.requireNonNull(
            GrpcClient.class.getResourceAsStream("/open_inference_grpc.desc"),
            "protoc has not described the messages; Maven lets it")) {
      return Descriptors.FileDescriptor.buildFrom(
          DescriptorProtos.FileDescriptorSet.parseFrom(file).getFile(0),
          new Descriptors.FileDescriptor[0]);
    } catch (IOException | Descriptors.DescriptorValidationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Makes a message of its text. */
  static DynamicMessage.Builder message(String type, String text) {
    try {
      DynamicMessage.Builder builder =
          DynamicMessage.newBuilder(PROTOCOL.findMessageTypeByName(type));
      TextFormat.merge(text, builder);
      return builder;
    } catch (TextFormat.ParseException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** Returns a field by its name. */
  @SuppressWarnings("unchecked")
  static <T> T field(DynamicMessage message, String name) {
    return (T) message.getField(message.getDescriptorForType().findFieldByName(name));
  }

  private static final MethodDescriptor.Marshaller<byte[]> BYTES =
      new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(byte[] value) {
          return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
          try {
            return stream.readAllBytes();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        }
      };

  private static MethodDescriptor<byte[], byte[]> method(String path) {
    return MethodDescriptor.newBuilder(BYTES, BYTES)
        .setType(MethodDescriptor.MethodType.UNARY)
        .setFullMethodName(path)
        .build();
  }

  byte[] call(String path, CallOptions options, byte[] message) {
    return ClientCalls.blockingUnaryCall(calls, method(path), options, message);
  }

  Future<byte[]> begin(String path, CallOptions options, byte[] message) {
    return ClientCalls.futureUnaryCall(calls.newCall(method(path), options), message);
  }

  /** Calls a method of the protocol. */
  DynamicMessage call(String method, String request) {
    return call(method, message(method + "Request", request).build());
  }

  DynamicMessage call(String method, DynamicMessage request) {
    byte[] answer = call(SERVICE + method, CallOptions.DEFAULT, request.toByteArray());
    try {
      return DynamicMessage.parseFrom(PROTOCOL.findMessageTypeByName(method + "Response"), answer);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Checks that something is refused, and returns the message. */
  static String refused(Status.Code code, Runnable asking) {
    StatusRuntimeException refusal =
        catchThrowableOfType(StatusRuntimeException.class, asking::run);
    assertThat(refusal).isNotNull();
    assertThat(refusal.getStatus().getCode()).as(refusal.getMessage()).isEqualTo(code);
    String message = String.valueOf(refusal.getStatus().getDescription());
    assertThat(message).doesNotContain("Exception", "dev.ovkit", "\tat ");
    return message;
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
