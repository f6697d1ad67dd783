package dev.ovkit.serve;

import dev.ovkit.OptionException;
import java.time.Duration;

/**
 * What a client may take of a server.
 *
 * @param body the most bytes of a request's body
 * @param bodies the most bytes of all bodies that are being received or worked on
 * @param pixels the most pixels of a picture
 * @param pictures the most pictures of a request
 * @param queue the most pictures that wait
 * @param connections the most connections at once
 * @param rate the most requests for detection a second by one client, a token or an address; 0 for
 *     any number
 * @param answer the longest time from a request's body to its answer; a client may ask for less
 * @param receive the longest time for a request's body to arrive
 * @param idle how long nothing may happen on a connection
 */
public record ServerLimits(
    int body,
    long bodies,
    long pixels,
    int pictures,
    int queue,
    int connections,
    int rate,
    Duration answer,
    Duration receive,
    Duration idle) {

  private static final int MIB = 1 << 20;

  public ServerLimits {
    requirePositive("bytes of a body", body);
    requirePositive("bytes of all bodies", bodies);
    requirePositive("pixels", pixels);
    requirePositive("pictures of a request", pictures);
    requirePositive("pictures that wait", queue);
    requirePositive("connections", connections);
    if (rate < 0) {
      throw new OptionException(
          "requests a second of a client: %d, expected 0 or more".formatted(rate));
    }
    requirePositive("milliseconds to answer", answer.toMillis());
    requirePositive("milliseconds to receive", receive.toMillis());
    requirePositive("milliseconds of silence", idle.toMillis());
  }

  private static void requirePositive(String what, long value) {
    if (value < 1) {
      throw new OptionException("most %s: %d, expected 1 or more".formatted(what, value));
    }
  }

  /**
   * 32 MiB a request, a quarter of Java's memory for all; 50 megapixels; 32 pictures a request, 64
   * that wait; 1000 connections; any number of requests a second; 10 seconds to answer, 30 to
   * receive and of silence.
   */
  public static ServerLimits defaults() {
    return new ServerLimits(
        32 * MIB,
        Math.max(64L * MIB, Runtime.getRuntime().maxMemory() / 4),
        50_000_000,
        32,
        64,
        1000,
        0,
        Duration.ofSeconds(10),
        Duration.ofSeconds(30),
        Duration.ofSeconds(30));
  }

  public ServerLimits withBody(int bytes) {
    return new ServerLimits(
        bytes, bodies, pixels, pictures, queue, connections, rate, answer, receive, idle);
  }

  public ServerLimits withBodies(long bytes) {
    return new ServerLimits(
        body, bytes, pixels, pictures, queue, connections, rate, answer, receive, idle);
  }

  public ServerLimits withPixels(long most) {
    return new ServerLimits(
        body, bodies, most, pictures, queue, connections, rate, answer, receive, idle);
  }

  public ServerLimits withQueue(int most) {
    return new ServerLimits(
        body, bodies, pixels, pictures, most, connections, rate, answer, receive, idle);
  }

  public ServerLimits withConnections(int most) {
    return new ServerLimits(
        body, bodies, pixels, pictures, queue, most, rate, answer, receive, idle);
  }

  public ServerLimits withRate(int perSecond) {
    return new ServerLimits(
        body, bodies, pixels, pictures, queue, connections, perSecond, answer, receive, idle);
  }

  public ServerLimits withAnswer(Duration longest) {
    return new ServerLimits(
        body, bodies, pixels, pictures, queue, connections, rate, longest, receive, idle);
  }

  public ServerLimits withReceive(Duration longest) {
    return new ServerLimits(
        body, bodies, pixels, pictures, queue, connections, rate, answer, longest, idle);
  }

  public ServerLimits withIdle(Duration longest) {
    return new ServerLimits(
        body, bodies, pixels, pictures, queue, connections, rate, answer, receive, longest);
  }
}
