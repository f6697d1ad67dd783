package dev.ovkit.cli.option;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Reads the constant of an enum from a word: the constant's name in lower case with hyphens, or
 * another spelling. Upper and lower case are the same. Shells complete the words.
 */
public abstract class Choice<E extends Enum<E>> implements ITypeConverter<E>, Iterable<String> {

  private final List<String> words;
  private final Map<String, E> constants = new LinkedHashMap<>();

  /**
   * @param type what can be chosen
   * @param others further spellings, in lower case; not listed in help and messages
   */
  protected Choice(Class<E> type, Map<String, E> others) {
    this(type, others, Choice::word);
  }

  /** As the other, with words that are not spelled as usual. */
  protected Choice(Class<E> type, Map<String, E> others, Function<E, String> spelling) {
    List<String> spelled = new ArrayList<>();
    for (E constant : type.getEnumConstants()) {
      String word = spelling.apply(constant);
      spelled.add(word);
      constants.put(word.toLowerCase(Locale.ROOT), constant);
    }
    words = List.copyOf(spelled);
    constants.putAll(others);
  }

  /** Returns the word of a constant. */
  public static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  @Override
  public E convert(String text) {
    E constant = constants.get(text.strip().toLowerCase(Locale.ROOT));
    if (constant == null) {
      throw new TypeConversionException("expected %s, not '%s'".formatted(listed(), text));
    }
    return constant;
  }

  @Override
  public Iterator<String> iterator() {
    return words.iterator();
  }

  private String listed() {
    if (words.size() == 1) {
      return words.get(0);
    }
    List<String> first = new ArrayList<>(words.subList(0, words.size() - 1));
    return String.join(", ", first) + " or " + words.get(words.size() - 1);
  }
}
