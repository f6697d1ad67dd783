/**
 * Events on their way to other systems: kept on disk until a webhook, an MQTT broker or Kafka has
 * them. Start at {@link dev.ovkit.video.delivery.Delivery}.
 */
@NullMarked
package dev.ovkit.video.delivery;

import org.jspecify.annotations.NullMarked;
