package dev.ovkit.spring;

import dev.ovkit.OvkitException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;

/** Says why an application does not start with a model, in the words of ovkit's own message. */
final class OvkitFailureAnalyzer extends AbstractFailureAnalyzer<OvkitException>
    implements Ordered {

  @Override
  protected FailureAnalysis analyze(Throwable failure, OvkitException cause) {
    return new FailureAnalysis(
        "A detector cannot be opened: " + cause.getMessage(),
        "Correct the properties under 'ovkit.models', or the model that they name.",
        cause);
  }

  @Override
  public int getOrder() {
    return Ordered.HIGHEST_PRECEDENCE;
  }
}
