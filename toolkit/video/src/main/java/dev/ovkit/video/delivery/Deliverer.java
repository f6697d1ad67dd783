package dev.ovkit.video.delivery;

import java.util.List;

/** A way to a receiver. Used by one thread, which may wait. */
interface Deliverer extends AutoCloseable {

  /** The most events that it gets at once. */
  int MOST_EVENTS = 100;

  /**
   * Hands events over; returns when the receiver has them all.
   *
   * @throws DeliveryException when it has not, or may not have, all of them
   */
  void deliver(List<Event> events) throws DeliveryException, InterruptedException;

  @Override
  void close();
}
