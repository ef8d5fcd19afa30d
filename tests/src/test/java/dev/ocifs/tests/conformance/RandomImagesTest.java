package dev.ocifs.tests.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ocifs.oci.OcifsException;
import dev.ocifs.tests.image.Entry;
import dev.ocifs.tests.image.LayerBytes;
import dev.ocifs.tests.image.SparseForm;
import dev.ocifs.tests.image.TarWriter;
import dev.ocifs.tests.image.TestImage;
import dev.ocifs.tests.image.TestLayer;
import dev.ocifs.tests.model.RandomImage;
import dev.ocifs.tests.model.RuleBroken;
import dev.ocifs.tests.model.TreeListing;
import dev.ocifs.tests.model.TreeModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random stacks of layers, written in random forms of tar and compressions, show what the model
 * says. {@code -Docifs.test.seed} sets the first seed, {@code -Docifs.test.stacks} how many.
 */
class RandomImagesTest {
  private static final long SEED = Long.getLong("ocifs.test.seed", 1);
  private static final int STACKS = Integer.getInteger("ocifs.test.stacks", 100);

  @TempDir Path dir;
  private Workbench bench;

  @BeforeEach
  void begin() throws IOException {
    bench = new Workbench(dir);
  }

  @Test
  void validStacksShowWhatTheModelSays() throws Exception {
    List<String> wrong = new ArrayList<>();
    for (long seed = SEED; seed < SEED + STACKS; seed++) {
      List<List<Entry>> layers = new RandomImage(seed).valid();
      TreeListing due = TreeModel.merge(layers).asViewed();
      try {
        List<String> differences = bench.list(image(layers, seed)).differences(due);
        if (!differences.isEmpty()) {
          wrong.add(describe(seed, layers) + String.join("\n", differences));
        }
      } catch (OcifsException e) {
        wrong.add(describe(seed, layers) + e.getMessage());
      }
    }
    assertThat(wrong).isEmpty();
  }

  @Test
  void invalidStacksAreRefusedByTheRuleThatTheModelNames() throws Exception {
    List<String> wrong = new ArrayList<>();
    for (long seed = SEED; seed < SEED + STACKS; seed++) {
      List<List<Entry>> layers = new RandomImage(seed).any();
      int due = rule(layers);
      int is = 0;
      try {
        bench.list(image(layers, seed));
      } catch (OcifsException e) {
        is = e.rule();
      }
      if (is != due) {
        wrong.add(describe(seed, layers) + "rule " + is + " instead of rule " + due);
      }
    }
    assertThat(wrong).isEmpty();
  }

  /** The rule that a stack breaks, 0 when it is valid. */
  private static int rule(List<List<Entry>> layers) {
    try {
      TreeModel.merge(layers);
      return 0;
    } catch (RuleBroken e) {
      return e.rule();
    }
  }

  private static TestImage image(List<List<Entry>> layers, long seed) {
    Random random = new Random(seed);
    List<TestLayer> written = new ArrayList<>();
    for (List<Entry> entries : layers) {
      TarWriter.Form[] forms = TarWriter.Form.values();
      SparseForm[] sparse = SparseForm.values();
      TarWriter tar = new TarWriter(forms[random.nextInt(forms.length)]);
      for (Entry entry : entries) {
        if (entry.isSparse()) {
          tar.add(entry, sparse[random.nextInt(sparse.length)]);
        } else {
          tar.add(entry);
        }
      }
      LayerBytes[] all = LayerBytes.values();
      LayerBytes bytes = all[random.nextInt(all.length)];
      byte[] layer = random.nextInt(6) == 0 ? tar.toBytes() : tar.end();
      written.add(TestLayer.of(bytes, layer));
    }
    return TestImage.of(written);
  }

  private static String describe(long seed, List<List<Entry>> layers) {
    StringBuilder out = new StringBuilder("seed " + seed + "\n");
    for (int i = 0; i < layers.size(); i++) {
      out.append("layer ").append(i).append('\n');
      layers.get(i).forEach(entry -> out.append("  ").append(entry).append('\n'));
    }
    return out.toString();
  }
}
