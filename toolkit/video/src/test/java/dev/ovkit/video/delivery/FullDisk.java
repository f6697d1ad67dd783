package dev.ovkit.video.delivery;

import java.nio.file.Path;

/**
 * A program that adds events to a queue on a small disk, until the disk has been full for a while
 * and the receiver has them all. Prints what it says of the disk, and its counts at the end.
 */
final class FullDisk {

  public static void main(String[] arguments) throws InterruptedException {
    int count = Integer.parseInt(arguments[2]);
    QueueOptions queue = new QueueOptions(Path.of(arguments[0]), QueueOptions.DEFAULT_BYTES);
    try (Delivery delivery =
        Delivery.toWebhook(WebhookOptions.of(arguments[1]), queue, System.out::println)) {
      for (int i = 0; i < count; i++) {
        delivery.add(TestEvents.event(i));
      }
      while (delivery.counts().delivered() < count) {
        Thread.sleep(1);
      }
      System.out.println(delivery.counts());
    }
  }

  private FullDisk() {}
}
