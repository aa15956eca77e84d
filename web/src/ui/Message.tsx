import { CircleAlert, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";

import { failureOf } from "../api/failure";
import { text } from "../text/en";
import { Button } from "./Button";
import styles from "./Message.module.css";

/** What a view says where it has nothing to show. `whole`: it is all that the view shows, so its title is the page's. */
export function Message({
  icon: Icon,
  title,
  words,
  whole = false,
  children,
}: {
  icon: LucideIcon;
  title: string;
  words: string;
  whole?: boolean;
  children?: ReactNode;
}) {
  const Title = whole ? "h1" : "h2";
  return (
    <div className={styles.message}>
      <span className={styles.icon}>
        <Icon size={28} strokeWidth={1.5} aria-hidden />
      </span>
      <Title className={styles.title}>{title}</Title>
      <p className={styles.words}>{words}</p>
      {children}
    </div>
  );
}

/** What a view says when it could not be loaded. */
export function FailedMessage({ title, cause, whole, onRetry }: { title: string; cause: unknown; whole?: boolean; onRetry: () => void }) {
  const { words, detail } = failureOf(cause);
  return (
    <div role="alert">
      <Message icon={CircleAlert} title={title} words={words} whole={whole}>
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
