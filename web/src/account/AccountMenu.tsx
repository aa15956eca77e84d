import { LogOut } from "lucide-react";

import { text } from "../text/en";
import { Menu } from "../ui/Menu";
import styles from "./AccountMenu.module.css";
import { useAccount } from "./use-account";

/** Who is signed in, and the way out; nothing where nobody signs in. */
export function AccountMenu() {
  const [state, account] = useAccount();
  if (state.kind !== "signedIn" && state.kind !== "ended") return null;
  const { name, email } = state.person;
  const heading = (
    <>
      <span className={styles.heading}>{name}</span>
      {email && email !== name && <span className={styles.email}>{email}</span>}
    </>
  );
  const items = [{ text: text.account.signOut, icon: LogOut, onSelect: () => void account.signOut() }];
  return (
    <Menu heading={heading} items={items}>
      <button type="button" className={styles.account} aria-label={text.account.menu(name)}>
        <span className={styles.initial} aria-hidden>
          {/./u.exec(name)?.[0].toUpperCase()}
        </span>
        <span className={styles.name} aria-hidden>
          {name}
        </span>
      </button>
    </Menu>
  );
}
