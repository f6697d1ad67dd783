package dev.ovkit.watch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import org.jspecify.annotations.Nullable;

/** What shows that a file has changed; a rename does not change it. */
record FileStamp(long size, FileTime modified, @Nullable Object fileKey, boolean regular) {

  static FileStamp of(Path file) throws IOException {
    BasicFileAttributes attributes =
        Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    return new FileStamp(
        attributes.size(),
        attributes.lastModifiedTime(),
        attributes.fileKey(),
        attributes.isRegularFile());
  }
}
