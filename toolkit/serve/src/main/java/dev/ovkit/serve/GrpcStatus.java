package dev.ovkit.serve;

import org.eclipse.jetty.http.HttpStatus;

/** The statuses of gRPC that this server gives, each for one or more of HTTP. */
enum GrpcStatus {
  OK(0),
  UNKNOWN(2),
  INVALID_ARGUMENT(3),
  DEADLINE_EXCEEDED(4),
  NOT_FOUND(5),
  PERMISSION_DENIED(7),
  RESOURCE_EXHAUSTED(8),
  UNIMPLEMENTED(12),
  INTERNAL(13),
  UNAVAILABLE(14),
  UNAUTHENTICATED(16);

  private final int code;

  GrpcStatus(int code) {
    this.code = code;
  }

  int code() {
    return code;
  }

  /** Returns what gRPC calls a status of HTTP. */
  static GrpcStatus of(int http) {
    return switch (http) {
      case HttpStatus.OK_200 -> OK;
      case HttpStatus.BAD_REQUEST_400 -> INVALID_ARGUMENT;
      case HttpStatus.UNAUTHORIZED_401 -> UNAUTHENTICATED;
      case HttpStatus.FORBIDDEN_403 -> PERMISSION_DENIED;
      case HttpStatus.NOT_FOUND_404 -> NOT_FOUND;
      case HttpStatus.PAYLOAD_TOO_LARGE_413, HttpStatus.TOO_MANY_REQUESTS_429 -> RESOURCE_EXHAUSTED;
      case HttpStatus.INTERNAL_SERVER_ERROR_500 -> INTERNAL;
      case HttpStatus.METHOD_NOT_ALLOWED_405, HttpStatus.UNSUPPORTED_MEDIA_TYPE_415 ->
          UNIMPLEMENTED;
      case HttpStatus.SERVICE_UNAVAILABLE_503 -> UNAVAILABLE;
      case HttpStatus.REQUEST_TIMEOUT_408 -> DEADLINE_EXCEEDED;
      default -> UNKNOWN;
    };
  }
}
