import { CircleAlert, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";

import { failureOf } from "../api/failure";
import { text } from "../text/en";
import { Button } from "./Button";
import styles from "./Message.module.css";

/** What a view says where it has nothing to show. */
export function Message({
  icon: Icon,
  title,
  words,
  children,
}: {
  icon: LucideIcon;
  title: string;
  words: string;
  children?: ReactNode;
}) {
  return (
    <div className={styles.message}>
      <span className={styles.icon}>
        <Icon size={28} strokeWidth={1.5} aria-hidden />
      </span>
      <h2>{title}</h2>
      <p className={styles.words}>{words}</p>
      {children}
    </div>
  );
}

/** What a view says when it could not be loaded. */
export function FailedMessage({ title, cause, onRetry }: { title: string; cause: unknown; onRetry: () => void }) {
  const { words, detail } = failureOf(cause);
  return (
    <div role="alert">
      <Message icon={CircleAlert} title={title} words={words}>
        <Details>{detail}</Details>
        <Button onClick={onRetry}>{text.common.tryAgain}</Button>
      </Message>
    </div>
  );
}

/** What the server said, folded away: for the curious. */
export function Details({ children }: { children: string }) {
  if (!children) return null;
  return (
    <details className={styles.details}>
      <summary>{text.common.details}</summary>
      <p>{children}</p>
    </details>
  );
}
