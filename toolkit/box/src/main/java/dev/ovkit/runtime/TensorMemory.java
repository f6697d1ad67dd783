package dev.ovkit.runtime;

import java.lang.ref.SoftReference;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Direct memory for tensors, used again after its request is closed.
 *
 * <p>Only the garbage collector frees a direct buffer, and it does not know that a few small
 * objects hold megabytes: a program that opens and closes models would grow until it happens to
 * run. What is given back stays valid memory, so a buffer that a caller kept is stale, never
 * dangling.
 */
record TensorMemory(ByteBuffer bytes) {

  /** The alignment that suits the CPU plugin's widest loads. */
  private static final int ALIGNMENT = 64;

  private static final Map<Integer, Deque<SoftReference<ByteBuffer>>> FREE = new HashMap<>();

  /** Returns zeroed memory. */
  static TensorMemory take(int size) {
    ByteBuffer used = used(size);
    if (used != null) {
      for (int i = 0; i < size; i++) {
        used.put(i, (byte) 0);
      }
      return new TensorMemory(used);
    }
    // Room to move the start to an aligned address.
    ByteBuffer larger = ByteBuffer.allocateDirect(Math.addExact(size, ALIGNMENT));
    int start = (ALIGNMENT - larger.alignmentOffset(0, ALIGNMENT)) % ALIGNMENT;
    return new TensorMemory(larger.slice(start, size));
  }

  private static @Nullable ByteBuffer used(int size) {
    synchronized (FREE) {
      Deque<SoftReference<ByteBuffer>> free = FREE.get(size);
      while (free != null && !free.isEmpty()) {
        ByteBuffer buffer = free.pop().get();
        if (buffer != null) {
          return buffer;
        }
      }
      return null;
    }
  }

  void giveBack() {
    synchronized (FREE) {
      FREE.computeIfAbsent(bytes.capacity(), size -> new ArrayDeque<>())
          .push(new SoftReference<>(bytes));
    }
  }
}
