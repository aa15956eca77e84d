import { createContext, use, useSyncExternalStore } from "react";

import type { Account, AccountState } from "./account";
import { account } from "./here";

/** The account of the page; tests put another one here. */
export const AccountContext = createContext<Account>(account);

/** The account of the page, and how it stands. */
export function useAccount(): [AccountState, Account] {
  const one = use(AccountContext);
  return [useSyncExternalStore(one.subscribe, one.state), one];
}
