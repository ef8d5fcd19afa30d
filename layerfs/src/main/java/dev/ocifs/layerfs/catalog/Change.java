package dev.ocifs.layerfs.catalog;

import dev.ocifs.oci.ChainId;
import dev.ocifs.oci.Digest;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Something that waits to be written. */
sealed interface Change {

  void apply(Session session) throws SQLException;

  /**
   * Applies changes in their order; uses of one object and accesses to one span are added up first,
   * and stand where the first of them stood. Uses of objects are written {@link Sql#ROWS} at a
   * time.
   */
  static void applyAll(List<Change> changes, Session session) throws SQLException {
    Map<Object, Change> folded = LinkedHashMap.newLinkedHashMap(changes.size());
    for (Change change : changes) {
      if (change instanceof ObjectUse use) {
        folded.merge(use.key, use, (a, b) -> ((ObjectUse) a).plus((ObjectUse) b));
      } else if (change instanceof SpanAccess access) {
        folded.merge(access.place, access, (a, b) -> ((SpanAccess) a).plus((SpanAccess) b));
      } else {
        folded.put(new Object(), change); // never the same as another
      }
    }
    List<ObjectUse> uses = new ArrayList<>(Sql.ROWS);
    for (Change change : folded.values()) {
      if (change instanceof ObjectUse use) {
        uses.add(use); // neither depends on other kinds of changes nor they on it
        if (uses.size() == Sql.ROWS) {
          session.update(
              Sql.USE_OBJECTS, uses.stream().flatMap(ObjectUse::values).toArray(Object[]::new));
          uses.clear();
        }
      } else {
        change.apply(session);
      }
    }
    for (ObjectUse use : uses) {
      use.apply(session);
    }
  }

  /** An image was opened; layers of which nothing else is known yet become known. */
  record ImageOpened(String name, Digest manifest, List<Digest> diffIds, long atMillis)
      implements Change {
    @Override
    public void apply(Session session) throws SQLException {
      session.update(
          Sql.PUT_IMAGE, name, manifest.toString(), ChainId.of(diffIds).toString(), atMillis);
      session.update(Sql.CLEAR_IMAGE_LAYERS, name);
      List<Digest> chain = ChainId.ofEach(diffIds);
      for (int i = 0; i < chain.size(); i++) {
        String diffId = diffIds.get(i).toString();
        session.update(Sql.KNOW_LAYER, diffId);
        session.update(Sql.PUT_IMAGE_LAYER, i, chain.get(i).toString(), name, diffId);
      }
    }
  }

  record ImageTouched(String name, long atMillis) implements Change {
    @Override
    public void apply(Session session) throws SQLException {
      session.update(Sql.TOUCH_IMAGE, atMillis, name);
    }
  }

  record LayerIndexed(CatalogLayer layer) implements Change {
    @Override
    public void apply(Session session) throws SQLException {
      session.update(
          Sql.PUT_LAYER,
          layer.diffId().toString(),
          layer.blob().toString(),
          layer.compressedBytes(),
          layer.tarBytes(),
          layer.entries(),
          layer.indexedAt().toEpochMilli());
    }
  }

  record ObjectUse(Digest key, String kind, long bytes, long storedBytes, long atMillis, long uses)
      implements Change {
    @Override
    public void apply(Session session) throws SQLException {
      session.update(Sql.USE_OBJECT, values().toArray(Object[]::new));
    }

    Stream<Object> values() {
      return Stream.of(key.toString(), kind, bytes, storedBytes, atMillis, uses);
    }

    ObjectUse plus(ObjectUse later) {
      return new ObjectUse(
          key,
          later.kind,
          later.bytes,
          later.storedBytes,
          Math.max(atMillis, later.atMillis),
          uses + later.uses);
    }
  }

  /** A span of a layer. */
  record Place(Digest diffId, int span) {}

  record SpanAccess(Place place, long count) implements Change {
    @Override
    public void apply(Session session) throws SQLException {
      String diffId = place.diffId.toString();
      session.update(Sql.KNOW_LAYER, diffId);
      session.update(Sql.COUNT_ACCESS, place.span, count, diffId);
    }

    SpanAccess plus(SpanAccess later) {
      return new SpanAccess(place, count + later.count);
    }
  }
}
