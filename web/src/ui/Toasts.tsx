import { X } from "lucide-react";
import * as Primitive from "@radix-ui/react-toast";

import { text } from "../text/en";
import { Button, IconButton } from "./Button";
import { classes } from "./classes";
import { LAYER } from "./opening";
import { dismiss, useToasts } from "./toasts";
import styles from "./Toasts.module.css";

/** Where notices appear; for the root of the page. */
export function Toasts() {
  const toasts = useToasts();
  return (
    <Primitive.Provider swipeDirection="down">
      {toasts.map(({ id, text: words, detail, danger, action, duration }) => (
        <Primitive.Root
          key={id}
          className={classes(styles.toast, danger && styles.danger)}
          {...{ [LAYER]: "" }}
          type={danger ? "foreground" : "background"}
          duration={duration}
          onOpenChange={(open) => !open && dismiss(id)}
        >
          <div className={styles.words}>
            <Primitive.Title>{words}</Primitive.Title>
            {detail && <Primitive.Description className={styles.detail}>{detail}</Primitive.Description>}
          </div>
          {action && (
            <Primitive.Action asChild altText={action.text}>
              <Button look="quiet" className={styles.action} onClick={action.run}>
                {action.text}
              </Button>
            </Primitive.Action>
          )}
          <Primitive.Close asChild>
            <IconButton label={text.common.close} icon={X} size={16} />
          </Primitive.Close>
        </Primitive.Root>
      ))}
      <Primitive.Viewport className={styles.viewport} />
    </Primitive.Provider>
  );
}
