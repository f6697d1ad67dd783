package dev.ovkit.serve;

import java.util.Optional;

/** Waits for what is logged after its answer has gone out. */
final class Logged {

  static AnsweredRequest byId(ServedDemo demo, String id) throws InterruptedException {
    while (true) { // the test's own time limit ends this
      Optional<AnsweredRequest> found =
          demo.answered.stream().filter(one -> one.id().equals(id)).findFirst();
      if (found.isPresent()) {
        return found.get();
      }
      Thread.sleep(5);
    }
  }

  private Logged() {}
}
