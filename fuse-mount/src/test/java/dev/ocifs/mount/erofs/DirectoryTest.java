package dev.ocifs.mount.erofs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ocifs.mount.FakeImageView;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DirectoryTest {
  private final FakeImageView view = new FakeImageView();

  /** Reads blocks as the kernel does: "type nid name" each. */
  private List<String> decode(List<byte[]> blocks, long size) {
    List<String> found = new ArrayList<>();
    for (int b = 0; b < blocks.size(); b++) {
      ByteBuffer block = ByteBuffer.wrap(blocks.get(b)).order(ByteOrder.LITTLE_ENDIAN);
      int end = b + 1 < blocks.size() ? 512 : (int) (size - 512L * b);
      int count = block.getShort(8) / 12;
      for (int i = 0; i < count; i++) {
        int from = block.getShort(i * 12 + 8);
        int to = i + 1 < count ? block.getShort(i * 12 + 20) : end;
        while (to > from && i + 1 == count && block.get(to - 1) == 0) {
          to--;
        }
        found.add(
            block.get(i * 12 + 10)
                + " "
                + block.getLong(i * 12)
                + " "
                + new String(blocks.get(b), from, to - from, StandardCharsets.ISO_8859_1));
        assertThat(block.get(i * 12 + 11)).isZero();
      }
    }
    return found;
  }

  private List<String> encode(long size, int blocks) throws Exception {
    NidTable nids = new NidTable(view.inodeCount());
    for (long inode = 1; inode <= view.inodeCount(); inode++) {
      nids.place(inode, inode * 320);
    }
    List<byte[]> all = new ArrayList<>();
    long found = new Directory(view, nids).encode(1, block -> all.add(block.clone()));
    assertThat(found).isEqualTo(size);
    assertThat(all).hasSize(blocks);
    return decode(all, size);
  }

  @Test
  void anEmptyDirectoryHasItsTwoNames() throws Exception {
    assertThat(encode(2 * 12 + 3, 1)).containsExactly("2 10 .", "2 10 ..");
  }

  @Test
  void theTwoNamesTakeTheirPlaceAmongTheOthers() throws Exception {
    view.file(view.root, "!", 0644, new byte[0]);
    view.symlink(view.root, ".-", "x");
    view.dir(view.root, "...", 0755);
    view.add(view.root, "\u00ff", 0x2000);
    assertThat(encode(6 * 12 + 10, 1))
        .containsExactly("1 20 !", "2 10 .", "7 30 .-", "2 10 ..", "2 40 ...", "3 50 \u00ff");
  }

  @Test
  void blocksAreFilledAndNoneIsOverrun() throws Exception {
    String longest = "n".repeat(254);
    for (char c = 'a'; c < 'e'; c++) {
      view.file(view.root, longest + c, 0644, new byte[0]);
    }
    // One name of 255 bytes beside the dots, then one a block: two would take 534 bytes.
    assertThat(encode(3 * 512 + 12 + 255, 4))
        .containsExactly(
            "2 10 .",
            "2 10 ..",
            "1 20 " + longest + "a",
            "1 30 " + longest + "b",
            "1 40 " + longest + "c",
            "1 50 " + longest + "d");
  }
}
