package dev.ovkit.serve;

import dev.ovkit.serve.access.TlsFiles;
import java.util.Optional;
import org.eclipse.jetty.alpn.server.ALPNServerConnectionFactory;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory;
import org.eclipse.jetty.http2.server.HTTP2ServerConnectionFactory;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/**
 * How connections become requests: HTTP/1.1 and HTTP/2, in cleartext or over TLS; at the port of
 * gRPC HTTP/2 alone.
 */
final class Connectors {

  private static final int HEADER_BYTES = 16 << 10;
  private static final int STREAMS = 32;
  private static final int BACKLOG = 256;

  static ServerConnector of(
      Server server, ServerOptions options, Optional<SslContextFactory.Server> tls) {
    HttpConfiguration http = http(options);
    return listening(
        server,
        options,
        options.address().getPort(),
        tls.map(context -> secure(context, http)).orElseGet(() -> cleartext(http)));
  }

  static ServerConnector grpc(
      Server server, ServerOptions options, int port, Optional<SslContextFactory.Server> tls) {
    HttpConfiguration http = http(options);
    return listening(
        server,
        options,
        port,
        tls.map(context -> secureHttp2(context, http))
            .orElseGet(() -> new ConnectionFactory[] {cleartextHttp2(http)}));
  }

  private static HttpConfiguration http(ServerOptions options) {
    HttpConfiguration http = new HttpConfiguration();
    http.setSendServerVersion(false);
    http.setSendXPoweredBy(false);
    http.setRequestHeaderSize(HEADER_BYTES);
    http.setIdleTimeout(options.limits().idle().toMillis());
    return http;
  }

  private static ServerConnector listening(
      Server server, ServerOptions options, int port, ConnectionFactory... factories) {
    ServerConnector connector = new ServerConnector(server, 1, 1, factories);
    connector.setHost(options.address().getHostString());
    connector.setPort(port);
    connector.setIdleTimeout(options.limits().idle().toMillis());
    connector.setAcceptQueueSize(BACKLOG);
    return connector;
  }

  private static ConnectionFactory[] cleartext(HttpConfiguration http) {
    return new ConnectionFactory[] {new HttpConnectionFactory(http), cleartextHttp2(http)};
  }

  private static ConnectionFactory cleartextHttp2(HttpConfiguration http) {
    HTTP2CServerConnectionFactory http2 = new HTTP2CServerConnectionFactory(http);
    http2.setMaxConcurrentStreams(STREAMS);
    return http2;
  }

  private static ConnectionFactory[] secureHttp2(
      SslContextFactory.Server context, HttpConfiguration http) {
    HTTP2ServerConnectionFactory http2 = new HTTP2ServerConnectionFactory(http);
    http2.setMaxConcurrentStreams(STREAMS);
    ALPNServerConnectionFactory alpn = new ALPNServerConnectionFactory();
    alpn.setDefaultProtocol(http2.getProtocol());
    return new ConnectionFactory[] {
      new SslConnectionFactory(context, alpn.getProtocol()), alpn, http2
    };
  }

  private static ConnectionFactory[] secure(
      SslContextFactory.Server context, HttpConfiguration http) {
    HTTP2ServerConnectionFactory http2 = new HTTP2ServerConnectionFactory(http);
    http2.setMaxConcurrentStreams(STREAMS);
    ALPNServerConnectionFactory alpn = new ALPNServerConnectionFactory();
    alpn.setDefaultProtocol(HttpVersion.HTTP_1_1.asString());
    return new ConnectionFactory[] {
      new SslConnectionFactory(context, alpn.getProtocol()),
      alpn,
      http2,
      new HttpConnectionFactory(http)
    };
  }

  /** Makes what TLS needs of its files. */
  static SslContextFactory.Server tls(TlsFiles files) {
    SslContextFactory.Server context = new SslContextFactory.Server();
    configure(context, files);
    return context;
  }

  /**
   * Gives TLS what its files hold now.
   *
   * @throws dev.ovkit.OptionException if they cannot be used; nothing has changed then
   */
  static void configure(SslContextFactory.Server context, TlsFiles files) {
    var identity = files.identity();
    var clients = files.clients();
    context.setKeyStore(identity);
    context.setKeyStorePassword(new String(files.password()));
    clients.ifPresent(
        roots -> {
          context.setTrustStore(roots);
          context.setNeedClientAuth(true);
        });
  }

  private Connectors() {}
}
