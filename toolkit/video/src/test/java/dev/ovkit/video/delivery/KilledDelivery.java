package dev.ovkit.video.delivery;

import java.nio.file.Path;

/**
 * A program that adds events without end to a webhook's queue, until it is killed. Prints the
 * number of each event that is on disk, or delivered.
 */
final class KilledDelivery {

  public static void main(String[] arguments) throws InterruptedException {
    QueueOptions queue = new QueueOptions(Path.of(arguments[0]), QueueOptions.DEFAULT_BYTES);
    Delivery delivery =
        Delivery.toWebhook(WebhookOptions.of(arguments[1]), queue, System.err::println);
    for (int i = 0; ; i++) {
      delivery.add(TestEvents.event(i));
      while (delivery.inMemory() > 0) {
        Thread.sleep(1);
      }
      System.out.println(i);
    }
  }

  private KilledDelivery() {}
}
