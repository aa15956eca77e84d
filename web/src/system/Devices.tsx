import { timestampDate } from "@bufbuild/protobuf/wkt";
import { type Device, Device_State } from "@sound-forge-alchemy/api/alchemy/processing/v1/device_pb.js";

import { separations, tracks } from "../api/collections";
import { useRecords } from "../api/use-records";
import { Link, trackPath } from "../app/routes";
import view from "../app/View.module.css";
import { trackOf } from "../library/rows";
import { text } from "../text/en";
import { ago, percent } from "../text/format";
import { useNow } from "../ui/use-now";
import styles from "./Devices.module.css";
import { type Light, Row } from "./Row";
import { useDevices } from "./use-devices";

/** What separates songs, what each of it does, and what waits for it. */
export function Devices() {
  const { data, isError } = useDevices();
  const now = useNow(10_000);
  const words = text.system.devices;
  return (
    <section className={view.section} aria-labelledby="devices">
      <h2 id="devices">{words.title}</h2>
      {isError ? (
        <p role="alert">{words.failed}</p>
      ) : (
        data && (
          <>
            <ul className={view.cards}>
              {data.devices.length === 0 && <Row light="bad" title={words.none} what={words.noneWords} />}
              {data.devices.map((device, index) => (
                // Two workers on one machine have the same device: only their order tells them apart.
                <DeviceRow key={index} device={device} now={now} />
              ))}
            </ul>
            <p className={styles.queue}>{words.queue(data.waitingCount)}</p>
          </>
        )
      )}
    </section>
  );
}

const STATES: Readonly<Record<Device_State, readonly [Light, string]>> = {
  [Device_State.UNSPECIFIED]: ["unset", ""],
  [Device_State.STARTING]: ["unset", text.system.devices.starting],
  [Device_State.IDLE]: ["good", text.system.devices.idle],
  [Device_State.BUSY]: ["busy", text.system.devices.busy],
  [Device_State.UNAVAILABLE]: ["bad", text.system.devices.unavailable],
};

function DeviceRow({ device, now }: { device: Device; now: Date }) {
  const words = text.system.devices;
  const known = useRecords(tracks).data;
  const separation = useRecords(separations).data?.get(device.separation);
  const track = known?.get(trackOf(device.separation));
  const [light, state] = STATES[device.state];
  const facts = [device.device, device.precision, device.startTime && words.since(ago(timestampDate(device.startTime), now))];
  return (
    <Row
      light={light}
      title={device.hardware || device.device}
      what={facts.filter(Boolean).join(" · ")}
      state={state}
    >
      {device.state === Device_State.UNAVAILABLE && <span>{words.unavailableWords(device.device)}</span>}
      {device.state === Device_State.BUSY && (
        <span>
          {track ? <Link to={trackPath(track.name)}>{track.title}</Link> : device.separation ? text.jobs.deletedTrack : words.theirs}
          {separation?.progress && ` · ${percent(separation.progress.fraction)}`}
        </span>
      )}
    </Row>
  );
}
