import { useQuery } from "@connectrpc/connect-query";
import { ProcessingService } from "@sound-forge-alchemy/api/alchemy/processing/v1/processing_service_pb.js";

import { text } from "../text/en";
import { Choice } from "../ui/Choice";
import { classes } from "../ui/classes";
import { stemColour, stemTitle } from "../ui/stems";
import { Switch } from "../ui/Switch";
import type { Wish } from "./wish";
import styles from "./WishForm.module.css";

const BEST = "best";

/** Which model and which stems: chosen once, for whatever comes in and whatever is separated from the library. */
export function WishForm({ wish, onWish }: { wish: Wish; onWish: (wish: Wish) => void }) {
  const { data } = useQuery(ProcessingService.method.listModels, { pageSize: 1000 });
  const installed = data?.models.filter((model) => model.installed) ?? [];
  const model = installed.find((one) => (wish.model ? one.name === wish.model : one.default));
  const stems = model?.stems ?? [];
  const chosen = wish.stems.filter((stem) => stems.includes(stem));
  const toggle = (stem: string) => {
    const next = chosen.includes(stem) ? chosen.filter((one) => one !== stem) : [...chosen, stem];
    onWish({ ...wish, stems: next.length === stems.length ? [] : next });
  };
  return (
    <fieldset className={styles.wish}>
      <Switch label={text.bring.then} checked={wish.onArrival} onChange={(onArrival) => onWish({ ...wish, onArrival })} />
      <Switch label={text.bring.analyse} checked={wish.analyse} onChange={(analyse) => onWish({ ...wish, analyse })} />
      <div className={styles.row}>
        <span className={styles.label}>{text.bring.model}</span>
        <Choice
          label={text.bring.model}
          value={model && wish.model ? model.name : BEST}
          options={[{ value: BEST, text: text.bring.bestModel }, ...installed.map(({ name, displayName }) => ({ value: name, text: displayName }))]}
          onChange={(value) => onWish({ ...wish, model: value === BEST ? "" : value, stems: [] })}
        />
      </div>
      {stems.length > 0 && (
        <div className={styles.row}>
          <span className={styles.label}>{text.bring.stems}</span>
          <div className={styles.chips} role="group" aria-label={text.bring.stems}>
            <button
              type="button"
              className={classes(styles.chip, chosen.length === 0 && styles.on)}
              aria-pressed={chosen.length === 0}
              onClick={() => onWish({ ...wish, stems: [], complement: false })}
            >
              {text.bring.allStems}
            </button>
            {stems.map((stem) => (
              <button
                key={stem}
                type="button"
                className={classes(styles.chip, chosen.includes(stem) && styles.on)}
                aria-pressed={chosen.includes(stem)}
                onClick={() => toggle(stem)}
              >
                <i style={{ background: stemColour(stem) }} />
                {stemTitle(stem)}
              </button>
            ))}
          </div>
        </div>
      )}
      {chosen.length > 0 && (
        <Switch label={text.bring.complement} checked={wish.complement} onChange={(complement) => onWish({ ...wish, complement })} />
      )}
    </fieldset>
  );
}
