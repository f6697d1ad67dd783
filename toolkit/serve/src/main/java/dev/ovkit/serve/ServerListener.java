package dev.ovkit.serve;

/** Hears what a server does; called by any thread, and must not block. */
public interface ServerListener {

  /** Hears nothing. */
  ServerListener NONE = new ServerListener() {};

  /** A request was answered, or its client went away. */
  default void answered(AnsweredRequest request) {}

  /**
   * Something failed that is no client's fault.
   *
   * @param id of the request it failed for; empty for none
   */
  default void failed(String id, Throwable failure) {}

  /** Something happened that an operator wants to know, in a sentence. */
  default void noticed(String message) {}
}
