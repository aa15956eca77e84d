import { Check, CircleAlert, CircleStop, ListX } from "lucide-react";
import type { ReactNode } from "react";

import { IconButton } from "./Button";
import { Name } from "./Name";
import { LAYER } from "./opening";
import { ProgressBar } from "./ProgressBar";
import styles from "./Tray.module.css";

/** The corner of the page where things on their way are listed: one tray above the other. */
export function TrayDock({ children }: { children: ReactNode }) {
  return <div className={styles.dock}>{children}</div>;
}

/** A list of things on their way. */
export function Tray({
  label,
  title,
  fraction,
  cancel,
  onCancel,
  clear,
  onClear,
  children,
}: {
  label: string;
  title: string;
  /** How far all of it is, while that says more than the list itself. */
  fraction?: number | undefined;
  /** What the button says that stops all of it. */
  cancel: string;
  /** Absent while there is nothing to stop. */
  onCancel: (() => void) | undefined;
  /** What the button says that empties the list. */
  clear: string;
  onClear: () => void;
  children: ReactNode;
}) {
  return (
    <section className={styles.tray} aria-label={label} {...{ [LAYER]: "" }}>
      <header className={styles.header}>
        <h2>{title}</h2>
        {onCancel && <IconButton label={cancel} icon={CircleStop} onClick={onCancel} />}
        <IconButton label={clear} icon={ListX} onClick={onClear} />
      </header>
      {fraction !== undefined && <ProgressBar label={title} fraction={fraction} />}
      <ul className={styles.list}>{children}</ul>
    </section>
  );
}

/** One of them: its name, how it stands, and a button for it. */
export function TrayRow({ name, status, control }: { name: ReactNode; status: ReactNode; control: ReactNode }) {
  return (
    <li className={styles.row}>
      <div className={styles.words}>
        {name}
        {status}
      </div>
      {control}
    </li>
  );
}

/** A name that may be longer than the tray is wide. */
export function TrayName({ children }: { children: string }) {
  return <Name words={children} className={styles.name} />;
}

/** How one of them stands, in words. */
export function TrayStatus({ kind = "plain", children }: { kind?: "plain" | "done" | "failed"; children: string }) {
  if (kind === "plain") return <span className={styles.status}>{children}</span>;
  const Icon = kind === "done" ? Check : CircleAlert;
  return (
    <span className={styles[kind]} role={kind === "failed" ? "alert" : undefined}>
      <Icon size={14} aria-hidden />
      {children}
    </span>
  );
}
