package dev.ovkit.video.delivery;

/**
 * What became of the events for a receiver. Each event that came is one of {@code delivered},
 * {@code refused}, {@code dropped} or {@code queued}, which includes those of earlier runs.
 *
 * @param name of the receiver, such as {@code webhook}
 * @param delivered which the receiver has
 * @param queued which wait
 * @param dropped which the queue had no room for, the oldest first
 * @param refused which the receiver does not take
 * @param retries attempts that failed and were, or will be, made again
 */
public record DeliveryCounts(
    String name, long delivered, long queued, long dropped, long refused, long retries) {}
