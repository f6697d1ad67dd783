package dev.ovkit.load;

/**
 * How a request ended.
 *
 * @param kind of end
 * @param status of the answer; 0 without one
 * @param reason why there was no answer; empty if there was
 */
record RequestEnd(Kind kind, int status, String reason) {

  /** Whether there was an answer, and if not, why not. */
  enum Kind {
    ANSWER,
    TIMEOUT,
    FAILURE
  }

  static RequestEnd answer(int status) {
    return new RequestEnd(Kind.ANSWER, status, "");
  }

  static RequestEnd timeout() {
    return new RequestEnd(Kind.TIMEOUT, 0, "");
  }

  static RequestEnd failure(String reason) {
    return new RequestEnd(Kind.FAILURE, 0, reason);
  }

  boolean isSuccess() {
    return status >= 200 && status < 300;
  }
}
