package dev.ocifs.tests.model;

import dev.ocifs.tests.image.Entry;
import dev.ocifs.tests.model.Node.Directory;
import dev.ocifs.tests.model.Node.Inode;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One layer put onto the layers below it, by the letter of the rules and without regard to cost.
 *
 * <p>The heart is {@link #replay}: it puts the first n entries of the layer onto a copy of the
 * lower tree, whiteouts first. The layer's result is the replay of all. What a hard link's target
 * names "at that moment" (rule 14) is what it names in the replay of the entries before the link.
 */
final class LayerModel {
  private static final String WHITEOUT = ".wh.";
  private static final String OPAQUE = ".wh..wh..opq";
  private static final Set<String> AUFS = Set.of(".wh..wh.plnk", ".wh..wh.aufs", ".wh..wh.orph");

  /** A tree, aufs' own files beside it, and the hard links that wait for their target. */
  private static final class State {
    final Directory root;
    final Directory aufs;
    final Map<Place, Integer> waiting = new LinkedHashMap<>();

    State(Directory root, Directory aufs) {
      this.root = root;
      this.aufs = aufs;
    }

    /** Puts a node at a place; whatever was there, or was to come there, is gone. */
    void put(Place place, Node node) {
      waiting.remove(place);
      place.directory.children.put(place.name, node);
    }
  }

  /** A name in a directory; directories are told apart by identity. */
  private record Place(Directory directory, String name) {}

  private final State lower;
  private final List<Entry> entries;

  /** The inode of each entry that makes one, and of each hard link once its target is known. */
  private final @Nullable Inode[] inodes;

  /** What is wrong with the target of each hard link, told when its turn comes. */
  private final @Nullable RuleBroken[] broken;

  private LayerModel(State lower, List<Entry> entries) {
    this.lower = lower;
    this.entries = entries;
    inodes = new Inode[entries.size()];
    broken = new RuleBroken[entries.size()];
  }

  /**
   * Puts a layer onto lower layers, whose trees are left as they are.
   *
   * @param trees the image's tree and that of aufs' own files
   */
  static List<Directory> merge(List<Directory> trees, List<Entry> entries) throws RuleBroken {
    State result = new LayerModel(new State(trees.get(0), trees.get(1)), entries).merge();
    return List.of(result.root, result.aufs);
  }

  private State merge() throws RuleBroken {
    for (int i = 0; i < entries.size(); i++) {
      checkWhiteout(i);
    }
    for (int i = 0; i < entries.size(); i++) {
      Entry entry = entries.get(i);
      if (entry.type() != Entry.Type.HARD_LINK) {
        inodes[i] = new Inode(entry);
      } else if (!isWhiteout(entry)) {
        try {
          inodes[i] = targetSoFar(i);
        } catch (RuleBroken e) {
          broken[i] = e;
        }
      }
    }
    State result = replay(entries.size(), true);
    linkWaiting(result);
    return result;
  }

  /** Rule 6. */
  private void checkWhiteout(int i) throws RuleBroken {
    if (isWhiteout(entries.get(i))) {
      String name = Paths.last(Paths.normalise(entries.get(i).path()));
      if (Set.of(".wh.", ".wh..", ".wh...").contains(name)) {
        throw new RuleBroken(6, "a whiteout of nothing").at(0, i);
      }
    }
  }

  /** The tree after all whiteouts and the first {@code count} entries. */
  private State replay(int count, boolean failing) throws RuleBroken {
    return replay(count, entries.size(), failing);
  }

  private State replay(int count, int whiteouts, boolean failing) throws RuleBroken {
    State state = new State(lower.root.copy(), lower.aufs.copy());
    for (Place place : hidden(state.root, whiteouts)) {
      place.directory.children.remove(place.name);
    }
    for (int i = 0; i < count; i++) {
      try {
        add(state, i);
      } catch (RuleBroken e) {
        // What cannot be placed before all whiteouts are known is judged in the replay of all.
        if (failing) {
          throw e.at(0, i);
        }
      }
    }
    return state;
  }

  /** Rules 1 to 5: the lower names that whiteouts and opaque markers hide. */
  private List<Place> hidden(Directory root, int count) {
    List<Place> hidden = new ArrayList<>();
    for (Entry entry : entries.subList(0, count)) {
      if (!isWhiteout(entry)) {
        continue;
      }
      List<String> path = Paths.normalise(entry.path());
      Directory directory = Paths.find(root, Paths.parent(path));
      if (directory != null && Paths.last(path).equals(OPAQUE)) {
        directory.children.keySet().forEach(name -> hidden.add(new Place(directory, name)));
      } else if (directory != null) {
        hidden.add(new Place(directory, Paths.last(path).substring(WHITEOUT.length())));
      }
    }
    return hidden;
  }

  private void add(State state, int i) throws RuleBroken {
    Entry entry = entries.get(i);
    List<String> path = Paths.normalise(entry.path());
    if (path.isEmpty()) {
      if (!Paths.isDirectory(entry)) {
        throw new RuleBroken(13, "the root is not a directory");
      }
      state.root.attributes = entry;
      return;
    }
    if (isWhiteout(entry)) {
      return;
    }
    Place place = place(state, path);
    if (Paths.isDirectory(entry)) {
      Directory directory =
          place.directory.children.get(place.name) instanceof Directory old
              ? old
              : new Directory(place.directory);
      directory.attributes = entry;
      state.put(place, directory);
      return;
    }
    RuleBroken wrong = broken[i];
    if (wrong != null) {
      throw wrong;
    }
    Inode inode = inodes[i];
    if (inode != null) {
      state.put(place, inode);
    } else {
      place.directory.children.remove(place.name);
      state.waiting.remove(place);
      state.waiting.put(place, i);
    }
  }

  /** Where an entry goes; its parents are made. */
  private static Place place(State state, List<String> path) throws RuleBroken {
    Directory parent = Paths.make(rootOf(state, path), Paths.parent(path));
    return new Place(parent, Paths.last(path));
  }

  private static Directory rootOf(State state, List<String> path) {
    return path.stream().anyMatch(AUFS::contains) ? state.aufs : state.root;
  }

  /**
   * Rule 14: what the target of a hard link names at that moment, null when nothing: an earlier
   * entry or a lower one; else a lower one that only a later whiteout hides.
   */
  private @Nullable Inode targetSoFar(int i) throws RuleBroken {
    Inode found = targetIn(replay(i, false), i);
    return found != null ? found : targetIn(replay(i, i, false), i);
  }

  private @Nullable Inode targetIn(State before, int i) throws RuleBroken {
    List<String> path = Paths.normalise(entries.get(i).path());
    Place own = null;
    try {
      own = path.isEmpty() ? null : place(before, path);
    } catch (RuleBroken loop) {
      // The entry is judged when all entries are known.
    }
    return target(before, i, own);
  }

  private @Nullable Inode target(State state, int i, @Nullable Place own) throws RuleBroken {
    List<String> target = Paths.normalise(entries.get(i).target());
    if (target.isEmpty()) {
      throw new RuleBroken(14, "a hard link to the root");
    }
    Directory directory = Paths.find(rootOf(state, target), Paths.parent(target));
    if (directory == null) {
      return null;
    }
    Place place = new Place(directory, Paths.last(target));
    if (place.equals(own)) {
      throw new RuleBroken(14, "a hard link to itself");
    }
    Node node = directory.children.get(place.name);
    if (node instanceof Directory) {
      throw new RuleBroken(14, "a hard link to a directory");
    }
    return (Inode) node;
  }

  /** Rule 14, forward links: found in the finished layer, in rounds, as they may be chained. */
  private void linkWaiting(State state) throws RuleBroken {
    boolean progress = true;
    while (progress) {
      progress = false;
      Iterator<Map.Entry<Place, Integer>> round = List.copyOf(state.waiting.entrySet()).iterator();
      while (round.hasNext()) {
        Map.Entry<Place, Integer> link = round.next();
        try {
          Inode found = target(state, link.getValue(), link.getKey());
          if (found != null) {
            state.put(link.getKey(), found);
            progress = true;
          }
        } catch (RuleBroken e) {
          throw e.at(0, link.getValue());
        }
      }
    }
    for (int i : state.waiting.values()) {
      throw new RuleBroken(14, "a hard link to what is missing").at(0, i);
    }
  }

  /** Rule 7: the last component decides; aufs' own files are none (rule 6). */
  private static boolean isWhiteout(Entry entry) {
    List<String> path = Paths.normalise(entry.path());
    return !path.isEmpty()
        && Paths.last(path).startsWith(WHITEOUT)
        && path.stream().noneMatch(AUFS::contains);
  }
}
