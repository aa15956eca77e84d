import { text } from "../text/en";
import { Dialog } from "../ui/Dialog";
import { Switch } from "../ui/Switch";
import styles from "./HelpDialog.module.css";

/** What each key does at the desk, and the switch for people whose keys mean something else, to speech input for example. */
export function HelpDialog({ open, keys, onKeys, onClose }: { open: boolean; keys: boolean; onKeys: (on: boolean) => void; onClose: () => void }) {
  return (
    <Dialog title={text.desk.help.title} open={open} onClose={onClose}>
      <Switch label={text.desk.help.on} checked={keys} onChange={onKeys} />
      <dl className={styles.keys}>
        {text.desk.help.rows.map(([key, words]) => (
          <div key={key}>
            <dt>{key}</dt>
            <dd>{words}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
