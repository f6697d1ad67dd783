package dev.ovkit.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ovkit.OvkitException;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * One case of a fuzz test: bytes that nobody meant. They give a result, or are refused in a message
 * that a person can read; everything else is a finding.
 */
public final class FuzzCase {

  /** A message may quote what it refuses, but not all of it. */
  private static final int LONGEST_MESSAGE = 4000;

  private static final CaseLog LOG = CaseLog.ofProperty();

  /** What is done with the bytes. */
  public interface Reading {
    void read() throws IOException;
  }

  public static void of(byte[] bytes, Reading reading) {
    LOG.begin(bytes);
    try {
      reading.read();
      LOG.end(true);
    } catch (OvkitException e) {
      assertThat(e.getMessage()).isNotBlank().hasSizeLessThan(LONGEST_MESSAGE);
      LOG.end(false);
    } catch (IOException e) {
      throw new UncheckedIOException("the fuzz test's own files", e);
    }
  }

  private FuzzCase() {}
}
