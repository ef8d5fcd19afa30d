package dev.ocifs.tests.image;

import java.util.List;

/**
 * A layer of a generated image: its tar, and how it is stored.
 *
 * @param mediaType as the manifest is to say it
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record TestLayer(byte[] tar, LayerBytes bytes, String mediaType) {
  private static final String DOCKER = "application/vnd.docker.image.rootfs.diff.tar";

  public static TestLayer of(LayerBytes bytes, byte[] tar) {
    return new TestLayer(tar, bytes, bytes.mediaType());
  }

  /** A gzip layer of these entries. */
  public static TestLayer of(List<Entry> entries) {
    return of(LayerBytes.GZIP, TarWriter.tar(entries));
  }

  /** A gzip layer of these entries. */
  public static TestLayer of(Entry... entries) {
    return of(List.of(entries));
  }

  /** With a media type of Docker's, which promises gzip whatever the bytes are. */
  public static TestLayer docker(LayerBytes bytes, byte[] tar) {
    return new TestLayer(tar, bytes, bytes == LayerBytes.PLAIN ? DOCKER : DOCKER + ".gzip");
  }

  byte[] blob() {
    return bytes.of(tar);
  }
}
