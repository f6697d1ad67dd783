package dev.ovkit.internal.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TreesTest {

  @TempDir Path folder;

  @Test
  void whatALinkLeadsToOutlivesTheTreeThatTheLinkIsIn() throws IOException {
    Path outside = Files.createDirectory(folder.resolve("outside"));
    Files.createFile(outside.resolve("kept"));
    Path tree = Files.createDirectories(folder.resolve("tree/inner"));
    Files.createFile(tree.resolve("gone"));
    Files.createSymbolicLink(tree.resolve("link"), outside);

    Trees.delete(tree.getParent());

    assertThat(tree.getParent()).doesNotExist();
    assertThat(outside.resolve("kept")).exists();
  }

  @Test
  void whatCannotBeDeletedIsNoErrorWhereNobodyMinds() {
    Trees.deleteIfPossible(folder.resolve("not there"));
    assertThat(folder).isEmptyDirectory();
  }
}
