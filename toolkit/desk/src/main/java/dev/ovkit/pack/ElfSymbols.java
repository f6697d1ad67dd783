package dev.ovkit.pack;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Takes the table of symbols from a program or library, which only debuggers read: of a JVM as
 * Temurin ships it that is a sixth. What the dynamic loader reads, {@code .dynsym}, stays. It is
 * done here because not every desk has a {@code strip}, and two of them differ.
 */
final class ElfSymbols {

  private static final int MAGIC = 0x464c457f;
  private static final int CLASS_64_LITTLE = 0x0102;
  private static final int SYMBOLS = 2;
  private static final int NO_BITS = 8;
  private static final int HEADER = 64;
  private static final int ALIGNMENT = 8;

  /** Where a section's header says what, from its own beginning. */
  private record Section(ByteBuffer elf, int header) {
    private static final int BYTES = 64;

    int type() {
      return elf.getInt(header + 4);
    }

    int offset() {
      return Math.toIntExact(elf.getLong(header + 24));
    }

    int size() {
      return Math.toIntExact(elf.getLong(header + 32));
    }

    int link() {
      return elf.getInt(header + 40);
    }

    boolean hasBytesFrom(int place) {
      return type() != 0 && type() != NO_BITS && size() > 0 && offset() + size() > place;
    }
  }

  /** Strips a file; one that is no ELF, has no such table, or is built in another way stays. */
  static void strip(Path file) throws IOException {
    ByteBuffer elf = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    if (elf.limit() < HEADER || elf.getInt(0) != MAGIC || elf.getShort(4) != CLASS_64_LITTLE) {
      return;
    }
    int headers = Math.toIntExact(elf.getLong(40));
    int names = elf.getShort(62);
    List<Section> sections = new ArrayList<>();
    for (int i = 0; i < elf.getShort(60); i++) {
      sections.add(new Section(elf, headers + i * Section.BYTES));
    }
    int table = -1;
    for (int i = 0; i < sections.size(); i++) {
      table = sections.get(i).type() == SYMBOLS ? i : table;
    }
    if (table < 0) {
      return;
    }
    int texts = sections.get(table).link();
    int end = Math.min(sections.get(table).offset(), sections.get(texts).offset());
    for (int i = 0; i < sections.size(); i++) {
      if (i != table && i != texts && i != names && sections.get(i).hasBytesFrom(end)) {
        return; // linkers put these last; after anything else that is needed nothing may move
      }
    }

    // All before them stays where it is; behind it the sections' names, and the headers anew.
    Section text = sections.get(names);
    int place = (end + text.size() + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    ByteBuffer stripped =
        ByteBuffer.allocate(place + sections.size() * Section.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    stripped.put(0, elf, 0, end);
    stripped.put(end, elf, text.offset(), text.size());
    stripped.put(place, elf, headers, sections.size() * Section.BYTES);
    for (int gone :
        List.of(table, texts)) { // an empty one in its place: others name theirs by number
      stripped.put(place + gone * Section.BYTES, new byte[Section.BYTES]);
    }
    stripped.putLong(place + names * Section.BYTES + 24, end);
    stripped.putLong(40, place);
    Files.write(file, stripped.array());
  }

  private ElfSymbols() {}
}
