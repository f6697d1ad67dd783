package dev.ovkit.video.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttClientSslConfig;
import com.hivemq.client.mqtt.MqttClientSslConfigBuilder;
import com.hivemq.client.mqtt.MqttClientTransportConfig;
import com.hivemq.client.mqtt.MqttClientTransportConfigBuilder;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5ClientBuilder;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubAckException;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5ConnectBuilder;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishResult;
import com.hivemq.client.mqtt.mqtt5.message.publish.puback.Mqtt5PubAckReasonCode;
import dev.ovkit.OptionException;
import dev.ovkit.internal.tls.TrustedCertificates;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A connection to an MQTT 5 broker, opened again whenever it is lost.
 *
 * <p>The topic {@code …/status} is {@code online} while it stands and {@code offline} otherwise,
 * also after {@code kill -9}: the broker says so itself. Of what {@link #newest} gets, a thread
 * sends the newest message of each topic; events go through a {@link Delivery}.
 */
public final class MqttConnection implements AutoCloseable {

  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final Duration POLL = Duration.ofSeconds(1);
  private static final int KEEP_ALIVE_SECONDS = 15;
  private static final byte[] OFFLINE = "offline".getBytes(UTF_8);
  private static final byte[] ONLINE = "online".getBytes(UTF_8);

  /** What a broker refuses today it refuses tomorrow. */
  private static final Set<Mqtt5PubAckReasonCode> FINAL =
      Set.of(
          Mqtt5PubAckReasonCode.NOT_AUTHORIZED,
          Mqtt5PubAckReasonCode.TOPIC_NAME_INVALID,
          Mqtt5PubAckReasonCode.PAYLOAD_FORMAT_INVALID);

  private record Message(byte[] payload, boolean retained) {}

  private final MqttOptions options;
  private final Delivery.Pauses pauses;
  private final Consumer<String> reports;
  private final Mqtt5ClientBuilder clients;
  private final Thread thread = new Thread(this::run, "ovkit-mqtt");
  private final Map<String, Message> pending = new LinkedHashMap<>();
  private final Map<String, Message> retained = new LinkedHashMap<>();
  private volatile Mqtt5AsyncClient client;
  private volatile boolean ending;

  private MqttConnection(MqttOptions options, Delivery.Pauses pauses, Consumer<String> reports) {
    this.options = options;
    this.pauses = pauses;
    this.reports = reports;
    options.password().ifPresent(Secret::value);
    // Without it, Netty makes JDK 24 and newer warn of memory that it does not even need here.
    if (System.getProperty("io.netty.noUnsafe") == null) {
      System.setProperty("io.netty.noUnsafe", "true");
    }
    clients =
        MqttClient.builder()
            .useMqttVersion5()
            .identifier("ovkit-" + options.topic().replaceAll("[^A-Za-z0-9]", "-"))
            .executorConfig()
            .nettyThreads(1)
            .applyExecutorConfig()
            .transportConfig(transport(options));
    client = clients.buildAsync();
    thread.setDaemon(true);
  }

  private static MqttClientTransportConfig transport(MqttOptions options) {
    MqttClientTransportConfigBuilder transport =
        MqttClientTransportConfig.builder()
            .serverHost(options.address().getHost())
            .serverPort(options.port())
            .socketConnectTimeout(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
            .mqttConnectTimeout(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    return (options.isEncrypted() ? transport.sslConfig(tls(options)) : transport).build();
  }

  private static MqttClientSslConfig tls(MqttOptions options) {
    MqttClientSslConfigBuilder tls = MqttClientSslConfig.builder();
    return (options.ca().isPresent()
            ? tls.trustManagerFactory(TrustedCertificates.managers(options.ca().get()))
            : tls)
        .build();
  }

  /**
   * Begins to connect.
   *
   * @param reports takes a line when the broker is away, and when it is back
   * @throws OptionException when the password or the certificates are not there
   */
  public static MqttConnection open(MqttOptions options, Consumer<String> reports) {
    return open(options, Delivery.Pauses.USUAL, reports);
  }

  static MqttConnection open(
      MqttOptions options, Delivery.Pauses pauses, Consumer<String> reports) {
    MqttConnection connection = new MqttConnection(options, pauses, reports);
    connection.thread.start();
    return connection;
  }

  /** Returns the topic of a camera; what a topic cannot have is replaced. */
  public String topic(String camera, String last) {
    return "%s/%s/%s"
        .formatted(options.topic(), camera.replaceAll("[+#/$\\p{Cntrl}\\s]", "_"), last);
  }

  /** Returns the topic that says whether this program runs. */
  public String statusTopic() {
    return options.topic() + "/status";
  }

  /** Whether messages reach the broker now. */
  public boolean isConnected() {
    return client.getState().isConnected();
  }

  /**
   * Sends a message soon, unless a newer one of its topic comes before. Never waits.
   *
   * @param keep whether the broker keeps it for those that come later; it is then sent again
   *     whenever the connection is
   */
  public synchronized void newest(String topic, String payload, boolean keep) {
    Message message = new Message(payload.getBytes(UTF_8), keep);
    if (keep) {
      retained.put(topic, message);
    }
    if (keep || isConnected()) {
      pending.put(topic, message);
      notifyAll();
    }
  }

  // ---- the thread

  private void run() {
    Random random = new Random();
    String said = "";
    int failures = 0;
    try {
      while (!ending) {
        try {
          if (!isConnected()) {
            connect();
            if (!said.isEmpty()) {
              reports.accept("%s: connected again".formatted(options));
              said = "";
            }
            failures = 0;
          }
          sendNewest();
        } catch (DeliveryException e) {
          if (!said.equals(e.getMessage())) {
            said = e.getMessage();
            reports.accept(said + "; trying again");
          }
          failures++;
          if (!isConnected()) {
            // A client that fails while its last attempt is still ending may never connect again.
            client = clients.buildAsync();
          }
          Thread.sleep(pauses.after(failures, random).toMillis());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void connect() throws DeliveryException, InterruptedException {
    Mqtt5ConnectBuilder.Send<? extends CompletableFuture<?>> connect =
        client
            .connectWith()
            .cleanStart(true)
            .keepAlive(KEEP_ALIVE_SECONDS)
            .willPublish()
            .topic(statusTopic())
            .payload(OFFLINE)
            .retain(true)
            .qos(MqttQos.AT_LEAST_ONCE)
            .applyWillPublish();
    if (options.user().isPresent()) {
      String user = options.user().get();
      try {
        connect =
            options.password().isPresent()
                ? connect
                    .simpleAuth()
                    .username(user)
                    .password(options.password().get().value().getBytes(UTF_8))
                    .applySimpleAuth()
                : connect.simpleAuth().username(user).applySimpleAuth();
      } catch (OptionException e) { // it was there at the start
        throw DeliveryException.later(e.getMessage());
      }
    }
    await(connect.send());
    publish(statusTopic(), ONLINE, MqttQos.AT_LEAST_ONCE, true);
    synchronized (this) {
      pending.putAll(retained); // the broker may have forgotten them
      notifyAll();
    }
  }

  @SuppressWarnings("WaitNotInLoop") // the caller's, which looks at the connection too
  private void sendNewest() throws DeliveryException, InterruptedException {
    String topic;
    Message message;
    synchronized (this) {
      if (pending.isEmpty()) {
        wait(POLL.toMillis());
      }
      Iterator<Map.Entry<String, Message>> all = pending.entrySet().iterator();
      if (!all.hasNext()) {
        return;
      }
      Map.Entry<String, Message> first = all.next();
      topic = first.getKey();
      message = first.getValue();
      all.remove();
    }
    publish(topic, message.payload, MqttQos.AT_MOST_ONCE, message.retained);
  }

  private void publish(String topic, byte[] payload, MqttQos qos, boolean retain)
      throws DeliveryException, InterruptedException {
    await(client.publishWith().topic(topic).payload(payload).qos(qos).retain(retain).send());
  }

  private <T> T await(CompletableFuture<T> answer) throws DeliveryException, InterruptedException {
    try {
      T result = answer.get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
      if (result instanceof Mqtt5PublishResult published && published.getError().isPresent()) {
        throw failure(published.getError().get());
      }
      return result;
    } catch (TimeoutException e) {
      throw DeliveryException.later(
          "%s: no answer within %d s".formatted(options, TIMEOUT.toSeconds()));
    } catch (ExecutionException e) {
      throw failure(e.getCause());
    }
  }

  private DeliveryException failure(@Nullable Throwable cause) {
    if (cause instanceof Mqtt5PubAckException refused) {
      Mqtt5PubAckReasonCode code = refused.getMqttMessage().getReasonCode();
      String message = "%s: the broker answers %s".formatted(options, code);
      return FINAL.contains(code)
          ? DeliveryException.refused(message)
          : DeliveryException.later(message);
    }
    if (cause instanceof Mqtt5ConnAckException refused) {
      return DeliveryException.later(
          "%s: the broker refuses the connection: %s"
              .formatted(options, refused.getMqttMessage().getReasonCode()));
    }
    for (Throwable one = cause; one != null; one = one.getCause()) {
      if (one instanceof javax.net.ssl.SSLException) {
        return DeliveryException.later(
            "%s: no TLS connection (%s)".formatted(options, one.getMessage()));
      }
    }
    Throwable reason = cause == null ? null : cause.getCause();
    return DeliveryException.later(
        reason instanceof IOException && !(reason instanceof ConnectException)
            ? "%s: no connection (%s)".formatted(options, reason.getMessage())
            : "%s: no connection".formatted(options));
  }

  /** Hands events over with QoS 1, in their order; waits for the connection. */
  Deliverer deliverer() {
    return new Deliverer() {
      @Override
      public void deliver(List<Event> events) throws DeliveryException, InterruptedException {
        while (!isConnected()) {
          Thread.sleep(10);
        }
        List<CompletableFuture<Mqtt5PublishResult>> sent = new ArrayList<>();
        for (Event event : events) {
          sent.add(
              client
                  .publishWith()
                  .topic(topic(event.camera(), "events"))
                  .payload(event.json().getBytes(UTF_8))
                  .qos(MqttQos.AT_LEAST_ONCE)
                  .contentType("application/json")
                  .send());
        }
        for (CompletableFuture<Mqtt5PublishResult> one : sent) {
          await(one);
        }
      }

      @Override
      public void close() {}
    };
  }

  /** Says that the program ends, and ends the connection. */
  @Override
  public void close() {
    boolean interrupted = false;
    try {
      long end = System.nanoTime() + POLL.toNanos();
      while (isConnected() && hasPending() && System.nanoTime() < end) {
        Thread.sleep(5);
      }
      ending = true;
      thread.interrupt();
      thread.join();
      if (isConnected()) {
        publish(statusTopic(), OFFLINE, MqttQos.AT_LEAST_ONCE, true);
        await(client.disconnect());
      }
    } catch (DeliveryException e) {
      // the broker says it itself
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized boolean hasPending() {
    return !pending.isEmpty();
  }
}
