import { Metronome } from "lucide-react";

import type { ClickSettings } from "../engine/click";
import { text } from "../text/en";
import { IconButton } from "../ui/Button";
import { classes } from "../ui/classes";
import { Fader } from "../ui/Fader";
import { Popover } from "../ui/Popover";
import { Switch } from "../ui/Switch";

/** Click and count-in, once there are beats to follow. */
export function ClickMenu({
  click,
  possible,
  className,
  onChange,
}: {
  click: ClickSettings;
  /** Whether beats are known. */
  possible: boolean;
  /** How the button looks while either is on. */
  className: string | undefined;
  onChange: (click: ClickSettings) => void;
}) {
  const words = text.desk.click;
  const on = possible && (click.audible || click.countIn);
  return (
    <Popover label={words.open} trigger={<IconButton label={words.open} icon={Metronome} className={classes(on && className)} />}>
      <h2>{words.title}</h2>
      {possible ? (
        <>
          <Switch label={words.along} checked={click.audible} onChange={(audible) => onChange({ ...click, audible })} />
          <Switch label={words.countIn} checked={click.countIn} onChange={(countIn) => onChange({ ...click, countIn })} />
          <Fader
            label={words.volume}
            value={click.volume}
            neutral={1}
            min={0}
            max={2}
            step={0.05}
            words={`${Math.round(click.volume * 100)} %`}
            onChange={(volume) => onChange({ ...click, volume })}
          />
        </>
      ) : (
        <p>{words.none}</p>
      )}
    </Popover>
  );
}
