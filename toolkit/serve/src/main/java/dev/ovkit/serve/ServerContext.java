package dev.ovkit.serve;

import dev.ovkit.serve.metrics.ServerMetrics;
import dev.ovkit.serve.model.ModelPool;
import dev.ovkit.serve.model.WorkQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/** What all requests of a server share. */
record ServerContext(
    ServerLimits limits,
    ModelPool models,
    WorkQueue queue,
    BodyBudget budget,
    ServerMetrics metrics,
    ServerListener listener,
    AtomicBoolean draining) {

  /** Whether every model is loaded and tested, and the server is not shutting down. */
  boolean ready() {
    return models.ready() && !draining.get();
  }
}
