import * as Primitive from "@radix-ui/react-dialog";

import { text } from "../text/en";
import { LAYER } from "../ui/opening";
import type { Offer } from "./offer";
import { SignInForm } from "./SignInForm";
import styles from "./SignIn.module.css";

/** The way in, over everything that somebody was doing: it stays, out of sight, and goes on when they are back. */
export default function SignInAgain({ offer }: { offer: Offer }) {
  return (
    <Primitive.Root open>
      <Primitive.Portal>
        <Primitive.Content className={styles.again} {...{ [LAYER]: "" }} onEscapeKeyDown={stay} onInteractOutside={stay}>
          <div className={styles.card}>
            <header className={styles.header}>
              <img src="/favicon.svg" alt="" width={48} height={48} />
              <Primitive.Title asChild>
                <h1>{text.account.title}</h1>
              </Primitive.Title>
              <Primitive.Description className={styles.host}>{text.account.ended}</Primitive.Description>
            </header>
            <SignInForm offer={offer} why="" />
          </div>
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}

function stay(event: Event): void {
  event.preventDefault();
}
