package dev.ocifs.layerfs.metrics;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A flight recorder's event: one of the steps from an image's name to a mounted directory. */
@Name("dev.ocifs.MountPhase")
@Label("Mount Phase")
@Description("One of the steps from an image's name to a mounted directory")
@Category("ocifs")
@StackTrace(false)
public final class MountPhaseEvent extends Event {
  @Label("Phase")
  String phase = "";

  @Label("Image")
  String image = "";

  /** {@link FlightEvents#mountPhase} makes them. */
  MountPhaseEvent() {}

  /** Ends the event, and records it when this kind is asked for. */
  public void done(String mountPhase, String imageName) {
    end();
    if (shouldCommit()) {
      phase = mountPhase;
      image = imageName;
      commit();
    }
  }
}
