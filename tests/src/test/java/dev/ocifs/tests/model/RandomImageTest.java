package dev.ocifs.tests.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ocifs.tests.image.Entry;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The generator reaches what it is there for. */
class RandomImageTest {
  private static final int STACKS = 3000;

  @Test
  void everyRuleThatRefusesIsReached() {
    Set<Integer> rules = new TreeSet<>();
    for (int seed = 0; seed < STACKS; seed++) {
      try {
        TreeModel.merge(new RandomImage(seed).any());
      } catch (RuleBroken e) {
        rules.add(e.rule());
      }
    }
    assertThat(rules).containsExactly(6, 10, 13, 14, 19, 20);
  }

  @Test
  void validStacksShowEveryTypeAndLinksAcrossLayers() throws RuleBroken {
    Set<Entry.Type> types = EnumSet.noneOf(Entry.Type.class);
    Set<Character> shown = new TreeSet<>();
    int groups = 0;
    for (int seed = 0; seed < STACKS; seed++) {
      List<List<Entry>> layers = new RandomImage(seed).valid();
      layers.forEach(layer -> layer.forEach(entry -> types.add(entry.type())));
      for (Line line : TreeModel.merge(layers).lines().values()) {
        shown.add(line.type());
        groups += line.group().isEmpty() ? 0 : 1;
      }
    }
    assertThat(types).containsExactlyInAnyOrder(Entry.Type.values());
    assertThat(shown).containsExactlyInAnyOrder('f', 'd', 'l', 'c', 'b', 'p');
    assertThat(groups).isGreaterThan(STACKS / 10);
  }

  @Test
  void theSameSeedGivesTheSameStack() throws RuleBroken {
    for (int seed = 0; seed < 50; seed++) {
      TreeListing first = TreeModel.merge(new RandomImage(seed).valid());
      TreeListing second = TreeModel.merge(new RandomImage(seed).valid());
      assertThat(second.differences(first)).isEmpty();
    }
  }
}
