package dev.ovkit.runtime;

import java.lang.ref.Cleaner;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.bytedeco.javacpp.Pointer;

/** The owner of one native object: counts the calls that use it, frees it exactly once. */
public abstract class NativeHandle implements AutoCloseable {

  private static final Cleaner CLEANER = Cleaner.create();
  private static final int CLOSED = -1;

  /** The number of calls in flight, or CLOSED. */
  private final AtomicInteger uses = new AtomicInteger();

  private final Cleaner.Cleanable cleanable;

  protected <P extends Pointer> NativeHandle(P pointer, Consumer<P> free) {
    this(pointer, free, new ArrayList<>());
  }

  /**
   * @param memory what the native object uses and Java owns; given back after it is freed
   */
  <P extends Pointer> NativeHandle(P pointer, Consumer<P> free, List<TensorMemory> memory) {
    cleanable = CLEANER.register(this, new Release<>(pointer, free, memory));
  }

  /** Begins a call that may run beside others; each enter needs its {@link #leave}. */
  protected final void enter() {
    int now;
    do {
      now = uses.get();
      if (now == CLOSED) {
        throw new IllegalStateException(name() + " is closed");
      }
    } while (!uses.compareAndSet(now, now + 1));
  }

  /** Begins a call that must be alone. */
  protected final void enterAlone() {
    if (!uses.compareAndSet(0, 1)) {
      throw new IllegalStateException(
          uses.get() == CLOSED
              ? name() + " is closed"
              : name() + " is in use by another call; take one per thread");
    }
  }

  protected final void leave() {
    uses.decrementAndGet();
  }

  /**
   * Frees the native object; a second close does nothing.
   *
   * @throws IllegalStateException if one of its calls is running
   */
  @Override
  public final void close() {
    if (uses.compareAndSet(0, CLOSED)) {
      cleanable.clean();
    } else if (uses.get() != CLOSED) {
      throw new IllegalStateException(name() + " is in use; close it when its calls have returned");
    }
  }

  private String name() {
    return getClass().getSimpleName();
  }

  /** Knows the native object only, so that the owner can become unreachable. */
  private record Release<P extends Pointer>(P pointer, Consumer<P> free, List<TensorMemory> memory)
      implements Runnable {
    @Override
    public void run() {
      free.accept(pointer);
      memory.forEach(TensorMemory::giveBack);
    }
  }
}
