package dev.ovkit.layout;

import dev.ovkit.model.HeadLayout;
import java.util.List;

/** A layout whose candidates are in a {@link CandidateTable}. */
interface TableLayout extends HeadLayout {

  CandidateTable table();

  @Override
  default List<String> outputs() {
    return List.of(table().output());
  }

  @Override
  default int classes() {
    return table().classes();
  }

  @Override
  default boolean isSuppressed() {
    return table().endToEnd();
  }
}
