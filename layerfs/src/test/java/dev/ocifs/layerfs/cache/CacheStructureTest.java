package dev.ocifs.layerfs.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The table, the list and what their validators see. */
class CacheStructureTest {
  private final DigestTable table = new DigestTable();
  private final LruList list = new LruList();
  private final Entry[] entries = new Entry[40];

  @BeforeEach
  void fill() {
    Load load = new Load(Thread.currentThread(), new ReentrantLock().newCondition());
    for (int i = 0; i < entries.length; i++) {
      entries[i] = new Entry(Resource.key(i), load);
      entries[i].pins = 0;
      table.add(entries[i]);
      list.addNewest(entries[i]);
    }
    assertThatCode(
            () -> {
              table.validate();
              list.validate(table, false);
            })
        .doesNotThrowAnyException();
  }

  @Test
  void tableFindsWhatItHas() {
    for (int i = 0; i < entries.length; i += 2) {
      list.remove(entries[i]);
      table.remove(entries[i]);
    }
    for (int i = 0; i < entries.length; i++) {
      assertThat(table.find(Resource.key(i))).isSameAs(i % 2 == 0 ? null : entries[i]);
    }
    assertThat(table.size()).isEqualTo(list.size()).isEqualTo(20);
    table.validate();
    list.validate(table, false);
  }

  @Test
  void tableRefusesToRemoveWhatItHasNot() {
    table.remove(entries[3]);
    assertThatIllegalStateException().isThrownBy(() -> table.remove(entries[3]));
  }

  @Test
  void listGivesTheOldestFirst() {
    list.remove(entries[0]);
    list.remove(entries[20]);
    list.addNewest(entries[20]);
    for (int i = 1; i < entries.length; i++) {
      if (i != 20) {
        assertThat(list.oldest()).isSameAs(entries[i]);
        list.remove(entries[i]);
      }
    }
    assertThat(list.oldest()).isSameAs(entries[20]);
    list.remove(entries[20]);
    assertThat(list.oldest()).isNull();
    list.validate(table, false);
  }

  @Test
  void validatorSeesACircleInTheList() {
    entries[39].newer = entries[10];
    assertThatIllegalStateException()
        .isThrownBy(() -> list.validate(table, false))
        .withMessageContaining("circle");
  }

  @Test
  void validatorSeesAOneWayLink() {
    entries[10].older = entries[8];
    assertThatIllegalStateException()
        .isThrownBy(() -> list.validate(table, false))
        .withMessageContaining("lead back");
  }

  @Test
  void validatorSeesAListThatLostItsEnd() {
    entries[30].newer = null;
    assertThatIllegalStateException()
        .isThrownBy(() -> list.validate(table, false))
        .withMessageContaining("ends after 31 of 40");
  }

  @Test
  void validatorSeesWhatIsListedAndNotInTheTable() {
    table.remove(entries[5]);
    assertThatIllegalStateException()
        .isThrownBy(() -> list.validate(table, false))
        .withMessageContaining("not in the table");
  }

  @Test
  void validatorSeesWhatIsListedAndPinned() {
    entries[5].pins = 1;
    assertThatIllegalStateException()
        .isThrownBy(() -> list.validate(table, false))
        .withMessageContaining("pinned");
  }

  @Test
  void validatorSeesWhatIsInTheOtherList() {
    entries[5].proven = true;
    assertThatIllegalStateException()
        .isThrownBy(() -> list.validate(table, false))
        .withMessageContaining("other list");
  }

  @Test
  void validatorSeesACircleInAChain() {
    Entry last = entries[7];
    while (last.next != null) {
      last = last.next;
    }
    last.next = entries[7];
    assertThatIllegalStateException()
        .isThrownBy(table::validate)
        .withMessageContaining("more than its 40");
  }

  @Test
  void validatorSeesAKeyTwice() {
    Load load = new Load(Thread.currentThread(), new ReentrantLock().newCondition());
    table.add(new Entry(Resource.key(7), load));
    assertThatIllegalStateException().isThrownBy(table::validate).withMessageContaining("two of");
  }

  @Test
  void censusSeesWrongSumsAndNegativePins() {
    Census census = new Census();
    entries[1].value = "loaded";
    entries[1].weight = 7;
    census.add(entries[1]);
    census.compare(1, 0, 7);
    assertThatIllegalStateException().isThrownBy(() -> census.compare(1, 0, 8));
    assertThatIllegalStateException().isThrownBy(() -> census.compare(1, 1, 7));
    assertThatIllegalStateException().isThrownBy(() -> census.compare(0, 0, 7));
    entries[1].pins = -1;
    assertThatIllegalStateException().isThrownBy(() -> census.add(entries[1]));
  }
}
