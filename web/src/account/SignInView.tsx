import { text } from "../text/en";
import type { Offer } from "./offer";
import { SignInForm } from "./SignInForm";
import styles from "./SignIn.module.css";

/** The whole page for somebody who is not signed in. */
export default function SignInView({ offer, why }: { offer: Offer; why: string }) {
  return (
    <main className={styles.view}>
      <div className={styles.card}>
        <header className={styles.header}>
          <img src="/favicon.svg" alt="" width={48} height={48} />
          <h1>{text.account.title}</h1>
          <p className={styles.host}>{text.account.to(window.location.host)}</p>
        </header>
        <SignInForm offer={offer} why={why} />
      </div>
      <p className={styles.name}>{text.name}</p>
    </main>
  );
}
